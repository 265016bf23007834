package dev.starttls.conformance.pop3;

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
class Pop3MatrixTest {
    /** Needs a server that waits for the second segment, or the outcome hangs on the network's timing. */
    private static final Set<String> RACES = Set.of("POP3-S-12e");

    /** What servers may do for clients of their own house is only looked for from another address. */
    private static final Set<Habit> TO_STRANGERS = EnumSet.of(
            Habit.USER_IN_THE_CLEAR,
            Habit.USER_ANNOUNCED,
            Habit.USER_TAKEN,
            Habit.AUTH_IN_THE_CLEAR,
            Habit.AUTH_TAKEN,
            Habit.PLAIN_ANNOUNCED,
            Habit.CRAM_ANNOUNCED);

    private static TargetReport check(Expected<Habit> expected) throws IOException {
        Checking checking = Checking.of(Protocol.POP3).withLogin(ScriptedPop3Session.LOGIN);
        if (expected.habits().contains(Habit.DROPS_PIPELINED)) {
            checking = checking.withAnswer(Duration.ofSeconds(4));
        }
        try (ScriptedServer<Habit> server = ScriptedPop3Session.server(expected.scheme(), expected.habits())) {
            return checking.all(server.target());
        }
    }

    private static Expected<Habit> on(Scheme scheme, Habit habit, String... rows) {
        return Expected.on(scheme, habit, rows);
    }

    private static Expected<Habit> pop3(Habit habit, String... rows) {
        return on(Scheme.POP3, habit, rows);
    }

