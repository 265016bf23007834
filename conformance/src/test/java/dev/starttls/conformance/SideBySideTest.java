package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.smtp.ScriptedSmtpSession;
import dev.starttls.conformance.target.Scheme;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several targets, several addresses, and a run that is interrupted. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SideBySideTest {
    private static List<String> values(String ndjson, String field) throws IOException {
        List<String> values = new ArrayList<>();
        for (String line : ndjson.lines().toList()) {
            values.add(new ObjectMapper().readTree(line).path(field).asText());
        }
        return values;
    }

    /** A server that turns its client away once each of the servers has one. */
    private static Thread turningAway(ServerSocket listener, CountDownLatch connected) {
        Thread thread = new Thread(() -> {
            try (Socket socket = listener.accept()) {
                connected.countDown();
                connected.await();
                socket.getOutputStream().write("554 no service\r\n".getBytes(StandardCharsets.US_ASCII));
                listener.close();
            } catch (IOException e) {
                // The test is over.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void named_targets_are_checked_side_by_side_and_reported_in_their_order() throws IOException {
        CountDownLatch connected = new CountDownLatch(3);
        List<String> arguments = new ArrayList<>(List.of("--format", "ndjson", "--timeout", "60"));
        List<ServerSocket> listeners = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            listeners.add(listener);
            turningAway(listener, connected);
            arguments.add("smtp://127.0.0.1:" + listener.getLocalPort());
        }
        InProcess run = InProcess.run(arguments);
        assertThat(connected.getCount()).isZero();
        assertThat(run.status()).as(run.err()).isEqualTo(3);
        assertThat(values(run.out(), "target")).isEqualTo(arguments.subList(4, 7));
        for (ServerSocket listener : listeners) {
            listener.close();
        }
    }

    @Test
    void the_report_names_the_address_that_was_checked() throws IOException {
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of())) {
            String url = server.target().url();
            InProcess run = InProcess.run(List.of("--only", "UP-S-01", "--format", "ndjson", url));
            assertThat(values(run.out(), "address"))
                    .containsExactly(InetAddress.getLoopbackAddress().getHostAddress());
            assertThat(InProcess.run(List.of("--only", "UP-S-01", url)).out())
                    .contains(url + "  at " + InetAddress.getLoopbackAddress().getHostAddress());
        }
    }

    @Test
    void each_address_of_a_name_has_a_report_of_its_own_if_all_are_wanted() throws IOException {
        List<String> all = Arrays.stream(InetAddress.getAllByName("localhost"))
                .map(InetAddress::getHostAddress)
                .distinct()
                .toList();
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of())) {
            String url = server.target().url();
            List<String> options = List.of("--addresses", "all", "--only", "UP-S-01", "--format", "ndjson");
            List<String> named = new ArrayList<>(options);
            named.add(url);
            InProcess run = InProcess.run(named);
            assertThat(values(run.out(), "address")).isEqualTo(all);
            assertThat(values(run.out(), "target")).containsOnly(url);
            List<String> listed = new ArrayList<>(options);
            listed.addAll(List.of("--targets-file", "-"));
            assertThat(values(InProcess.run(url + "\n", listed).out(), "address"))
                    .containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void an_interrupted_run_of_one_target_has_written_the_checks_that_are_done() throws IOException {
        AtomicReference<Runnable> interrupt = new AtomicReference<>(() -> {});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        // The progress shows that one of the checks is done, and the second.
        PrintStream progress = new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int octet) {
                        err.write(octet);
                        if (err.toString(StandardCharsets.UTF_8).endsWith("2/3")) {
                            interrupt.getAndSet(() -> {}).run();
                        }
                    }
                },
                true,
                StandardCharsets.UTF_8);
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of())) {
            Main.run(
                    new CommandEnvironment(
                            InputStream.nullInputStream(),
                            new PrintStream(out, false, StandardCharsets.UTF_8),
                            progress,
                            Terminal.PROGRESS_ONLY,
                            last -> {
                                interrupt.set(last);
                                return () -> {};
                            }),
                    new LibraryServers(),
                    "--parallel",
                    "1",
                    "--only",
                    "UP-S-01",
                    "--only",
                    "UP-S-02",
                    "--only",
                    "UP-S-22a",
                    "--format",
                    "ndjson",
                    "--accept",
                    "UP-S-01=known",
                    server.target().url());
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        JsonNode report = new ObjectMapper().readTree(out.toByteArray());
        assertThat(report.get("error").asText()).isEqualTo("interrupted when 1 of 3 checks were done");
        assertThat(report.get("checks")).hasSize(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("interrupted: 0 targets done")
                .contains("1 started and not finished, 1 of them with the checks that are done");
    }
}
