package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order in which servers that the command starts itself are checked and reported. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BuiltInServersTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Two servers that close every connection: the first does so only after a client has connected to the second. */
    private static final class FirstWaitsForSecond implements EmbeddedServers.Running {
        private final CountDownLatch secondAsked = new CountDownLatch(1);
        private final ServerSocket first = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        private final ServerSocket second = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());

        FirstWaitsForSecond() throws IOException {
            serve(first, secondAsked::await);
            serve(second, secondAsked::countDown);
        }

        private interface Wait {
            void done() throws InterruptedException;
        }

        private static void serve(ServerSocket listening, Wait wait) {
            Thread thread = new Thread(() -> {
                while (!listening.isClosed()) {
                    try (Socket socket = listening.accept()) {
                        wait.done();
                        socket.getOutputStream().write("554 go away\r\n".getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException | InterruptedException e) {
                        // The test is over.
                        return;
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public List<Target> targets() {
            return List.of(target(first), target(second));
        }

        private static Target target(ServerSocket listening) {
            return new Target(Scheme.SMTP, "localhost", listening.getLocalPort());
        }

        @Override
        public List<X509Certificate> trust() {
            return List.of();
        }

        @Override
        public Login login() {
            return new Login("nobody", () -> new char[0]);
        }

        @Override
        public void close() {
            try (first;
                    second) {
                secondAsked.countDown();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private int run(EmbeddedServers servers, String... args) {
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.ABSENT);
        return Main.run(environment, servers, args);
    }

    @Test
    void built_in_servers_are_checked_at_once_and_reported_in_their_order() throws IOException {
        FirstWaitsForSecond servers = new FirstWaitsForSecond();
        int status = run(() -> servers, "--timeout", "30", "--only", "UP-S-01");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsSubsequence(
                        servers.targets().get(0).url(),
                        "turns this client away: '554 go away'",
                        servers.targets().get(1).url(),
                        "turns this client away: '554 go away'");
        assertThat(status).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }
}
