package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EarlyDataTopicTest {

    @TempDir
    private Path folder;

    @Test
    void a_server_whose_tickets_invite_early_data_is_caught() throws Exception {
        try (OpensslServer server = OpensslServer.start(folder, "-max_early_data", "4096")) {
            Verdict verdict = TlsCheckHarness.judgeEcho("TLS-S-22", server.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
            assertThat(verdict.detail()).contains("early_data(4)");
        }
    }
}
