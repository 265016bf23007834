package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.target.Protocol;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code conformance client --interactive} as a person sees it on a terminal. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InteractiveCommandTest {
    private static final Pattern ROW = Pattern.compile("(UP-C-[0-9a-z]+)  port ([0-9]+), waiting .*");

    private static List<String> command(String... more) {
        return Stream.concat(
                        Stream.of("client", "smtp", "--interactive", "--ports", "0", "--only", "UP-C-01a"),
                        List.of(more).contains("--page")
                                ? Stream.of(more)
                                : Stream.concat(Stream.of("--page", "0"), Stream.of(more)))
                .toList();
    }

    @Test
    void a_session_that_is_ended_before_the_client_came_is_status_3() {
        for (String typed : List.of("n\nq\n", "n\n")) {
            InProcess run = InProcess.run(typed, command());
            assertThat(run.status()).isEqualTo(3);
            assertThat(run.err())
                    .contains("page              http://127.0.0.1:")
                    .contains("security          STARTTLS, required")
                    .contains("trust the root certificate for this account alone")
                    .containsPattern("UP-C-00  port [0-9]+, waiting for the client: ")
                    .contains("the well-behaved server is first")
                    .contains("no case is done: the client never connected");
        }
    }

    @Test
    void what_is_not_understood_is_answered_with_where_help_is() {
        String typed = "h\nl\n\nUP-C-99\nagain UP-C-01a\nshown UP-C-00\nnot shown UP-C-00\nend UP-C-00\nq\n";
        assertThat(InProcess.run(typed, command()).err())
                .contains("again ID      begin this case once more, or now")
                .contains("UP-C-01a  later")
                .contains("there is no case 'up-c-99' in this session; h + ENTER says what can be typed")
                .contains("the well-behaved server is first: let the client connect to port")
                .contains("UP-C-00 does not ask for what the client shows")
                .contains("'end up-c-00' is not understood");
    }

    @Test
    void the_page_is_on_loopback_whatever_the_servers_listen_on() {
        InProcess run = InProcess.run("n\nq\n", command("--listen", "0.0.0.0"));
        assertThat(run.err())
                .contains("page              http://127.0.0.1:")
                .contains("For a client on another machine name this one with --host")
                .doesNotContain("can press the buttons");
        assertThat(InProcess.run("n\nq\n", command("--page", "0.0.0.0:0")).err())
                .contains("page              http://127.0.0.1:")
                .contains("Whoever reaches the page sees the password, and can press the buttons.");
        assertThat(InProcess.run("n\nq\n", command("--page", "127.0.0.1:0")).err())
                .doesNotContain("can press the buttons");
    }

    @Test
    void a_port_that_is_taken_is_status_74_and_named() throws IOException {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            List<String> words = List.of(
                    "client", "smtp", "--interactive", "--page", "0", "--ports", String.valueOf(taken.getLocalPort()));
            InProcess run = InProcess.run("q\n", words);
            assertThat(run.status()).isEqualTo(74);
            assertThat(run.err())
                    .contains("the session cannot go on: expected a port to listen on, got 127.0.0.1:"
                            + taken.getLocalPort());
        }
    }

    @Test
    void a_session_goes_from_the_terminals_rows_to_a_report_when_the_person_finishes_it() throws Exception {
        PipedInputStream shown = new PipedInputStream(1 << 16);
        PipedOutputStream typed = new PipedOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompletableFuture<Integer> status = new CompletableFuture<>();
        PrintStream err = new PrintStream(new PipedOutputStream(shown), true, StandardCharsets.UTF_8);
        InputStream in = new PipedInputStream(typed);
        Thread command = new Thread(() -> status.complete(Main.run(
                new CommandEnvironment(in, new PrintStream(out, false, StandardCharsets.UTF_8), err, Terminal.ABSENT),
                new LibraryServers(),
                command().toArray(String[]::new))));
        command.setDaemon(true);
        command.start();
        BufferedReader terminal = new BufferedReader(new InputStreamReader(shown, StandardCharsets.UTF_8));
        X509Certificate root = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(after(terminal, "root certificate")))
                                        .build(),
                                BodyHandlers.ofInputStream())
                        .body());
        String user = after(terminal, "user name");
        String password = after(terminal, "password");
        send(FunctionUnderTest.good(Protocol.SMTP), terminal, "UP-C-00", user, password, root);
        send(FunctionUnderTest.stripped(Protocol.SMTP), terminal, "UP-C-01a", user, password, root);
        assertThat(after(terminal, "All cases are done:")).contains("finish the session for its report");
        assertThat(status).isNotDone();
        typed.write("q\n".getBytes(StandardCharsets.US_ASCII));
        typed.flush();
        assertThat(status.get()).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("client:smtp\n  policy       required\n")
                .contains("pass  UP-C-00 ")
                .contains("FAIL  UP-C-01a")
                .doesNotContain(password);
    }

    /** What stands after this in the first line that begins with it. */
    private static String after(BufferedReader terminal, String beginning) throws IOException {
        for (String line = terminal.readLine(); line != null; line = terminal.readLine()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length()).strip();
            }
        }
        throw new AssertionError("no line begins with " + beginning);
    }

    /** Sends the client to the port that the row of this case has. */
    private static void send(
            FunctionUnderTest client,
            BufferedReader terminal,
            String id,
            String user,
            String password,
            X509Certificate root)
            throws Exception {
        for (String line = terminal.readLine(); line != null; line = terminal.readLine()) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && row.group(1).equals(id)) {
                client.run("localhost", Integer.parseInt(row.group(2)), user, password, root);
                return;
            }
        }
        throw new AssertionError("no row of " + id);
    }
}
