package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients do what they are measured at: the measurement itself fails when the server saw another handshake. */
@Timeout(300)
class ClientKindTest {

    @Test
    void every_client_upgrades_and_resumes_with_both_versions() throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        PeerLatency latency = new PeerLatency(List.of(ClientKind.values()), new Rounds(0, 2));
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            for (HandshakeKind handshake : HandshakeKind.values()) {
                List<Results.Peer> rows = latency.measure(version, contexts, handshake, 0);
                assertThat(rows)
                        .hasSameSizeAs(ClientKind.values())
                        .allSatisfy(row -> assertThat(row.millis().samples()).isEqualTo(2));
            }
        }
    }
}