    /** Each with the checks it must be caught by; a question mark stands for a warning. */
    static Stream<Expected<Habit>> broken() {
        String[] injected = {"11", "12a", "12b", "12c", "12d", "13"};
        return Stream.of(
                pop3(Habit.GREETING_ERR, "01").blinding(),
                pop3(Habit.GREETING_WITH_BARE_LF, "01"),
                pop3(Habit.GREETING_WITH_8_BIT, "01"),
                pop3(Habit.GREETING_TOO_LONG, "23"),
                pop3(Habit.NO_CAPA, "02a", "02b").blinding(),
                pop3(Habit.NO_STLS_OFFER, "02a"),
                pop3(Habit.STLS_WITH_PARAMETER, "02a"),
                pop3(Habit.CAPA_WITH_TWO_SPACES, "02b"),
                pop3(Habit.TALKS_BEHIND_GO_AHEAD, "03a", "03b").blinding(),
                pop3(Habit.GO_AHEAD_ERR, "03a").blinding(),
                pop3(Habit.GO_AHEAD_WITH_BARE_LF, "03a"),
                pop3(Habit.HANDSHAKE_FAILS, "03b").blinding(),
                pop3(Habit.CAPA_INSIDE_REFUSED, "03b").blinding(),
                pop3(Habit.ACCEPTS_ARGUMENT, "04?"),
                pop3(Habit.UPPER_CASE_ONLY, "05a", "05b"),
                pop3(Habit.NO_MIXED_CASE, "05b"),
                pop3(Habit.OFFERS_STLS_INSIDE, "06"),
                pop3(Habit.ACCEPTS_STLS_INSIDE, "07"),
                pop3(Habit.STLS_INSIDE_HANGS_UP, "07"),
                pop3(Habit.STLS_INSIDE_ENDS_SESSION, "07"),
                pop3(Habit.USER_IN_THE_CLEAR, "08", "09a", "09b").and(Habit.KEEPS_USER),
                pop3(Habit.USER_IN_THE_CLEAR, "09a", "09b"),
                pop3(Habit.USER_ANNOUNCED, "09a?"),
                pop3(Habit.USER_TAKEN, "09b"),
                pop3(Habit.AUTH_IN_THE_CLEAR, "10a", "10b", "10c"),
                pop3(Habit.AUTH_TAKEN, "10a", "10b"),
                pop3(Habit.PLAIN_ANNOUNCED, "10c"),
                pop3(Habit.CRAM_ANNOUNCED, "10c?"),
                pop3(Habit.KEEPS_READ_AHEAD, injected),
                pop3(Habit.KEEPS_READ_AHEAD, injected).and(Habit.NOOP_ALWAYS),
                pop3(Habit.KEEPS_FRAGMENT, "13"),
                pop3(Habit.ANSWERS_READ_AHEAD_BEFORE_TLS, "11", "12a", "12b", "12c", "12d"),
                pop3(Habit.OBEYS_READ_AHEAD_SILENTLY, "12d"),
                pop3(Habit.ACCEPTS_STLS_AFTER_LOGIN, "14"),
                pop3(Habit.STLS_AFTER_LOGIN_ENDS_LOGIN, "14"),
                pop3(Habit.STLS_AFTER_LOGIN_HANGS_UP, "14?"),
                pop3(Habit.PLAINTEXT_AFTER_GO_AHEAD, "15a", "15b"),
                pop3(Habit.TELLS_FAILED_HANDSHAKE, "15a?", "15b?"),
                pop3(Habit.GOES_ON_AFTER_FAILED_HANDSHAKE, "15a"),
                pop3(Habit.SAME_TIMESTAMP, "16a?"),
                pop3(Habit.KEEPS_TIMESTAMP, "16b?"),
                pop3(Habit.TAKES_SHORT_COMMANDS_ONLY, "17a?"),
                pop3(Habit.CUTS_LONG_LINES, "17b?", "17c?"),
                pop3(Habit.USER_IN_THE_CLEAR, "09a", "09b", "17c?").and(Habit.TAKES_ANY_LENGTH),
                pop3(Habit.DROPS_PIPELINED, "18"),
                pop3(Habit.ANSWERS_BACKWARDS, "18"),
                pop3(Habit.QUIT_HANGS_UP, "19a").blinding(),
                pop3(Habit.NO_CLOSE_NOTIFY, "19b?"),
                pop3(Habit.UNKNOWN_TAKEN, "18", "20"),
                pop3(Habit.UNKNOWN_HANGS_UP, "18", "20").blinding(),
                pop3(Habit.REPEATS_UNKNOWN, "23"),
                on(Scheme.POP3S, Habit.GREETING_ERR, "01", "21a").blinding(),
                on(Scheme.POP3S, Habit.GREETING_TOO_LONG, "23"),
                on(Scheme.POP3S, Habit.CAPA_WITH_TWO_SPACES, "02b"),
                on(Scheme.POP3S, Habit.OFFERS_STLS_INSIDE, "21b"),
                on(Scheme.POP3S, Habit.ACCEPTS_STLS_INSIDE, "07"),
                on(Scheme.POP3S, Habit.ACCEPTS_STLS_AFTER_LOGIN, "14"),
                on(Scheme.POP3S, Habit.SAME_TIMESTAMP, "16a?"),
                on(Scheme.POP3S, Habit.TAKES_SHORT_COMMANDS_ONLY, "17a?"),
                on(Scheme.POP3S, Habit.DROPS_PIPELINED, "18"),
                on(Scheme.POP3S, Habit.NO_CLOSE_NOTIFY, "19b?"),
                on(Scheme.POP3S, Habit.UNKNOWN_TAKEN, "18", "20"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_server_is_caught_by_exactly_the_checks_meant_for_it(Expected<Habit> broken) throws IOException {
        assumeTrue(
                Elsewhere.reachable() || broken.habits().stream().noneMatch(TO_STRANGERS::contains),
                "no second loopback address");
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<Expected<Habit>> right() {
        return Stream.concat(
                Stream.of(Scheme.POP3, Scheme.POP3S).map(Expected::right),
                Stream.of(
                                Habit.TLS_1_2_ONLY,
                                Habit.NO_PIPELINING,
                                Habit.REFUSES_READ_AHEAD,
                                Habit.FEEDS_READ_AHEAD_TO_TLS,
                                Habit.NO_USER,
                                Habit.TIMESTAMP,
                                Habit.NOOP_ALWAYS)
                        .map(Pop3MatrixTest::pop3));
    }

    @ParameterizedTest
    @MethodSource("right")
    void a_right_server_passes_every_check(Expected<Habit> right) throws IOException {
        Expected.assertRight(check(right));
    }

    @Test
    void every_check_has_a_broken_server_that_it_catches() throws IOException {
        Set<String> alone = Set.of("POP3-S-12e", "POP3-S-22");
        Expected.assertEachCatches(check(Expected.right(Scheme.POP3)), broken(), alone);
    }
}
