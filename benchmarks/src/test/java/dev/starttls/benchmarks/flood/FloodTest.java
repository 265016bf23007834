package dev.starttls.benchmarks.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloodTest {

    private static final Duration SHORT = Duration.ofMillis(300);

    @ParameterizedTest
    @EnumSource(names = {"MESSAGE_WITHOUT_END", "KEY_UPDATES_OF_A_SERVER"})
    @Timeout(120)
    void a_measurement_ends_whether_or_not_others_starve(Attack attack) throws Exception {
        try (Flood flood = new Flood(SHORT, Optional.empty())) {
            Flood.Result result = flood.measure(attack, 2);
            assertThat(result.waits()).isNotEmpty().allSatisfy((what, waits) -> assertThat(waits.count())
                    .isPositive());
            assertThat(result.sent()).isPositive();
        }
    }

    @Test
    @Timeout(120)
    void a_calm_loop_has_no_attackers() throws Exception {
        try (Flood flood = new Flood(SHORT, Optional.empty())) {
            assertThat(flood.measure(Attack.NOOP_IN_PLAINTEXT, 0).left()).isZero();
        }
    }

    @Test
    void those_that_could_not_ask_meanwhile_have_waited_too() {
        Waits waits = new Waits();
        waits.answered(Duration.ofMillis(20).toNanos());
        assertThat(waits.count()).isEqualTo(4);
        assertThat(waits.text(0.5)).isEqualTo("10.00");
        assertThat(waits.text(0.99)).isEqualTo("20.00");
    }

    @Test
    void a_wait_that_was_cut_short_is_at_least_so_long() {
        Waits waits = new Waits();
        waits.answered(Duration.ofMillis(1).toNanos());
        waits.unanswered(Duration.ofMillis(10).toNanos());
        assertThat(waits.text(0.99)).isEqualTo(">= 10.00");
    }
}
