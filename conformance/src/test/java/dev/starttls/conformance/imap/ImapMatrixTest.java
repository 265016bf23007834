package dev.starttls.conformance.imap;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.Checking;
import dev.starttls.conformance.session.Elsewhere;
import dev.starttls.conformance.session.Expected;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
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
class ImapMatrixTest {
    /** Needs a server that waits for the second segment, or the outcome hangs on the network's timing. */
    private static final Set<String> RACES = Set.of("IMAP-S-12f");

    /** Seen only where a connection can be made from another address than the server's own. */
    private static final Set<Habit> SEEN_FROM_ELSEWHERE = EnumSet.of(
            Habit.LOGIN_IN_THE_CLEAR,
            Habit.LOGIN_TAKEN_IN_THE_CLEAR,
            Habit.LOGIN_REFUSED_WITH_BAD,
            Habit.AUTH_OFFERED_BEFORE_TLS,
            Habit.CRAM_BEFORE_TLS,
            Habit.ASKS_FOR_PASSWORD_IN_THE_CLEAR);

    /** These are silent for good. */
    private static final Set<Habit> SILENT =
            EnumSet.of(Habit.DROPS_PIPELINED, Habit.SWALLOWS_PIPELINED, Habit.GO_AHEAD_WITH_OTHER_TAG);

    private static TargetReport check(Expected<Habit> expected) throws IOException {
        Checking checking = Checking.of(Protocol.IMAP);
        if (expected.habits().stream().anyMatch(SILENT::contains)) {
            checking = checking.withAnswer(Duration.ofSeconds(4));
        }
        try (ScriptedServer<Habit> server = ScriptedImapSession.server(expected.scheme(), expected.habits())) {
            return checking.all(server.target());
        }
    }

    private static Expected<Habit> imap(Habit habit, String... rows) {
        return Expected.on(Scheme.IMAP, habit, rows);
    }

    private static Expected<Habit> imaps(Habit habit, String... rows) {
        return Expected.on(Scheme.IMAPS, habit, rows);
    }

