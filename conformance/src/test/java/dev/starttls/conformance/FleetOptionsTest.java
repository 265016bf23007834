package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options that mean the same for checks and surveys, of the command line and of a list. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class FleetOptionsTest {
    @TempDir
    Path folder;

    /** Closes each connection, after this, and knows where they came from. */
    private static final class Door implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final Queue<String> guests = new ConcurrentLinkedQueue<>();

        Door(Runnable each) throws IOException {
            Thread thread = new Thread(() -> {
                while (!socket.isClosed()) {
                    try (Socket guest = socket.accept()) {
                        guests.add(guest.getInetAddress().getHostAddress());
                        each.run();
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        String url() {
            return "smtp://127.0.0.1:" + socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static InProcess checks(String in, String... arguments) {
        return InProcess.run(
                in,
                Stream.concat(Stream.of("--only", "UP-S-02", "--timeout", "5"), Stream.of(arguments))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void checks_connect_from_the_local_address(boolean listed) throws IOException {
        try (Door door = new Door(() -> {})) {
            InProcess run = listed
                    ? checks(door.url(), "--local-address", "127.0.0.2", "--targets-file", "-")
                    : checks("", "--local-address", "127.0.0.2", door.url());
            assertThat(run.status()).as(run.err()).isEqualTo(3);
            assertThat(door.guests).isNotEmpty().containsOnly("127.0.0.2");
        }
    }

    @Test
    void checks_write_their_counts_to_a_file() throws IOException {
        Path file = folder.resolve("checks.prom");
        try (Door door = new Door(() -> {})) {
            assertThat(checks("", "--metrics", file.toString(), door.url()).status())
                    .isEqualTo(3);
        }
        assertThat(Files.readString(file))
                .contains("# TYPE conformance_targets_total counter\n")
                .contains("\nconformance_targets_total{outcome=\"unreachable\"} 1\n")
                .contains("\nconformance_underway{state=\"checking\"} 0\n")
                .endsWith("\n");
    }

    private static HttpResponse<String> get(int port, String method, String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .method(method, HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"--survey, conformance_survey_underway 1", "--level=all, 'conformance_underway{state=\"checking\"} 1'"})
    void the_counts_are_served_while_the_run_lasts(String kind, String expected) throws IOException {
        int port = ServerProcess.freePorts(1).get(0);
        Queue<HttpResponse<String>> answers = new ConcurrentLinkedQueue<>();
        Runnable asks = () -> {
            if (answers.isEmpty()) {
                for (String request :
                        List.of("GET /metrics", "HEAD /metrics", "POST /metrics", "GET /metricsandmore")) {
                    answers.add(get(port, request.split(" ", -1)[0], request.split(" ", -1)[1]));
                }
            }
        };
        try (Door door = new Door(asks)) {
            InProcess run = InProcess.run(List.of(kind, "--metrics", ":" + port, "--timeout", "60", door.url()));
            assertThat(run.status()).as(run.err()).isEqualTo(3);
        }
        List<HttpResponse<String>> all = new ArrayList<>(answers);
        assertThat(all.stream().map(HttpResponse::statusCode)).containsExactly(200, 200, 405, 404);
        assertThat(all.get(0).body()).contains(expected + "\n").endsWith("\n");
        assertThat(all.get(0).headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        // The port is free again.
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--survey", "--level=all"})
    void a_port_in_use_is_wrong_usage_before_any_target_is_asked(String kind) throws IOException {
        Path report = folder.resolve("report.json");
        try (Door door = new Door(() -> {});
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InProcess run = InProcess.run(List.of(
                    kind, "--metrics", "127.0.0.1:" + taken.getLocalPort(), "--format", "json=" + report, door.url()));
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("--metrics: expected a free port").contains(":" + taken.getLocalPort());
            assertThat(door.guests).isEmpty();
            assertThat(report).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--metrics, :0, --metrics is 1 to 65535",
        "--metrics, :70000, --metrics is 1 to 65535",
        "--metrics, no.such.host.invalid:9100, not an address of this machine",
        "--total-rate, 0, --total-rate is 1 to 100000 connections per second",
        "--local-address, 192.0.2.9, --local-address: cannot connect from 192.0.2.9",
    })
    void wrong_values_are_said_before_anything_is_asked(String option, String value, String message)
            throws IOException {
        try (Door door = new Door(() -> {})) {
            InProcess run = InProcess.run(List.of(option, value, door.url()));
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains(message);
            assertThat(door.guests).isEmpty();
        }
    }

    @Test
    void no_more_targets_are_checked_at_a_time_than_there_are_connections_in_a_second() throws UsageException {
        FleetOptions options = new FleetOptions();
        assertThat(options.atOnce(8)).isEqualTo(8);
        options.totalRate = java.util.Optional.of(3);
        assertThat(options.atOnce(8)).isEqualTo(3);
        assertThat(options.atOnce(2)).isEqualTo(2);
        assertThat(options.rate().take()).isZero();
        assertThat(options.rate().take()).isZero();
    }
}
