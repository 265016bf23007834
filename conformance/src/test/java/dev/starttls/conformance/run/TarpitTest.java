package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that never end a connection: the suite ends with each of them within its time limits. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TarpitTest {

    /** An hour for each answer: only the limits of the run end anything. */
    private static final TargetSettings ENDLESS = TargetSettings.standard().withAnswer(Duration.ofHours(1));

    private static final RunSettings SHORT = new RunSettings(4, Duration.ofMillis(400), Duration.ofSeconds(3));

    /** Time to get as far as the checks on a busy machine too; they go on until it is over. */
    private static final RunSettings LONGER = new RunSettings(4, Duration.ofSeconds(5), Duration.ofSeconds(5));

    /** What a busy machine may take to notice; without limits it would be an hour for a single answer. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** A TLS record of 16 KiB that never becomes whole. */
    private static final byte[] RECORD_HEADER = {22, 3, 3, 0x40, 0};

    private final CountDownLatch over = new CountDownLatch(1);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket listening;

    /** What a tarpit does with a client. */
    @FunctionalInterface
    private interface Tarpit {
        void serve(Socket client) throws IOException, InterruptedException;
    }

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        over.countDown();
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private TargetReport run(Tarpit tarpit) {
        return run(SHORT, tarpit);
    }

    private TargetReport run(RunSettings settings, Tarpit tarpit) {
        start(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket client = listening.accept();
                    open.add(client);
                    start(() -> serve(tarpit, client));
                } catch (IOException e) {
                    return;
                }
            }
        });
        Target target = new Target(Scheme.SMTP, "127.0.0.1", listening.getLocalPort());
        try (Runner runner = new Runner(Suite.catalogue(), Selection.all(), settings, RunListener.none())) {
            TargetReport report = runner.run(target, ENDLESS, Suite.dialect(Protocol.SMTP));
            assertThat(report.took()).isLessThan(settings.total().plus(GRACE));
            return report;
        }
    }

    private void serve(Tarpit tarpit, Socket client) {
        try (client) {
            tarpit.serve(client);
            over.await();
        } catch (IOException e) {
            // The client is gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "tarpit");
        thread.setDaemon(true);
        thread.start();
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** An octet now and then for as long as the client listens. */
    private void drip(Socket client) throws IOException, InterruptedException {
        OutputStream out = client.getOutputStream();
        while (!over.await(20, TimeUnit.MILLISECONDS)) {
            out.write('x');
        }
    }

    @Test
    void a_server_that_never_speaks_is_given_up() {
        TargetReport report = run(client -> {});
        assertThat(report.survey().problem()).isPresent();
        assertThat(report.results()).isEmpty();
    }

    @Test
    void a_server_that_drips_its_greeting_is_given_up() {
        TargetReport report = run(this::drip);
        assertThat(report.survey().problem()).isPresent();
    }

    @Test
    void a_server_that_drips_its_handshakes_is_through_in_time_and_not_guessed_at() {
        TargetReport report = run(client -> {
            say(client, "220 tarpit.example.org ESMTP");
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("EHLO")) {
                    say(client, "250-tarpit.example.org");
                    say(client, "250 STARTTLS");
                } else if (line.equalsIgnoreCase("STARTTLS")) {
                    say(client, "220 go on, and on");
                    client.getOutputStream().write(RECORD_HEADER);
                    drip(client);
                } else {
                    say(client, "250 ok");
                }
            }
        });
        // The survey shakes hands too: that alone takes all of one check's time.
        assertThat(report.survey().problem()).isPresent();
    }

    /** The survey makes no handshake with a server whose greeting is not 220, so the checks are started. */
    @Test
    void a_server_that_answers_nothing_after_its_greeting_leaves_every_check_open_or_failed() {
        TargetReport report = run(LONGER, client -> {
            say(client, "250 tarpit.example.org");
            drip(client);
        });
        assertThat(report.survey().problem()).isEmpty();
        assertThat(report.results()).isNotEmpty();
        assertThat(report.count(Status.PASS)).isZero();
    }
}
