package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RegressionGuardTest {

    @Test
    void what_is_beyond_its_limit_with_certainty_got_slower() {
        RegressionGuard.Verdict verdict = RegressionGuard.judge(List.of(row("STARTTLS", new Ratio(1.31, 1.40, 1.52))));
        assertThat(verdict.slower()).isEqualTo(1);
        assertThat(verdict.lines())
                .singleElement()
                .asString()
                .startsWith("SLOWER")
                .contains("1.40 of the floor");
    }

    @Test
    void what_may_be_within_its_limit_did_not_get_slower() {
        RegressionGuard.Verdict verdict = RegressionGuard.judge(List.of(row("STARTTLS", new Ratio(1.10, 1.40, 1.70))));
        assertThat(verdict.slower()).isZero();
        assertThat(verdict.lines()).singleElement().asString().startsWith("ok");
    }

    @Test
    void only_this_library_is_judged() {
        assertThat(RegressionGuard.judge(List.of(row("NETTY", new Ratio(8, 9, 10))))
                        .lines())
                .isEmpty();
    }

    @Test
    @Timeout(120)
    void a_measurement_judges_both_drivers_both_handshakes_and_the_stall() throws Exception {
        assertThat(new RegressionGuard(new Rounds(0, 2)).judge().lines()).hasSize(6);
    }

    @Test
    void who_waits_for_a_delayed_acknowledgement_got_slower() {
        RegressionGuard.Verdict verdict = RegressionGuard.stalls(Map.of(
                ClientKind.FLOOR_QUICK_ACK, new double[] {5, 5.2, 5.1, 4.9},
                ClientKind.STARTTLS, new double[] {48, 47, 49, 48},
                ClientKind.STARTTLS_LOOP, new double[] {5.3, 5.4, 5.2, 5.3}));
        assertThat(verdict.slower()).isEqualTo(1);
        assertThat(verdict.lines()).hasSize(2).first().asString().startsWith("SLOWER");
    }

    @Test
    @Timeout(60)
    void every_client_is_measured_against_a_server_that_others_have_made() throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        List<ClientKind> kinds = List.copyOf(EnumSet.range(ClientKind.FLOOR_QUICK_ACK, ClientKind.ANGUS_NO_DELAY));
        try (NagleServer server = new NagleServer(contexts.server())) {
            for (HandshakeKind handshake : HandshakeKind.values()) {
                assertThat(new OutsideServers(kinds, new Rounds(0, 2))
                                .measure(
                                        "nagle",
                                        SessionTarget.smtp(server.port()),
                                        contexts.certificate(),
                                        new Results.Scenario("TLSv1.3", "EC", handshake.name(), 0),
                                        new Spread(0, 0, 0, 0)))
                        .hasSameSizeAs(kinds)
                        .allSatisfy(row -> assertThat(row.notResumed()).isZero())
                        .allSatisfy(row -> assertThat(row.link().session()).isEqualTo(6));
            }
        }
    }

    private static Results.Peer row(String client, Ratio ratio) {
        return new Results.Peer(
                new Results.Scenario("TLSv1.3", "EC", "FULL", 0), client, client, new Spread(1, 2, 3, 9), ratio);
    }
}
