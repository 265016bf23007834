package dev.starttls.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.peers.PeerRun.Transcripts;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the suite finds in servers that we did not write, each as its {@link PeerFile} says. The reason for each verdict is in
 * {@code docs/real-servers.md}; another one is a wrong verdict, or a server that has changed.
 */
@Timeout(900)
class RealPeersTest {

    static List<PeerFile> light() throws IOException {
        return PeerFile.all("light");
    }

    static List<PeerFile> heavy() throws IOException {
        return PeerFile.all("heavy");
    }

    /** Most of the time is spent waiting for servers that say nothing. */
    @Tag("peers")
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("light")
    void what_is_found_in_a_server_that_is_installed_in_no_time_is_what_its_file_says(PeerFile file) throws Exception {
        assertFinds(file);
    }

    @Tag("more-peers")
    @ParameterizedTest
    @MethodSource("heavy")
    void what_is_found_in_any_other_server_is_what_its_file_says(PeerFile file) throws Exception {
        assertFinds(file);
    }

    private static void assertFinds(PeerFile file) throws Exception {
        PeerRun run = PeerRun.of(file);
        for (Scheme scheme : file.schemes()) {
            String details = run.details(scheme, Transcripts.HIDDEN);
            assertThat(run.reports().get(scheme).count(Status.PASS)).as(details).isPositive();
            assertThat(run.found(scheme)).as(details).isEqualTo(file.finds(scheme));
        }
    }
}
