package dev.starttls.conformance.client.interactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.interactive.CaseRow.State;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InteractiveRunTest {
    private static final FunctionUnderTest GOOD = FunctionUnderTest.good(Protocol.SMTP);
    private static final FunctionUnderTest STRIPPED = FunctionUnderTest.stripped(Protocol.SMTP);

    @TempDir
    Path folder;

    private static Status status(CaseRow row) {
        return row.verdict().orElseThrow().status();
    }

    @Test
    void the_well_behaved_server_is_first_and_the_others_wait_for_it() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            assertThat(session.row(TestSession.CONTROL).state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.LATER);
            session.send(GOOD, TestSession.CONTROL);
            assertThat(status(session.row(TestSession.CONTROL))).isEqualTo(Status.PASS);
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-01a").port())
                    .isNotEqualTo(session.row("UP-C-02a").port());
            assertThat(session.run().over()).isFalse();
        }
    }

    @Test
    void a_client_that_does_wrong_fails_its_case_and_its_exit_status_is_not_asked_for() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            session.send(GOOD, TestSession.CONTROL);
            session.send(STRIPPED, "UP-C-01a");
            session.send(GOOD, "UP-C-02a");
            assertThat(session.row("UP-C-01a").words()).isEqualTo("fail: sent AUTH with credentials in plaintext");
            assertThat(status(session.row("UP-C-02a"))).isEqualTo(Status.PASS);
            assertThat(session.row("UP-C-01a").lastLines()).hasSize(5);
            assertThat(session.run().over()).isTrue();
            TargetReport report = session.run().report().orElseThrow();
            assertThat(report.target().url()).isEqualTo("client:smtp");
            assertThat(report.results()).hasSize(3);
            assertThat(report.survey().problem()).isEmpty();
            assertThat(report.dialogue()).isNotEmpty();
        }
    }

    @Test
    void a_case_of_two_runs_asks_for_the_client_twice() throws Exception {
        FunctionUnderTest injected = FunctionUnderTest.injected(Protocol.SMTP);
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-04a")) {
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.row("UP-C-04a").words()).isEqualTo("waiting for the client, run 1 of 2");
            session.send(injected, "UP-C-04a");
            assertThat(session.row("UP-C-04a").words()).isEqualTo("waiting for the client, run 2 of 2");
            session.send(injected, "UP-C-04a");
            assertThat(session.row("UP-C-04a").words())
                    .startsWith("fail: went on inside TLS with an answer that had come in plaintext");
        }
    }

    @Test
    void with_one_port_the_next_case_begins_after_a_verdict() throws Exception {
        try (TestSession session = TestSession.start(PortUse.ONE, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.LATER);
            session.send(GOOD, "UP-C-01a");
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.WAITING);
        }
    }

    @Test
    void a_case_that_is_ended_without_any_connection_is_inconclusive_and_the_control_is_not_ended_so()
            throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            assertThat(session.run().end(TestSession.CONTROL).orElseThrow())
                    .contains("the well-behaved server is first");
            assertThat(session.run().next().orElseThrow()).contains("the well-behaved server is first");
            assertThat(session.row(TestSession.CONTROL).actions()).isEmpty();
            session.send(GOOD, TestSession.CONTROL);
            int port = session.row("UP-C-02a").port();
            assertThat(session.run().end("up-c-02A")).isEmpty();
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.ENDED);
            assertThat(session.row("UP-C-02a").words())
                    .isEqualTo("ended by you: inconclusive: the client never connected to port " + port);
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.run().next()).isEmpty();
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.ENDED);
        }
    }

    @Test
    void a_case_is_judged_by_what_was_seen_when_it_is_ended_while_the_client_is_connected() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            session.send(GOOD, TestSession.CONTROL);
            try (Socket client = new Socket(
                    InetAddress.getLoopbackAddress(), session.row("UP-C-02a").port())) {
                assertThat(client.getInputStream().read()).isEqualTo('2');
                assertThat(session.row("UP-C-02a").state()).isEqualTo(State.CONNECTED);
                assertThat(session.run().end("UP-C-02a", 1)).isEmpty();
            }
            assertThat(session.row("UP-C-02a").words())
                    .isEqualTo("ended by you: warn: sent nothing it must not send, and waited until it was ended");
        }
    }

    @Test
    void what_is_not_open_cannot_be_ended_and_a_button_that_comes_late_does_not_end_the_next_run() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-04a", "UP-C-01a")) {
            assertThat(session.run().end("UP-C-01a")).contains("UP-C-01a has not begun");
            assertThat(session.run().end("UP-C-99")).contains("there is no case 'UP-C-99' in this session");
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.run().end(TestSession.CONTROL)).contains("UP-C-00 is done");
            session.send(GOOD, "UP-C-04a");
            assertThat(session.run().end("UP-C-04a", 1)).contains("run 1 of UP-C-04a is over");
            assertThat(session.row("UP-C-04a").words()).isEqualTo("waiting for the client, run 2 of 2");
            int port = session.row("UP-C-04a").port();
            assertThat(session.run().end("UP-C-04a", 2)).isEmpty();
            assertThat(session.row("UP-C-04a").words())
                    .isEqualTo("ended by you: inconclusive: the client never connected to port " + port
                            + ", in run 2 of 2");
        }
    }

    @Test
    void a_case_that_is_repeated_keeps_its_verdict_until_the_client_comes_again() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a")) {
            assertThat(session.run().begin("UP-C-01a").orElseThrow()).contains("the well-behaved server is first");
            session.send(GOOD, TestSession.CONTROL);
            session.send(STRIPPED, "UP-C-01a");
            assertThat(session.run().over()).isTrue();
            assertThat(session.run().begin("up-c-01a")).isEmpty();
            assertThat(session.row("UP-C-01a").words()).isEqualTo("waiting for the client (before: fail)");
            assertThat(session.run().begin("UP-C-01a").orElseThrow()).contains("UP-C-01a is open");
            assertThat(session.run().over()).isFalse();
            assertThat(session.run().end("UP-C-01a")).isEmpty();
            assertThat(session.row("UP-C-01a").words()).isEqualTo("fail: sent AUTH with credentials in plaintext");
            assertThat(session.run().begin("UP-C-01a")).isEmpty();
            session.send(GOOD, "UP-C-01a");
            assertThat(status(session.row("UP-C-01a"))).isEqualTo(Status.PASS);
        }
    }

    @Test
    void with_one_port_any_case_can_be_begun_and_the_one_that_waited_comes_later() throws Exception {
        try (TestSession session =
                TestSession.start(PortUse.ONE, Optional.empty(), "UP-C-01a", "UP-C-02a", "UP-C-02b")) {
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.run().begin("UP-C-02b")).isEmpty();
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.LATER);
            session.send(STRIPPED, "UP-C-02b");
            assertThat(session.row("UP-C-02b").done()).isTrue();
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.LATER);
        }
    }

    @Test
    void with_a_pause_nothing_listens_after_a_verdict_until_the_person_goes_on() throws Exception {
        try (TestSession session = TestSession.start(PortUse.ONE_IN_STEPS, Optional.empty(), "UP-C-01a", "UP-C-04a")) {
            session.send(GOOD, TestSession.CONTROL);
            session.run().look();
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.LATER);
            assertThat(session.run().advice()).isEqualTo("The next case begins when you say so.");
            assertThat(session.run().next()).isEmpty();
            session.send(GOOD, "UP-C-01a");
            session.run().look();
            assertThat(session.row("UP-C-04a").state()).isEqualTo(State.LATER);
            assertThat(session.run().next()).isEmpty();
            session.send(GOOD, "UP-C-04a");
            assertThat(session.row("UP-C-04a").words()).isEqualTo("waiting for the client, run 2 of 2");
        }
    }

    /** A client that trusts the root too late, or is set to another protocol, would make all cases worthless. */
    @Test
    void after_a_control_that_failed_nothing_is_opened_until_it_is_repeated() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            session.send(FunctionUnderTest.good(Protocol.POP3), TestSession.CONTROL);
            session.run().look();
            assertThat(session.row("UP-C-02a").words()).contains("the client never finished a handshake");
            assertThat(session.row("UP-C-02a").actions()).isEmpty();
            assertThat(session.run().begin("UP-C-02a").orElseThrow()).startsWith("UP-C-02a cannot be run: ");
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.LATER);
            assertThat(session.run().advice())
                    .contains("trusts the root certificate, and repeat UP-C-00")
                    .contains("The next case begins when you say so.");
            assertThat(session.run().begin(TestSession.CONTROL)).isEmpty();
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.row("UP-C-02a").words()).isEqualTo("waiting for the client");
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.run().advice()).isEmpty();
        }
    }

    @Test
    void a_person_can_go_on_after_a_control_that_failed() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a")) {
            session.send(FunctionUnderTest.good(Protocol.POP3), TestSession.CONTROL);
            assertThat(session.run().waits()).isTrue();
            assertThat(session.run().next()).isEmpty();
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
        }
    }

    @Test
    void a_control_that_is_repeated_keeps_the_verdicts_of_the_cases_that_were_run() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            session.send(GOOD, TestSession.CONTROL);
            session.send(STRIPPED, "UP-C-01a");
            assertThat(session.run().begin(TestSession.CONTROL)).isEmpty();
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.LATER);
            assertThat(session.run().end(TestSession.CONTROL)).isEmpty();
            assertThat(status(session.row(TestSession.CONTROL))).isEqualTo(Status.PASS);
            assertThat(status(session.row("UP-C-01a"))).isEqualTo(Status.FAIL);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.WAITING);
        }
    }

    @Test
    void a_port_that_is_taken_does_not_end_the_session_and_is_tried_again() throws Exception {
        List<ServerSocket> taken = new ArrayList<>();
        try (TestSession session = besides(taken)) {
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.LATER);
            assertThat(session.run().advice())
                    .contains("127.0.0.1:" + taken.get(0).getLocalPort());
            taken.get(0).close();
            session.run().look();
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.run().advice()).isEmpty();
        }
    }

    /** A session whose first case has a port that is taken, and whose control has the one before it, if that is free. */
    private static TestSession besides(List<ServerSocket> taken) throws IOException {
        for (int i = 0; i < 50; i++) {
            ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            try {
                TestSession session = TestSession.start(
                        Protocol.SMTP, one.getLocalPort() - 1, PortUse.EACH, Optional.empty(), "UP-C-01a");
                taken.add(one);
                return session;
            } catch (IOException e) {
                one.close();
            }
        }
        throw new IOException("expected two ports side by side of which one is free");
    }

    @Test
    void what_only_a_person_sees_is_asked_for_and_judged_by_the_answer() throws Exception {
        FunctionUnderTest client = FunctionUnderTest.good(Protocol.IMAP);
        try (TestSession session =
                TestSession.start(Protocol.IMAP, 0, PortUse.EACH, Optional.empty(), "IMAP-C-04d", "UP-C-01a")) {
            session.send(client, TestSession.CONTROL);
            assertThat(session.row("IMAP-C-04d").lookFor().orElseThrow()).contains("Your mailbox is full");
            assertThat(session.run().shown("IMAP-C-04d")).contains("IMAP-C-04d does not ask for what the client shows");
            session.send(client, "IMAP-C-04d");
            session.send(client, "IMAP-C-04d");
            assertThat(session.row("IMAP-C-04d").words()).startsWith("inconclusive: only who sees the program");
            assertThat(session.row("IMAP-C-04d").actions()).contains(CaseRow.Action.SAY);
            assertThat(session.run().shown("IMAP-C-04d")).isEmpty();
            assertThat(session.row("IMAP-C-04d").words())
                    .contains("the person at the client saw 'Your mailbox is full: visit http://alert.example'");
            assertThat(session.row("IMAP-C-04d").lookFor()).isEmpty();
            assertThat(session.run().begin("IMAP-C-04d")).isEmpty();
            session.send(client, "IMAP-C-04d");
            session.send(client, "IMAP-C-04d");
            assertThat(session.run().notShown("imap-c-04d")).isEmpty();
            assertThat(status(session.row("IMAP-C-04d"))).isEqualTo(Status.PASS);
            assertThat(session.run().notShown("UP-C-99").orElseThrow()).contains("there is no case");
        }
    }

    @Test
    void a_person_is_not_asked_what_a_client_showed_that_never_came() throws Exception {
        try (TestSession session = TestSession.start(Protocol.IMAP, 0, PortUse.EACH, Optional.empty(), "IMAP-C-04d")) {
            session.send(FunctionUnderTest.good(Protocol.IMAP), TestSession.CONTROL);
            assertThat(session.run().end("IMAP-C-04d")).isEmpty();
            assertThat(session.row("IMAP-C-04d").lookFor()).isEmpty();
            assertThat(session.run().notShown("IMAP-C-04d")).isPresent();
            assertThat(status(session.row("IMAP-C-04d"))).isEqualTo(Status.INCONCLUSIVE);
        }
    }

    @Test
    void the_session_lasts_until_the_person_finishes_it() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a")) {
            session.send(GOOD, TestSession.CONTROL);
            session.send(GOOD, "UP-C-01a");
            assertThat(session.run().over()).isTrue();
            assertThat(session.run().finished()).isFalse();
            assertThat(session.run().next()).contains("no case is open");
            assertThat(session.run().advice()).contains("All cases are done");
            session.run().finish();
            assertThat(session.run().finished()).isTrue();
        }
    }

    @Test
    void what_to_set_is_in_the_words_of_clients_and_only_shown_where_it_is_asked_for() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a")) {
            AccountSettings account = session.run().account();
            assertThat(account.entries())
                    .containsEntry("server", "localhost")
                    .containsEntry("security", "STARTTLS, required (not \"if available\")")
                    .containsEntry("user name", account.user())
                    .containsEntry("password", account.password())
                    .containsEntry("authentication", "normal password");
            assertThat(account.toString()).doesNotContain(account.password());
            assertThat(AccountSettings.of("h", ClientPolicy.IMPLICIT, "u", "p").security())
                    .isEqualTo("SSL/TLS from the first octet, not STARTTLS");
            assertThat(AccountSettings.of("h", ClientPolicy.OPPORTUNISTIC, "u", "p")
                            .security())
                    .isEqualTo("STARTTLS if the server has it");
        }
    }

    @Test
    void a_session_that_is_taken_up_knows_who_ended_a_case_and_asks_the_control_again_what_cannot_be_run()
            throws Exception {
        Path state = folder.resolve("session.json");
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.of(state), "UP-C-01a", "UP-C-02a")) {
            session.send(FunctionUnderTest.good(Protocol.POP3), TestSession.CONTROL);
            assertThat(session.run().next()).isEmpty();
            assertThat(session.run().end("UP-C-01a")).isEmpty();
        }
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.of(state), "UP-C-01a", "UP-C-02a")) {
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.ENDED);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.JUDGED);
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.WAITING);
        }
    }

    @Test
    void a_file_without_its_authority_or_with_a_changed_one_is_refused() throws Exception {
        Path state = folder.resolve("session.json");
        TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a").close();
        String whole = Files.readString(state);
        for (String key : List.of("root", "key")) {
            Files.writeString(state, whole.replace("\"" + key + "\"", "\"other\""));
            assertThatThrownBy(() -> TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("got one without its authority");
            Files.writeString(state, whole.replaceFirst("\"" + key + "\" : \"....", "\"" + key + "\" : \"AAAA"));
            assertThatThrownBy(() -> TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("got one that was changed");
        }
    }

    @Test
    void a_client_that_says_nothing_inside_tls_has_not_done_the_control() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "TLS-C-01")) {
            shakeHands(session);
            while (session.row(TestSession.CONTROL).state() != State.JUDGED) {
                session.run().look();
            }
            assertThat(session.row(TestSession.CONTROL).words())
                    .startsWith("fail: finished the handshake, and sent nothing inside TLS");
            session.run().next();
            assertThat(session.row("TLS-C-01").words()).startsWith("inconclusive");
        }
    }

    /** As a client does that asks about the certificate after the handshake, and is told not to go on. */
    private static void shakeHands(TestSession session) throws IOException, GeneralSecurityException {
        String host = session.run().account().server();
        int port = session.row(TestSession.CONTROL).port();
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("root", session.root());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (Socket plain = new Socket(host, port)) {
            plain.getOutputStream().write("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            int lines = 0;
            while (lines < 2) {
                lines += plain.getInputStream().read() == '\n' ? 1 : 0;
            }
            ((SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)).startHandshake();
        }
    }

    @Test
    void a_session_is_taken_up_again_with_its_verdicts_and_its_authority() throws Exception {
        Path state = folder.resolve("session.json");
        String pem;
        String user;
        try (TestSession session = TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a", "UP-C-02a")) {
            pem = session.run().rootPem();
            user = session.run().account().user();
            session.send(GOOD, TestSession.CONTROL);
            session.send(STRIPPED, "UP-C-01a");
        }
        try (TestSession session = TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a", "UP-C-02a")) {
            assertThat(session.run().rootPem()).isEqualTo(pem);
            assertThat(session.row("UP-C-01a").words()).isEqualTo("fail: sent AUTH with credentials in plaintext");
            assertThat(session.row("UP-C-01a").lastLines()).hasSize(5);
            assertThat(session.row(TestSession.CONTROL).state()).isEqualTo(State.WAITING);
            assertThat(session.run().account().user()).isEqualTo(user);
            session.send(GOOD, TestSession.CONTROL);
            assertThat(status(session.row(TestSession.CONTROL))).isEqualTo(Status.PASS);
            session.send(GOOD, "UP-C-02a");
            assertThat(session.run().over()).isTrue();
        }
    }

    @Test
    void only_the_owner_may_read_the_file_with_the_key() throws Exception {
        assumeTrue(
                folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "this file system knows no owners");
        Path state = folder.resolve("session.json");
        TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rw-------");
    }

    @Test
    void the_file_of_another_session_is_refused() throws Exception {
        Path state = folder.resolve("session.json");
        TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a").close();
        assertThatThrownBy(() -> TestSession.start(PortUse.EACH, Optional.of(state), "UP-C-01a"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("session.json: expected the state of a session of client:smtp")
                .hasMessageContaining("got one of client:smtp, policy required, host localhost, one port");
        Files.writeString(state, "{}");
        assertThatThrownBy(() -> TestSession.start(PortUse.EACH, Optional.of(state), "UP-C-01a"))
                .hasMessageContaining("got something else");
        Files.writeString(state, "nonsense");
        assertThatThrownBy(() -> TestSession.start(PortUse.EACH, Optional.of(state), "UP-C-01a"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void before_the_end_the_report_says_how_much_was_done() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a")) {
            assertThat(session.run().report()).isEmpty();
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.run().report().orElseThrow().survey().problem())
                    .contains("ended when 1 of 2 cases were done");
        }
    }
}
