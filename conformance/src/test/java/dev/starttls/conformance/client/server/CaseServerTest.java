package dev.starttls.conformance.client.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.smtp.SmtpDialect;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CaseServerTest {
    /** Without the wait for the thread that accepts, one of a hundred or so does not get its port. */
    private static final int SERVERS = 1000;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static CaseServer start(int port) throws IOException {
        return start(port, new SmtpDialect());
    }

    private static CaseServer start(int port, ServerDialect dialect) throws IOException {
        Script script = Script.of(dialect, ServerTls.OF_SCRIPT);
        return CaseServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                script,
                Canary.of("case", "example.org"),
                new Canaries(),
                LIMIT,
                LIMIT);
    }

    @Test
    void the_port_of_a_server_that_has_stopped_is_free_for_the_next() throws IOException {
        int port = 0;
        for (int i = 0; i < SERVERS; i++) {
            CaseServer server = start(port);
            port = server.port();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(client.getInputStream().read()).isEqualTo('2');
            }
            server.stop();
        }
    }

    /** What a client does without an answer is not its fault. */
    @Test
    void an_error_of_the_server_ends_the_connection_and_is_in_the_evidence() throws IOException {
        ServerDialect broken = new ServerDialect() {
            @Override
            public Protocol protocol() {
                return Protocol.SMTP;
            }

            @Override
            public List<String> capabilities(Through through) {
                return List.of();
            }

            @Override
            public DialectSession session(Through through, Script script) {
                throw new OutOfMemoryError("no room");
            }
        };
        try (CaseServer server = start(0, broken);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertThat(client.getInputStream().read()).isNegative();
            server.awaitEnd(LIMIT);
            assertThat(server.busy()).isFalse();
            assertThat(server.evidence().incomplete().orElseThrow())
                    .contains("the suite failed to serve the client", "no room");
        }
    }
}