    /** Each with the checks it must be caught by; a question mark stands for a warning. */
    static Stream<Expected<Habit>> broken() {
        String[] injected = {"11", "12a", "12b", "12c", "12d", "12e", "12g", "13"};
        String[] answered = {"11", "12a", "12b", "12c", "12d", "12e", "12g"};
        return Stream.of(
                imap(Habit.GREETING_BAD, "01").blinding(),
                imap(Habit.GREETING_WITH_BARE_LF, "01"),
                imap(Habit.GREETING_WITH_CONTROLS, "01"),
                imap(Habit.GREETING_WITHOUT_SPACE, "01"),
                imap(Habit.GREETING_PREAUTH, "16").blinding(),
                imap(Habit.NO_STARTTLS_OFFER, "02a"),
                imap(Habit.NO_REVISION, "02b"),
                imap(Habit.TWO_CAPABILITY_LINES, "02b"),
                imap(Habit.TALKS_BEHIND_GO_AHEAD, "03a", "03b").blinding(),
                imap(Habit.GO_AHEAD_NO, "03a").blinding(),
                imap(Habit.GO_AHEAD_WITH_OTHER_TAG, "03a").blinding(),
                imap(Habit.GO_AHEAD_WITH_BARE_LF, "03a"),
                imap(Habit.HANDSHAKE_FAILS, "03b").blinding(),
                imap(Habit.CAPABILITY_INSIDE_REFUSED, "03b").blinding(),
                imap(Habit.ACCEPTS_ARGUMENT, "04"),
                imap(Habit.ARGUMENT_ANSWERED_NO, "04?"),
                imap(Habit.UPPER_CASE_ONLY, "05a", "05b"),
                imap(Habit.NO_MIXED_CASE, "05b"),
                imap(Habit.TAGS_IN_LOWER_CASE, "05c"),
                imap(Habit.OFFERS_STARTTLS_INSIDE, "06a"),
                imap(Habit.NO_LOGIN_INSIDE, "06b"),
                imap(Habit.LOGINDISABLED_INSIDE, "06b?"),
                imap(Habit.ACCEPTS_STARTTLS_INSIDE, "07"),
                imap(Habit.STARTTLS_INSIDE_SPOILS_SESSION, "07"),
                imap(Habit.STARTTLS_INSIDE_HANGS_UP, "07?"),
                imap(Habit.LOGIN_IN_THE_CLEAR, "08a", "08b", "09", "10a", "10b"),
                imap(Habit.LOGIN_TAKEN_IN_THE_CLEAR, "09"),
                imap(Habit.LOGIN_TAKEN_IN_THE_CLEAR, "08a", "09").and(Habit.LOGINDISABLED_NOT_ANNOUNCED),
                imap(Habit.LOGIN_REFUSED_WITH_BAD, "09?"),
                imap(Habit.AUTH_OFFERED_BEFORE_TLS, "08b"),
                imap(Habit.CRAM_BEFORE_TLS, "08b?"),
                imap(Habit.ASKS_FOR_PASSWORD_IN_THE_CLEAR, "10a", "10b"),
                imap(Habit.KEEPS_READ_AHEAD, injected),
                imap(Habit.KEEPS_FRAGMENT, "13"),
                imap(Habit.KEEPS_FRAGMENT, "13", "19").and(Habit.UNKNOWN_ANSWERED_WITHOUT_TAG),
                imap(Habit.ANSWERS_READ_AHEAD_BEFORE_TLS, answered),
                imap(Habit.GREETS_INSIDE, "14a"),
                imap(Habit.ANNOUNCES_INSIDE, "14a"),
                imap(Habit.INFORMS_INSIDE, "14a?"),
                imap(Habit.FLUSHES_LATE, "14b"),
                imap(Habit.SWALLOWS_PIPELINED, "14b"),
                imap(Habit.PLAINTEXT_AFTER_GO_AHEAD, "17a", "17b"),
                imap(Habit.TELLS_FAILED_HANDSHAKE, "17a?", "17b?"),
                imap(Habit.GOES_ON_AFTER_FAILED_HANDSHAKE, "17a", "17b?"),
                imap(Habit.PASSES_OVER_LINES_WITHOUT_TAG, "18a", "18b", "18c", "18d"),
                imap(Habit.OBEYS_ANY_TAG, "18a", "18b", "18c", "18d"),
                imap(Habit.ECHOES_ANY_TAG, "18b", "18d"),
                imap(Habit.UNKNOWN_ANSWERED_WITHOUT_TAG, "19"),
                imap(Habit.UNKNOWN_TAKEN, "19"),
                imap(Habit.ASKS_FOR_ANY_LITERAL, "20a?"),
                imap(Habit.READS_ANY_LITERAL, "20b?"),
                imap(Habit.CUTS_LONG_LINES, "21a?", "21b?"),
                imap(Habit.TAKES_ANY_LENGTH, "21a?", "21b?"),
                imap(Habit.LOGOUT_HANGS_UP, "22a").blinding(),
                imap(Habit.LOGOUT_WITHOUT_OK, "22a").blinding(),
                imap(Habit.LOGOUT_WITHOUT_BYE, "22a"),
                imap(Habit.NO_CLOSE_NOTIFY, "22b?"),
                imap(Habit.DROPS_PIPELINED, "23"),
                imap(Habit.ANSWERS_BACKWARDS, "23"),
                imap(Habit.NOOP_REFUSED_BEFORE_TLS, "26a"),
                imap(Habit.IDLES, "26b"),
                imap(Habit.IDLE_HANGS_UP, "26b?"),
                imaps(Habit.GREETING_BAD, "01", "24a").blinding(),
                imaps(Habit.OFFERS_STARTTLS_INSIDE, "24b"),
                imaps(Habit.ACCEPTS_STARTTLS_INSIDE, "07"),
                imaps(Habit.NO_LOGIN_INSIDE, "06b"),
                imaps(Habit.OBEYS_ANY_TAG, "18a", "18b", "18c", "18d"),
                imaps(Habit.UNKNOWN_ANSWERED_WITHOUT_TAG, "19"),
                imaps(Habit.DROPS_PIPELINED, "23"),
                imaps(Habit.NO_CLOSE_NOTIFY, "22b?"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_server_is_caught_by_exactly_the_checks_meant_for_it(Expected<Habit> broken) throws IOException {
        if (broken.habits().stream().anyMatch(SEEN_FROM_ELSEWHERE::contains)) {
            assumeTrue(Elsewhere.reachable(), "no second loopback address");
        }
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<Expected<Habit>> right() {
        return Stream.concat(
                Stream.of(
                        Expected.right(Scheme.IMAP),
                        Expected.right(Scheme.IMAPS),
                        imap(Habit.LOGIN_HANGS_UP).and(Habit.LOGINDISABLED_NOT_ANNOUNCED)),
                Stream.of(
                                Habit.TLS_1_2_ONLY,
                                Habit.GREETING_WITH_CAPABILITY,
                                Habit.REFUSES_READ_AHEAD,
                                Habit.FEEDS_READ_AHEAD_TO_TLS,
                                Habit.LOGINDISABLED_NOT_ANNOUNCED,
                                Habit.LOGIN_REFUSED_WITHOUT_CODE,
                                Habit.LOGIN_HANGS_UP,
                                Habit.ECHOES_MISSING_TAG,
                                Habit.ODD_TAG_HANGS_UP,
                                Habit.LITERAL_HANGS_UP)
                        .map(ImapMatrixTest::imap));
    }

    @ParameterizedTest
    @MethodSource("right")
    void a_right_server_passes_every_check(Expected<Habit> right) throws IOException {
        Expected.assertRight(check(right));
    }

    @Test
    void every_check_but_those_that_only_record_has_a_broken_server_that_it_catches() throws IOException {
        Set<String> alone = Set.of("IMAP-S-12f", "IMAP-S-14c", "IMAP-S-15", "IMAP-S-25");
        Expected.assertEachCatches(check(Expected.right(Scheme.IMAP)), broken(), alone);
        Expected.assertEachCatches(check(Expected.right(Scheme.IMAPS)), broken(), alone);
    }
}
