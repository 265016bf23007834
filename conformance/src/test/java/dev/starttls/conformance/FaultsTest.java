package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientRunner;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.run.FailingListener;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.core.testing.LaunchedByTest;
import dev.starttls.core.testing.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An error of the suite is reported, whichever thread throws it, and nothing waits for that thread. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FaultsTest {
    private final Error error = new AssertionError("oops");

    private final BlockingQueue<Throwable> faults = new LinkedBlockingQueue<>();

    /** A process with the handler of the command whose other thread throws what is named. */
    @LaunchedByTest
    static final class Broken {
        private Broken() {}

        public static void main(String[] args) throws InterruptedException {
            CommandEnvironment environment = CommandEnvironment.ofProcess();
            UncaughtFaults uncaught = new UncaughtFaults(environment);
            Thread.setDefaultUncaughtExceptionHandler(uncaught);
            Interrupts.Watch watch = environment.interrupts().on(() -> {
                System.out.println("last words");
                if (args[0].equals("both")) {
                    throw new OutOfMemoryError("in the last words");
                }
            });
            Thread thread = new Thread(() -> {
                if (args[0].equals("exception")) {
                    throw new IllegalStateException("oops");
                }
                throw new OutOfMemoryError("no room");
            });
            thread.start();
            if (args[0].equals("exception")) {
                thread.join();
                watch.close();
                System.exit(uncaught.status(0));
            }
            new CountDownLatch(1).await();
        }
    }

    @ParameterizedTest
    @CsvSource({"error, last words, no room", "both, last words, no room", "exception, '', oops"})
    void what_a_thread_throws_is_status_70_and_an_error_ends_the_process_after_its_last_words(
            String thrown, String out, String err, @TempDir Path folder) throws Exception {
        List<String> command = new ArrayList<>(CommandProcess.command());
        command.set(command.size() - 1, Broken.class.getName());
        command.add(thrown);
        try (CommandProcess process = CommandProcess.of(new ProcessBuilder(command), folder)) {
            assertThat(process.out().lines().toList()).isEqualTo(out.isEmpty() ? List.of() : List.of(out));
            assertThat(process.exitStatus()).isEqualTo(70);
            assertThat(process.err()).contains("an internal error of the suite, please report it", err);
        }
    }

    @Test
    void an_error_on_the_main_thread_is_status_70() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                new CommandEnvironment(
                        InputStream.nullInputStream(),
                        new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Terminal.ABSENT),
                () -> {
                    throw error;
                });
        assertThat(status).isEqualTo(70);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("an internal error of the suite", "oops");
    }

    @Test
    void an_error_that_shows_the_progress_is_reported_once() throws InterruptedException {
        try (ProgressTimer timer = ProgressTimer.on(Terminal.COLOURLESS, this::fail, faults::add)) {
            assertThat(faults.take()).isSameAs(error);
            assertThat(faults.poll(1, TimeUnit.SECONDS))
                    .as("more from %s", timer)
                    .isNull();
        }
    }

    private void fail() {
        throw error;
    }

    private String noCounts() {
        throw error;
    }

    @Test
    void an_error_in_a_file_of_counts_is_reported(@TempDir Path folder) throws InterruptedException {
        try (MetricsFile metrics = new MetricsFile(folder.resolve("counts"))) {
            metrics.publish(this::noCounts, lost -> {}, faults::add);
            assertThat(faults.take()).isSameAs(error);
        }
    }

    @Test
    void an_error_in_counts_by_http_is_reported_and_the_connection_is_closed() throws Exception {
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), ServerProcess.freePorts(1).get(0));
        try (MetricsServer metrics = MetricsServer.at(address)) {
            metrics.publish(this::noCounts, lost -> {}, faults::add);
            try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                client.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().read()).isNegative();
            }
            assertThat(faults.take()).isSameAs(error);
        }
    }

    @Test
    void an_error_outside_of_a_case_fails_the_run_of_a_client() throws IOException {
        RunListener listener = new FailingListener(error);
        ClientRunSettings settings = ClientRunSettings.of(ClientPolicy.REQUIRED).timeout(Duration.ofSeconds(5));
        try (ClientRunner runner = new ClientRunner(
                ClientSuite.profile(Protocol.SMTP).dialect(),
                attempt -> {
                    try (Socket socket = new Socket(attempt.host(), attempt.port())) {
                        // The server has taken the connection then.
                        return Ending.of(
                                Ending.Kind.FAILURE,
                                "it reads one octet: " + socket.getInputStream().read());
                    } catch (IOException e) {
                        return Ending.of(Ending.Kind.FAILURE, e.toString());
                    }
                },
                settings,
                listener)) {
            ClientRunner.Running running = runner.begin(ClientSuite.selected(
                    Protocol.SMTP, Selection.of(List.of("UP-C-00"), List.of(), EnumSet.allOf(Level.class))));
            assertThatThrownBy(running::report).hasCause(error);
            assertThat(running.soFar()).isEqualTo(Optional.empty());
        }
    }
}
