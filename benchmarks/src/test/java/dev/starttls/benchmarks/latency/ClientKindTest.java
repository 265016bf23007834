package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The clients do what they are measured at: the measurement itself fails when the server saw another handshake. */
@Timeout(120)
class ClientKindTest {

    @ParameterizedTest
    @EnumSource(ClientKind.class)
    void every_client_upgrades_and_resumes_with_both_versions(ClientKind kind) throws Exception {
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            for (Handshake handshake : Handshake.values()) {
                List<Results.Peer> rows = new PeerLatency(List.of(ClientKind.FLOOR, kind), new Rounds(1, 2))
                        .measure(version, KeyKind.EC, handshake, 0);
                assertThat(rows).extracting(Results.Peer::client).contains("FLOOR", kind.name());
                assertThat(rows)
                        .allSatisfy(row -> assertThat(row.millis().samples()).isEqualTo(2));
            }
        }
    }
}
