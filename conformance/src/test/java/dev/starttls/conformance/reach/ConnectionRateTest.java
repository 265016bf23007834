package dev.starttls.conformance.reach;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionRateTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private final ConnectionRate rate = ConnectionRate.every(Duration.ofMillis(100), clock::get);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void each_connection_has_its_turn_after_the_one_before() {
        assertThat(rate.take()).isZero();
        assertThat(rate.take()).isEqualTo(Duration.ofMillis(100));
        assertThat(rate.take()).isEqualTo(Duration.ofMillis(200));
        pass(Duration.ofMillis(250));
        assertThat(rate.untilNext()).isEqualTo(Duration.ofMillis(50));
        assertThat(rate.take()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void a_pause_is_not_made_up_for_by_a_burst() {
        assertThat(rate.take()).isZero();
        pass(Duration.ofHours(1));
        assertThat(rate.take()).isZero();
        assertThat(rate.take()).isZero();
        assertThat(rate.take()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void without_a_rate_there_is_no_wait() {
        ConnectionRate unlimited = ConnectionRate.unlimited();
        for (int i = 0; i < 1000; i++) {
            assertThat(unlimited.take()).isZero();
        }
        assertThat(unlimited.untilNext()).isZero();
    }
}
