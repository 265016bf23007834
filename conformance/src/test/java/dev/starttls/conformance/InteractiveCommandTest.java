package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.target.Protocol;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code conformance client --interactive} as a person sees it on a terminal. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InteractiveCommandTest {
    private static final Pattern ROW =
            Pattern.compile("(UP-C-[0-9a-z]+)  waiting.*; port ([0-9]+), user (\\S+), password (\\S+)");

    private static List<String> command(String... more) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(
                                "client", "smtp", "--interactive", "--ports", "0", "--page", "0", "--only", "UP-C-01a"),
                        java.util.stream.Stream.of(more))
                .toList();
    }

    @Test
    void a_session_that_is_ended_before_the_client_came_is_status_3() {
        InProcess run = InProcess.run("n\nq\n", command());
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err())
                .contains("The page is http://127.0.0.1:")
                .contains("UP-C-00  waiting for the client; port ")
                .contains("the well-behaved server is first")
                .contains("no case is done: the client never connected");
    }

    @Test
    void a_port_that_is_taken_is_status_3_and_named() throws IOException {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            List<String> words = List.of(
                    "client", "smtp", "--interactive", "--page", "0", "--ports", String.valueOf(taken.getLocalPort()));
            InProcess run = InProcess.run("q\n", words);
            assertThat(run.status()).isEqualTo(3);
            assertThat(run.err())
                    .contains("the session cannot go on: expected a port to listen on, got 127.0.0.1:"
                            + taken.getLocalPort());
        }
    }

    @Test
    void a_session_goes_from_the_terminals_rows_to_a_report() throws Exception {
        PipedInputStream shown = new PipedInputStream(1 << 16);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompletableFuture<Integer> status = new CompletableFuture<>();
        PrintStream err = new PrintStream(new PipedOutputStream(shown), true, StandardCharsets.UTF_8);
        Thread command = new Thread(() -> status.complete(Main.run(
                new CommandEnvironment(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        err,
                        Terminal.ABSENT),
                new LibraryServers(),
                command().toArray(String[]::new))));
        command.setDaemon(true);
        command.start();
        BufferedReader terminal = new BufferedReader(new InputStreamReader(shown, StandardCharsets.UTF_8));
        Matcher authority = Pattern.compile("authority to import (\\S+)").matcher(terminal.readLine());
        assertThat(authority.find()).isTrue();
        X509Certificate root = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(authority.group(1)))
                                        .build(),
                                BodyHandlers.ofInputStream())
                        .body());
        assertThat(terminal.readLine()).contains("Server localhost");
        send(FunctionUnderTest.good(Protocol.SMTP), terminal, "UP-C-00", root);
        send(FunctionUnderTest.stripped(Protocol.SMTP), terminal, "UP-C-01a", root);
        assertThat(status.get()).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("client:smtp\n  policy       required\n")
                .contains("pass  UP-C-00 ")
                .contains("FAIL  UP-C-01a");
    }

    /** Sends the client to the port that the row of this case has. */
    private static void send(FunctionUnderTest client, BufferedReader terminal, String id, X509Certificate root)
            throws Exception {
        for (String line = terminal.readLine(); line != null; line = terminal.readLine()) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && row.group(1).equals(id)) {
                client.run("localhost", Integer.parseInt(row.group(2)), row.group(3), row.group(4), root);
                return;
            }
        }
        throw new AssertionError("no row of " + id);
    }
}
