package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServerPlanTest {

    private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

    @Test
    void every_step_has_the_floor_and_this_library_or_those_that_are_slow() {
        for (int link : List.of(0, 10, 50)) {
            assertThat(steps(TlsPolicy.REQUIRED, KeyKind.EC, link)).isNotEmpty().allSatisfy(step -> assertThat(
                            step.kinds())
                    .startsWith(ClientKind.FLOOR_QUICK_ACK)
                    .doesNotHaveDuplicates());
        }
    }

    @Test
    void loopback_has_each_client_each_version_and_both_handshakes() {
        Set<ClientKind> kinds = EnumSet.noneOf(ClientKind.class);
        steps(TlsPolicy.IMPLICIT, KeyKind.EC, 0).forEach(step -> kinds.addAll(step.kinds()));
        assertThat(kinds)
                .containsAll(EnumSet.range(ClientKind.SSL_SOCKET, ClientKind.ANGUS_NO_DELAY))
                .contains(ClientKind.FLOOR, ClientKind.STARTTLS_LOOP_TCNATIVE);
        assertThat(steps(TlsPolicy.IMPLICIT, KeyKind.RSA, 0))
                .extracting(step ->
                        step.scenario().version() + " " + step.scenario().handshake())
                .containsExactly("TLSv1.3 FULL", "TLSv1.3 RESUMED", "TLSv1.2 FULL", "TLSv1.2 RESUMED");
    }

    @Test
    void the_longest_link_has_what_is_quoted_alone() {
        assertThat(steps(TlsPolicy.REQUIRED, KeyKind.EC, 50)).hasSize(2);
        assertThat(steps(TlsPolicy.IMPLICIT, KeyKind.EC, 50)).isEmpty();
        assertThat(steps(TlsPolicy.REQUIRED, KeyKind.RSA, 10)).isEmpty();
        assertThat(steps(TlsPolicy.IMPLICIT, KeyKind.EC, 10)).hasSize(2);
    }

    private static List<ServerPlan.Step> steps(TlsPolicy policy, KeyKind key, int link) {
        return ServerPlan.TABLE.steps(
                new SessionTarget("localhost", 25, MailProtocol.SMTP, policy), key, link, VERSIONS, 1);
    }
}
