package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class OpensslServerTest {

    @TempDir
    private Path folder;

    static java.util.stream.Stream<String> ids() {
        return GoodServerTest.ids();
    }

    @ParameterizedTest
    @MethodSource("ids")
    void openssl_passes(String id) throws Exception {
        try (OpensslServer server = OpensslServer.start(folder)) {
            Verdict verdict = Judging.judgeEcho(id, server.port());
            assertThat(verdict.mark()).as(verdict.detail()).isEqualTo(Mark.PASS);
        }
    }
}
