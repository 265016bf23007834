package dev.starttls.conformance.smtp;

import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.Checking;
import dev.starttls.conformance.session.Expected;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every broken server is caught by exactly the checks meant for it; right servers pass them all. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SmtpMatrixTest {
    /** Needs a server that waits for the second segment, or the outcome hangs on the network's timing. */
    private static final Set<String> RACES = Set.of("SMTP-S-11e");

    private static TargetReport check(Expected<Habit> expected) throws IOException {
        Checking checking = Checking.of(Protocol.SMTP);
        if (expected.habits().contains(Habit.DROPS_PIPELINED)) {
            checking = checking.withAnswer(Duration.ofSeconds(4));
        }
        try (ScriptedServer<Habit> server = ScriptedSmtpSession.server(expected.scheme(), expected.habits())) {
            return checking.all(server.target());
        }
    }

    private static Expected<Habit> on(Scheme scheme, Habit habit, String... rows) {
        return Expected.on(scheme, habit, rows);
    }

    private static Expected<Habit> smtp(Habit habit, String... rows) {
        return on(Scheme.SMTP, habit, rows);
    }

    /** Each with the checks it must be caught by; a question mark stands for a warning. */
    static Stream<Expected<Habit>> broken() {
        String[] injected = {"10", "11a", "11b", "11c", "11d", "12"};
        return Stream.of(
                smtp(Habit.GREETING_554, "01").blinding(),
                smtp(Habit.GREETING_WITH_BARE_LF, "01"),
                smtp(Habit.GREETING_WITHOUT_DOMAIN, "01"),
                smtp(Habit.GREETING_WITH_8_BIT, "01"),
                smtp(Habit.GREETING_WITH_MARKUP, "01"),
                smtp(Habit.NO_STARTTLS_OFFER, "02"),
                smtp(Habit.STARTTLS_WITH_PARAMETER, "02"),
                smtp(Habit.REQUIRETLS_BEFORE_TLS, "24"),
                smtp(Habit.TALKS_BEHIND_GO_AHEAD, "03a", "03b").blinding(),
                smtp(Habit.GO_AHEAD_250, "03a", "26?").blinding(),
                smtp(Habit.GO_AHEAD_454, "03a").blinding(),
                smtp(Habit.HANDSHAKE_FAILS, "03b").blinding(),
                smtp(Habit.EHLO_INSIDE_TLS_REFUSED, "03b").blinding(),
                smtp(Habit.ACCEPTS_ARGUMENT, "04"),
                smtp(Habit.ARGUMENT_ANSWERED_500, "04?"),
                smtp(Habit.UPPER_CASE_ONLY, "05a", "05b"),
                smtp(Habit.NO_MIXED_CASE, "05b"),
                smtp(Habit.STARTTLS_IN_DATA, "21"),
                smtp(Habit.HELO_STARTTLS_HANGS_UP, "26?"),
                smtp(Habit.OFFERS_STARTTLS_INSIDE, "06"),
                smtp(Habit.ACCEPTS_STARTTLS_INSIDE, "07"),
                smtp(Habit.STARTTLS_INSIDE_HANGS_UP, "07"),
                smtp(Habit.STARTTLS_INSIDE_421, "07?"),
                smtp(Habit.KEEPS_EHLO, "08"),
                smtp(Habit.KEEPS_EHLO, "08").and(Habit.STARTTLS_NEEDS_EHLO),
                smtp(Habit.TELLS_EARLIER_NAME, "08"),
                smtp(Habit.KEEPS_TRANSACTION_TILL_EHLO, "09b"),
                smtp(Habit.KEEPS_TRANSACTION, "09a", "09b"),
                smtp(Habit.TRANSACTION_CHANGES_REFUSAL, "09a", "09b"),
                smtp(Habit.KEEPS_READ_AHEAD, injected),
                smtp(Habit.KEEPS_FRAGMENT, "12"),
                smtp(Habit.ANSWERS_READ_AHEAD_BEFORE_TLS, "10", "11a", "11b", "11c", "11d"),
                smtp(Habit.OBEYS_READ_AHEAD_SILENTLY, "11c"),
                smtp(Habit.KEEPS_READ_AHEAD_BEHIND_BARE_LF, "20a?", "20b"),
                smtp(Habit.AUTH_BEFORE_TLS, "13?", "14a", "14b"),
                on(Scheme.SUBMISSION, Habit.AUTH_BEFORE_TLS, "13", "14a", "14b"),
                on(Scheme.SUBMISSION, Habit.AUTH_OFFERED_BEFORE_TLS, "13"),
                smtp(Habit.AUTH_TAKEN_BEFORE_TLS, "14a", "14b"),
                on(Scheme.SUBMISSION, Habit.CRAM_BEFORE_TLS, "13?"),
                smtp(Habit.PLAINTEXT_AFTER_GO_AHEAD, "15", "16"),
                smtp(Habit.TELLS_FAILED_HANDSHAKE, "15?", "16?"),
                smtp(Habit.GOES_ON_AFTER_FAILED_HANDSHAKE, "15", "17a"),
                smtp(Habit.DROPS_PIPELINED, "18"),
                smtp(Habit.ANSWERS_BACKWARDS, "18"),
                smtp(Habit.CUTS_LONG_LINES, "19a?", "19b?"),
                smtp(Habit.TAKES_ANY_LENGTH, "19b?"),
                smtp(Habit.TAKES_BARE_LF, "20a?"),
                smtp(Habit.QUIT_HANGS_UP, "22a").blinding(),
                smtp(Habit.NO_CLOSE_NOTIFY, "22b?"),
                on(Scheme.SMTPS, Habit.GREETING_554, "01", "23a").blinding(),
                on(Scheme.SMTPS, Habit.OFFERS_STARTTLS_INSIDE, "23b"),
                on(Scheme.SMTPS, Habit.ACCEPTS_STARTTLS_INSIDE, "07"),
                on(Scheme.SMTPS, Habit.DROPS_PIPELINED, "18"),
                on(Scheme.SMTPS, Habit.NO_CLOSE_NOTIFY, "22b?"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_server_is_caught_by_exactly_the_checks_meant_for_it(Expected<Habit> broken) throws IOException {
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<Expected<Habit>> right() {
        return Stream.concat(
                Stream.of(Scheme.SMTP, Scheme.SUBMISSION, Scheme.SMTPS).map(Expected::right),
                Stream.of(
                                Habit.MAIL_WITHOUT_EHLO,
                                Habit.STARTTLS_NEEDS_EHLO,
                                Habit.TLS_REQUIRED,
                                Habit.TLS_1_2_ONLY,
                                Habit.NO_PIPELINING,
                                Habit.REFUSES_READ_AHEAD,
                                Habit.FEEDS_READ_AHEAD_TO_TLS,
                                Habit.STARTTLS_REFUSED_IN_TRANSACTION,
                                Habit.AUTH_INSIDE_TLS,
                                Habit.RCPT_REFUSED_WITH_550)
                        .map(SmtpMatrixTest::smtp));
    }

    @ParameterizedTest
    @MethodSource("right")
    void a_right_server_passes_every_check(Expected<Habit> right) throws IOException {
        Expected.assertRight(check(right));
    }

    @Test
    void every_check_but_those_that_only_record_has_a_broken_server_that_it_catches() throws IOException {
        Set<String> alone = Set.of("SMTP-S-11e", "SMTP-S-17b", "SMTP-S-25");
        Expected.assertEachCatches(check(Expected.right(Scheme.SMTP)), broken(), alone);
    }
}
