package dev.starttls.conformance.smtp;

import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.ExpectedFindings;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The faults that only SMTP knows: each is caught by exactly the checks meant for it; sound servers pass them all. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SmtpMatrixTest {
    /** Needs a server that waits for the second segment, or the outcome hangs on the network's timing. */
    private static final Set<String> RACES = Set.of("UP-S-11e");

    /** Has to hear the answer, so it listens for long: SmtpAloneTest. */
    private static final Set<String> ALONE = Set.of("SMTP-S-21");

    private static TargetReport check(ExpectedFindings expected) throws IOException {
        try (ScriptedServer server = ScriptedSmtpSession.server(expected.scheme(), expected.faults())) {
            return CheckHarness.of(Protocol.SMTP).all(server.target());
        }
    }

    private static ExpectedFindings smtp(Fault fault, String... rows) {
        return ExpectedFindings.on(Scheme.SMTP, fault, rows);
    }

    /** Each with the checks it must be caught by; a question mark stands for a warning. */
    static Stream<ExpectedFindings> broken() {
        return Stream.of(
                smtp(SmtpFault.GREETING_WITHOUT_DOMAIN, "01"),
                smtp(SmtpFault.GREETING_WITH_8_BIT, "01"),
                smtp(SmtpFault.GREETING_WITH_MARKUP, "01"),
                smtp(SmtpFault.REQUIRETLS_BEFORE_TLS, "SMTP-24"),
                smtp(SmtpFault.GO_AHEAD_250, "03a", "SMTP-26?").blinding(),
                smtp(SmtpFault.ARGUMENT_ANSWERED_500, "04?"),
                smtp(UpgradeFault.TELLS_FAILED_HANDSHAKE, "15?", "16?").and(SmtpFault.FAILED_HANDSHAKE_IN_THREE_LINES),
                smtp(SmtpFault.HELO_STARTTLS_HANGS_UP, "SMTP-26?"),
                smtp(SmtpFault.STARTTLS_INSIDE_421, "07?"),
                smtp(SmtpFault.TLS_REQUIRED, "SMTP-27"),
                ExpectedFindings.on(Scheme.SUBMISSION, SmtpFault.TLS_REQUIRED_SAID_WITH_550, "SMTP-28?"),
                smtp(SmtpFault.NOOP_INSIDE_NEEDS_EHLO, "SMTP-29?"),
                smtp(SmtpFault.KEEPS_EHLO, "SMTP-08"),
                smtp(SmtpFault.KEEPS_EHLO, "SMTP-08").and(SmtpFault.STARTTLS_NEEDS_EHLO),
                smtp(SmtpFault.TELLS_EARLIER_NAME, "SMTP-08"),
                smtp(SmtpFault.KEEPS_TRANSACTION_TILL_EHLO, "SMTP-09b", "SMTP-30"),
                smtp(SmtpFault.KEEPS_TRANSACTION, "SMTP-09a", "SMTP-09b", "SMTP-30"),
                smtp(SmtpFault.TRANSACTION_CHANGES_REFUSAL, "SMTP-09a", "SMTP-09b"),
                smtp(SmtpFault.STARTTLS_IN_BDAT, "SMTP-31").and(SmtpFault.CHUNKING),
                smtp(SmtpFault.STARTTLS_IN_REFUSED_BDAT, "SMTP-31").and(SmtpFault.CHUNKING),
                smtp(SmtpFault.OFFERS_STARTTLS_AFTER_RSET, "40"),
                smtp(SmtpFault.ACCEPTS_UNKNOWN_COMMANDS, "SMTP-32").blinding(),
                smtp(SmtpFault.ANSWERS_UNKNOWN_COMMANDS_TWICE, "SMTP-32"),
                smtp(SmtpFault.KEEPS_RECIPIENT, "SMTP-30"),
                smtp(SmtpFault.KEEPS_RECIPIENT_TILL_EHLO, "SMTP-30"),
                smtp(
                        UpgradeFault.KEEPS_READ_AHEAD,
                        "10",
                        "11a",
                        "11b",
                        "11c",
                        "11d",
                        "11f",
                        "12",
                        "31a",
                        "31b",
                        "33",
                        "34a",
                        "34b",
                        "SMTP-11b"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_faulty_server_is_caught_by_exactly_the_checks_meant_for_it(ExpectedFindings broken) throws IOException {
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<ExpectedFindings> sound() {
        Stream<ExpectedFindings> received = Stream.of(
                        SmtpFault.MAIL_WITHOUT_EHLO,
                        SmtpFault.STARTTLS_NEEDS_EHLO,
                        SmtpFault.STARTTLS_REFUSED_IN_TRANSACTION,
                        SmtpFault.AUTH_INSIDE_TLS,
                        SmtpFault.RCPT_REFUSED_WITH_550,
                        SmtpFault.NO_NOOP,
                        SmtpFault.CHUNKING)
                .map(SmtpMatrixTest::smtp);
        return Stream.concat(received, Stream.of(ExpectedFindings.on(Scheme.SUBMISSION, SmtpFault.TLS_REQUIRED)));
    }

    @ParameterizedTest
    @MethodSource("sound")
    void a_sound_server_passes_every_check(ExpectedFindings sound) throws IOException {
        ExpectedFindings.assertSound(check(sound));
    }

    @Test
    void every_check_of_smtp_has_a_faulty_server_that_it_catches() throws IOException {
        ExpectedFindings.assertEachCatches(check(ExpectedFindings.sound(Scheme.SMTP)), "SMTP-", broken(), ALONE);
    }
}
