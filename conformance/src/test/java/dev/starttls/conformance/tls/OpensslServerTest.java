package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class OpensslServerTest {

    /** Behind Finished, a command, and another in halves with an empty record before each. */
    private static final int COMMAND_BEFORE_AN_EMPTY_RECORD = 7;

    @TempDir
    private Path folder;

    static Stream<String> ids() {
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

    /** As Postfix does: it takes the empty record for the next command, and waits for that before it answers this one. */
    @Test
    void a_server_that_answers_only_when_more_comes_is_warned_of() throws Exception {
        List<TlsRecord> held = new CopyOnWriteArrayList<>();
        Relay.Hook hook = (record, way) -> {
            held.add(record);
            boolean waits = way.applicationRecords() == COMMAND_BEFORE_AN_EMPTY_RECORD
                    || way.applicationRecords() == COMMAND_BEFORE_AN_EMPTY_RECORD + 1;
            if (!waits) {
                for (TlsRecord one : held) {
                    way.forward(one);
                }
                held.clear();
            }
        };
        try (OpensslServer server = OpensslServer.start(folder);
                Loopback waiting = Relay.before(server.port(), hook)) {
            Verdict verdict = Judging.judgeEchoImpatiently("TLS-S-20c", waiting.port());
            assertThat(verdict.mark()).as(verdict.detail()).isEqualTo(Mark.WARN);
            assertThat(verdict.detail()).contains("answered only when the next command came");
        }
    }
}
