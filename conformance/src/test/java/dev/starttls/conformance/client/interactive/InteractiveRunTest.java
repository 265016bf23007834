package dev.starttls.conformance.client.interactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.client.interactive.CaseRow.State;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    void with_one_port_the_account_stays_and_the_next_case_begins_after_a_verdict() throws Exception {
        try (TestSession session = TestSession.start(PortUse.ONE, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            String user = session.row(TestSession.CONTROL).user();
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-01a").user()).isEqualTo(user);
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.LATER);
            session.send(GOOD, "UP-C-01a");
            assertThat(session.row("UP-C-02a").state()).isEqualTo(State.WAITING);
            assertThat(session.row("UP-C-02a").user()).isEqualTo(user);
        }
    }

    @Test
    void next_ends_a_case_to_which_no_client_came_as_inconclusive_but_not_the_control() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a")) {
            assertThat(session.run().next().orElseThrow()).contains("the well-behaved server is first");
            assertThat(session.row(TestSession.CONTROL).state()).isEqualTo(State.WAITING);
            session.send(GOOD, TestSession.CONTROL);
            assertThat(session.run().next()).isEmpty();
            assertThat(session.row("UP-C-01a").words()).isEqualTo("inconclusive: the client did not connect");
        }
    }

    @Test
    void what_the_client_did_not_do_with_a_well_behaved_server_is_inconclusive_without_a_run() throws Exception {
        try (TestSession session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a")) {
            CaseRow control = session.row(TestSession.CONTROL);
            assertThatThrownBy(() -> FunctionUnderTest.good(Protocol.POP3)
                            .run(
                                    session.run().host(),
                                    control.port(),
                                    control.user(),
                                    control.password(),
                                    session.root()))
                    .isInstanceOf(IOException.class);
            while (session.row(TestSession.CONTROL).state() != State.DONE) {
                session.run().look();
            }
            assertThat(session.row("UP-C-02a").words()).contains("the client never finished a handshake");
            assertThat(session.row("UP-C-01a").state()).isEqualTo(State.WAITING);
        }
    }

    @Test
    void a_session_is_taken_up_again_with_its_verdicts_and_its_authority() throws Exception {
        Path state = folder.resolve("session.json");
        String pem;
        String user;
        try (TestSession session = TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a", "UP-C-02a")) {
            pem = session.run().rootPem();
            user = session.row(TestSession.CONTROL).user();
            session.send(GOOD, TestSession.CONTROL);
            session.send(STRIPPED, "UP-C-01a");
        }
        try (TestSession session = TestSession.start(PortUse.ONE, Optional.of(state), "UP-C-01a", "UP-C-02a")) {
            assertThat(session.run().rootPem()).isEqualTo(pem);
            assertThat(session.row("UP-C-01a").words()).isEqualTo("fail: sent AUTH with credentials in plaintext");
            assertThat(session.row("UP-C-01a").lastLines()).hasSize(5);
            assertThat(session.row(TestSession.CONTROL).state()).isEqualTo(State.WAITING);
            assertThat(session.row(TestSession.CONTROL).user()).isEqualTo(user);
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
