package dev.starttls.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/real-clients.md says of each client, and nothing else: these cases fail or are warned of. */
@Tag("more-peers")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class RealClientsTest {
    /** A client counts if so many of the cases that apply got a verdict, in percent. */
    private static final long ENOUGH = 80;

    static List<PeerFile> clients() throws IOException {
        return PeerFile.all("clients");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void a_client_does_what_is_written_of_it(PeerFile file) throws IOException, InterruptedException {
        ClientPeer client = ClientPeer.of(file);
        for (Scheme scheme : file.schemes()) {
            assertThat(client.found(scheme)).as(client.details(scheme)).isEqualTo(file.finds(scheme));
            assertThat(client.judged(scheme)).as(client.details(scheme)).isGreaterThanOrEqualTo(ENOUGH);
        }
    }
}
