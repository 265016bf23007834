package dev.starttls.conformance.client.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.smtp.SmtpDialect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CaseServerTest {
    /** Without the wait for the thread that accepts, one of a hundred or so does not get its port. */
    private static final int SERVERS = 1000;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static CaseServer start(int port) throws IOException {
        Script script = Script.of(new SmtpDialect(), ServerTls.OF_SCRIPT);
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
}
