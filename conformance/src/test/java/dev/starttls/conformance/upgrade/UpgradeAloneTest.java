package dev.starttls.conformance.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that would spoil the other checks, each seen by one shared check alone, for each protocol. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UpgradeAloneTest {
    /** Over before most servers have answered. */
    private static final Duration NO_TIME = Duration.ofNanos(1);

    private static Verdict one(Protocol protocol, String id, Fault... faults) throws IOException {
        return one(Servers.checking(protocol), id, faults);
    }

    private static Verdict one(CheckHarness checking, String id, Fault... faults) throws IOException {
        return result(checking, id, faults).verdict();
    }

    private static CheckResult result(CheckHarness checking, String id, Fault... faults) throws IOException {
        try (ScriptedServer server = Servers.start(Scheme.upgraded(checking.protocol()), List.of(faults))) {
            return checking.one(id, server.target());
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_line_in_a_second_segment_that_is_kept_is_caught(Protocol protocol) throws IOException {
        Verdict verdict = one(protocol, "UP-S-11e", UpgradeFault.WAITS_FOR_SECOND_SEGMENT);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("what was sent in plaintext was executed");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_line_that_is_kept_where_a_line_end_is_in_two_segments_is_caught(Protocol protocol) throws IOException {
        // The server has two seconds to read the first segment before the second comes.
        CheckHarness patient = Servers.checking(protocol).withQuiet(Duration.ofSeconds(12));
        Verdict verdict = one(patient, "UP-S-34a", UpgradeFault.KEEPS_READ_AHEAD_AFTER_SPLIT_LINE_END);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void plaintext_that_comes_a_while_after_the_go_ahead_is_caught(Protocol protocol) throws IOException {
        CheckHarness patient = Servers.checking(protocol).withQuiet(Duration.ofSeconds(5));
        Verdict verdict = one(patient, "UP-S-03a", UpgradeFault.TALKS_AFTER_A_WHILE);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("by the way");
    }

    @Test
    void a_refusal_that_comes_late_is_waited_for_on_another_connection() throws IOException {
        CheckResult result = result(
                Servers.checking(Protocol.IMAP),
                "UP-S-16",
                UpgradeFault.GOES_ON_AFTER_FAILED_HANDSHAKE,
                UpgradeFault.TELLS_FAILURE_AT_THE_END_ONCE);
        Verdict verdict = result.verdict();
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("plaintext came: '* CAPABILITY");
        assertThat(result.transcript()).anyMatch(entry -> entry.text().startsWith("again:"));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_refusal_that_comes_late_and_ends_the_session_stays_a_warning(Protocol protocol) throws IOException {
        CheckResult result = result(
                Servers.checking(protocol),
                "UP-S-16",
                UpgradeFault.TELLS_FAILED_HANDSHAKE,
                UpgradeFault.TELLS_FAILURE_AT_THE_END_ONCE);
        Verdict verdict = result.verdict();
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.WARN);
        assertThat(result.transcript()).anyMatch(entry -> entry.text().startsWith("again:"));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_refusal_that_does_not_come_again_was_seen_all_the_same(Protocol protocol) throws IOException {
        CheckResult result = result(Servers.checking(protocol), "UP-S-15", UpgradeFault.TELLS_FIRST_FAILED_HANDSHAKE);
        Verdict verdict = result.verdict();
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.WARN);
        assertThat(result.transcript()).anyMatch(entry -> entry.text().startsWith("again:"));
    }

    @ParameterizedTest
    @CsvSource({"SMTP, UP-S-31a", "SMTP, UP-S-14", "IMAP, UP-S-31b", "POP3, UP-S-31a", "POP3, UP-S-31b", "POP3, UP-S-14"
    })
    void a_go_ahead_that_comes_late_is_no_fault(Protocol protocol, String id) throws IOException {
        Verdict verdict = one(Servers.checking(protocol).withQuiet(NO_TIME), id);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.PASS);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_server_that_fails_the_handshake_because_of_plaintext_passes(Protocol protocol) throws IOException {
        assertThat(one(protocol, "UP-S-30").detail()).contains("the handshake fails, as it must");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_server_that_refuses_plaintext_in_plaintext_is_not_blamed_for_executing_it(Protocol protocol)
            throws IOException {
        for (String id : List.of("UP-S-30", "UP-S-33")) {
            Verdict verdict = one(protocol, id, UpgradeFault.TELLS_FAILED_HANDSHAKE);
            assertThat(verdict.status()).as(verdict.detail()).isIn(Status.PASS, Status.INCONCLUSIVE);
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_sound_server_passes_over_a_second_segment(Protocol protocol) throws IOException {
        assertThat(one(protocol, "UP-S-11e").status()).isNotEqualTo(Status.FAIL);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_second_segment_that_meets_tls_is_no_proof_where_the_session_goes_on(Protocol protocol) throws IOException {
        Verdict verdict =
                one(protocol, "UP-S-11e", UpgradeFault.REFUSES_PLAINTEXT_AND_GOES_ON, UpgradeFault.TAKES_BARE_LF);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(verdict.detail()).contains("when the ClientHello was expected");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_server_that_dies_of_an_aborted_handshake_is_caught(Protocol protocol) throws IOException {
        assertThat(one(protocol, "UP-S-17b", UpgradeFault.DIES_OF_FAILED_HANDSHAKE)
                        .status())
                .isEqualTo(Status.FAIL);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_server_that_dies_of_a_long_line_is_caught(Protocol protocol) throws IOException {
        Verdict verdict = one(protocol, "UP-S-19b", UpgradeFault.DIES_OF_LONG_LINE);
        assertThat(verdict.status()).isEqualTo(Status.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @ParameterizedTest
    @CsvSource({"SMTP, UP-S-31a", "SMTP, UP-S-31b", "POP3, UP-S-31a", "POP3, UP-S-31b"})
    void a_server_without_pipelining_may_read_one_command_of_a_segment(Protocol protocol, String id)
            throws IOException {
        List<Fault> sound = List.of(UpgradeFault.NO_PIPELINING, UpgradeFault.READS_ONE_COMMAND_OF_A_SEGMENT);
        try (ScriptedServer server = Servers.start(Scheme.upgraded(protocol), sound)) {
            Verdict verdict = Servers.checking(protocol)
                    .withAnswer(Duration.ofSeconds(4))
                    .one(id, server.target())
                    .verdict();
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(verdict.detail()).contains("offers no PIPELINING");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SMTP, 220 localhost",
        "IMAP, * OK localhost",
        "POP3, +OK scripted",
    })
    void a_greeting_in_plaintext_on_an_implicit_tls_port_is_caught(Protocol protocol, String greeting)
            throws IOException {
        try (ScriptedServer server = Servers.start(Scheme.upgraded(protocol), List.of())) {
            Target target = new Target(
                    Scheme.implicit(protocol).orElseThrow(),
                    "localhost",
                    server.target().port());
            Verdict verdict = Servers.checking(protocol).one("UP-S-23a", target).verdict();
            assertThat(verdict.status()).isEqualTo(Status.FAIL);
            assertThat(verdict.detail()).contains(greeting);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SMTP, 220 localhost",
        "IMAP, * OK localhost",
        "POP3, +OK localhost",
    })
    void a_greeting_in_plaintext_that_comes_late_on_an_implicit_tls_port_is_caught_too(
            Protocol protocol, String greeting) throws IOException {
        try (ScriptedServer server = ScriptedServer.start(
                Scheme.implicit(protocol).orElseThrow(), (self, socket) -> greetLate(socket, greeting), List.of())) {
            Verdict verdict =
                    Servers.checking(protocol).one("UP-S-23a", server.target()).verdict();
            assertThat(verdict.status()).isEqualTo(Status.FAIL);
            assertThat(verdict.detail()).contains("came before TLS").contains(greeting);
        }
    }

    /** Only when the ClientHello has begun to come. */
    private static void greetLate(Socket socket, String greeting) throws IOException {
        assertThat(socket.getInputStream().read()).isNotNegative();
        socket.getOutputStream().write((greeting + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_ticket_that_carries_a_login_is_caught(Protocol protocol) throws IOException {
        Verdict verdict = one(protocol, "UP-S-56", UpgradeFault.TICKET_CARRIES_LOGIN);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_resumed_session_without_a_login_is_sound(Protocol protocol) throws IOException {
        Verdict verdict = one(protocol, "UP-S-56");
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.PASS);
        assertThat(verdict.detail()).contains("in the resumed session").contains("as in a new one");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_busy_server_makes_the_greeting_inconclusive(Protocol protocol) throws IOException {
        assertThat(one(protocol, "UP-S-01", UpgradeFault.GREETING_BUSY).status())
                .isEqualTo(Status.INCONCLUSIVE);
    }

    @ParameterizedTest
    @CsvSource({"SMTP, STARTTLS", "IMAP, STARTTLS", "POP3, STLS"})
    void a_server_without_tls_is_skipped_by_the_checks_of_the_upgrade(Protocol protocol, String command)
            throws IOException {
        assertThat(one(protocol, "UP-S-10", UpgradeFault.NO_UPGRADE_OFFER))
                .isEqualTo(Verdict.skip(command + " is not offered"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"SMTP", "POP3"})
    void what_is_pipelined_is_skipped_where_pipelining_is_not_offered(Protocol protocol) throws IOException {
        for (String id : List.of("UP-S-14", "UP-S-18")) {
            assertThat(one(protocol, id, UpgradeFault.NO_PIPELINING).status()).isEqualTo(Status.SKIP);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SMTP | only before: STARTTLS; only inside: AUTH PLAIN LOGIN, REQUIRETLS; both: 8BITMIME, PIPELINING",
                "IMAP | only before: LOGINDISABLED, STARTTLS; only inside: AUTH=PLAIN; both: IMAP4REV1, LITERAL-",
                "POP3 | only before: STLS; only inside: SASL PLAIN, USER; both: EXPIRE NEVER, PIPELINING, TOP"
            })
    void offers_are_recorded_before_and_inside(Protocol protocol, String detail) throws IOException {
        assertThat(one(protocol, "UP-S-08")).isEqualTo(Verdict.pass(detail));
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"SMTP", "POP3"})
    void a_goodbye_that_is_executed_inside_tls_is_recognised_by_the_end_of_the_session(Protocol protocol)
            throws IOException {
        Verdict verdict = one(protocol, "UP-S-11c", UpgradeFault.KEEPS_READ_AHEAD);
        assertThat(verdict.status()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("and the end of the session");
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"SMTP", "POP3"})
    void a_server_that_greets_inside_tls_is_not_blamed_for_executing_plaintext(Protocol protocol) throws IOException {
        for (String id : List.of("UP-S-10", "UP-S-14")) {
            Verdict verdict = one(protocol, id, UpgradeFault.GREETS_INSIDE);
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(verdict.detail()).contains("without the stimulus the answers were");
        }
    }
}
