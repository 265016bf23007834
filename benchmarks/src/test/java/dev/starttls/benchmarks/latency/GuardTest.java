package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GuardTest {

    @Test
    void what_is_beyond_its_limit_with_certainty_got_slower() {
        Guard.Verdict verdict = Guard.judge(List.of(row("STARTTLS", new Ratio(1.31, 1.40, 1.52))));
        assertThat(verdict.slower()).isEqualTo(1);
        assertThat(verdict.lines())
                .singleElement()
                .asString()
                .startsWith("SLOWER")
                .contains("1.40 of the floor");
    }

    @Test
    void what_may_be_within_its_limit_did_not_get_slower() {
        Guard.Verdict verdict = Guard.judge(List.of(row("STARTTLS", new Ratio(1.10, 1.40, 1.70))));
        assertThat(verdict.slower()).isZero();
        assertThat(verdict.lines()).singleElement().asString().startsWith("ok");
    }

    @Test
    void only_this_library_is_judged() {
        assertThat(Guard.judge(List.of(row("NETTY", new Ratio(8, 9, 10)))).lines())
                .isEmpty();
    }

    @Test
    @Timeout(120)
    void a_measurement_judges_both_drivers_and_both_handshakes() throws Exception {
        assertThat(new Guard(new Rounds(0, 2)).judge().lines()).hasSize(4);
    }

    private static Results.Peer row(String client, Ratio ratio) {
        return new Results.Peer(
                new Results.Scenario("TLSv1.3", "EC", "FULL", 0), client, client, new Spread(1, 2, 3, 9), ratio);
    }
}
