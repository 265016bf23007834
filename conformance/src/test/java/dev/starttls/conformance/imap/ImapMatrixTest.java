package dev.starttls.conformance.imap;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.ExpectedFindings;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.SecondLoopback;
import dev.starttls.conformance.session.UpgradeFault;
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

/** The faults that only IMAP knows: each is caught by exactly the checks meant for it; sound servers pass them all. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ImapMatrixTest {
    /** Needs a server that waits for the second segment, or the outcome hangs on the network's timing. */
    private static final Set<String> RACES = Set.of("UP-S-11e");

    /** Seen only where a connection can be made from another address than the server's own. */
    private static final Set<ImapFault> SEEN_FROM_ELSEWHERE = EnumSet.of(
            ImapFault.LOGIN_IN_THE_CLEAR,
            ImapFault.LOGINDISABLED_NOT_ANNOUNCED,
            ImapFault.LOGIN_REFUSED_WITHOUT_CODE,
            ImapFault.LOGIN_TRIED_IN_THE_CLEAR,
            ImapFault.LOGIN_TAKEN_IN_THE_CLEAR,
            ImapFault.LOGIN_REFUSED_WITH_BAD);

    /** After these neither side says a word. */
    private static final Set<ImapFault> SILENT = EnumSet.of(
            ImapFault.GO_AHEAD_WITH_OTHER_TAG,
            ImapFault.UNKNOWN_TAKEN,
            ImapFault.PASSES_OVER_LINES_WITHOUT_TAG,
            ImapFault.READS_ANY_LITERAL);

    private static TargetReport check(ExpectedFindings expected) throws IOException {
        CheckHarness checking = CheckHarness.of(Protocol.IMAP);
        if (expected.faults().stream().anyMatch(SILENT::contains)) {
            checking = checking.withAnswer(Duration.ofSeconds(4));
        }
        try (ScriptedServer server = ScriptedImapSession.server(expected.scheme(), expected.faults())) {
            return checking.all(server.target());
        }
    }

    private static ExpectedFindings imap(Fault fault, String... rows) {
        return ExpectedFindings.on(Scheme.IMAP, fault, rows);
    }

    private static ExpectedFindings imaps(Fault fault, String... rows) {
        return ExpectedFindings.on(Scheme.IMAPS, fault, rows);
    }

    /** Each with the checks it must be caught by; a question mark stands for a warning. */
    static Stream<ExpectedFindings> broken() {
        return Stream.of(
                imap(ImapFault.GREETING_WITH_CONTROLS, "01"),
                imap(ImapFault.GREETING_WITHOUT_SPACE, "01"),
                imap(ImapFault.GREETING_PREAUTH, "IMAP-16").blinding(),
                imap(ImapFault.NO_REVISION, "IMAP-02b"),
                imap(ImapFault.TWO_CAPABILITY_LINES, "IMAP-02b"),
                imap(ImapFault.GO_AHEAD_WITH_OTHER_TAG, "03a").blinding(),
                imap(ImapFault.ARGUMENT_ANSWERED_NO, "04?"),
                imap(ImapFault.TAGS_IN_LOWER_CASE, "IMAP-05c"),
                imap(ImapFault.NO_LOGIN_INSIDE, "IMAP-06b"),
                imap(ImapFault.LOGINDISABLED_INSIDE, "IMAP-06b"),
                imap(ImapFault.LOGINDISABLED_WITHOUT_LOGIN, "IMAP-06b?"),
                imap(ImapFault.LITERAL_LOGIN_TRIED_IN_THE_CLEAR, "IMAP-30", "IMAP-31?"),
                imap(ImapFault.EXECUTES_REFUSED_LITERAL, "IMAP-32"),
                imap(ImapFault.GREETING_OFFERS_LOGIN, "IMAP-33"),
                imap(ImapFault.GREETING_WITHOUT_STARTTLS, "IMAP-33"),
                imap(ImapFault.STARTTLS_INSIDE_SPOILS_SESSION, "07").blinding(),
                imap(
                                ImapFault.LOGIN_IN_THE_CLEAR,
                                "IMAP-08a",
                                "20",
                                "IMAP-09",
                                "21a",
                                "21b",
                                "50",
                                "51",
                                "52",
                                "IMAP-31")
                        .blinding(),
                imap(ImapFault.LOGINDISABLED_NOT_ANNOUNCED, "IMAP-08a?"),
                imap(ImapFault.LOGIN_REFUSED_WITHOUT_CODE, "IMAP-08a?"),
                imap(ImapFault.LOGIN_HANGS_UP, "IMAP-08a?").and(ImapFault.LOGINDISABLED_NOT_ANNOUNCED),
                imap(ImapFault.LOGIN_TRIED_IN_THE_CLEAR, "IMAP-09?", "IMAP-31?"),
                imap(ImapFault.LOGIN_TAKEN_IN_THE_CLEAR, "IMAP-09", "IMAP-31"),
                imap(ImapFault.LOGIN_TAKEN_IN_THE_CLEAR, "IMAP-08a", "IMAP-09", "IMAP-31")
                        .and(ImapFault.LOGINDISABLED_NOT_ANNOUNCED),
                imap(ImapFault.LOGIN_REFUSED_WITH_BAD, "IMAP-09?"),
                imap(UpgradeFault.KEEPS_FRAGMENT, "12", "IMAP-19").and(ImapFault.UNKNOWN_ANSWERED_WITHOUT_TAG),
                imap(
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
                        "IMAP-12d",
                        "IMAP-12e"),
                imap(ImapFault.PREAUTH_INSIDE, "09"),
                imap(ImapFault.UNKNOWN_ANSWERED_TWICE, "IMAP-19").blinding(),
                imap(ImapFault.PASSES_OVER_LINES_WITHOUT_TAG, "IMAP-18a", "IMAP-18b", "IMAP-18c", "IMAP-18d")
                        .blinding(),
                imap(ImapFault.OBEYS_ANY_TAG, "IMAP-18a", "IMAP-18b", "IMAP-18c", "IMAP-18d")
                        .blinding(),
                imap(ImapFault.ECHOES_ANY_TAG, "IMAP-18b", "IMAP-18d").blinding(),
                imap(ImapFault.UNKNOWN_ANSWERED_WITHOUT_TAG, "IMAP-19"),
                imap(ImapFault.UNKNOWN_TAKEN, "IMAP-19").blinding(),
                imap(ImapFault.ASKS_FOR_ANY_LITERAL, "IMAP-20a?"),
                imap(ImapFault.READS_ANY_LITERAL, "IMAP-20b?").blinding(),
                imap(ImapFault.LOGOUT_WITHOUT_OK, "22a").blinding(),
                imap(ImapFault.LOGOUT_WITHOUT_BYE, "22a"),
                imap(ImapFault.NOOP_REFUSED_BEFORE_TLS, "IMAP-26a"),
                imap(ImapFault.IDLES, "IMAP-26b"),
                imap(ImapFault.IDLE_HANGS_UP, "IMAP-26b?"),
                imaps(ImapFault.NO_LOGIN_INSIDE, "IMAP-06b"),
                imaps(ImapFault.OBEYS_ANY_TAG, "IMAP-18a", "IMAP-18b", "IMAP-18c", "IMAP-18d"),
                imaps(ImapFault.UNKNOWN_ANSWERED_WITHOUT_TAG, "IMAP-19"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_faulty_server_is_caught_by_exactly_the_checks_meant_for_it(ExpectedFindings broken) throws IOException {
        if (broken.faults().stream().anyMatch(SEEN_FROM_ELSEWHERE::contains)) {
            assumeTrue(SecondLoopback.reachable(), "no second loopback address");
        }
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<ExpectedFindings> sound() {
        return Stream.of(
                        ImapFault.GREETING_WITH_CAPABILITY,
                        ImapFault.LOGIN_HANGS_UP,
                        ImapFault.ECHOES_MISSING_TAG,
                        ImapFault.ODD_TAG_HANGS_UP,
                        ImapFault.LITERAL_HANGS_UP,
                        ImapFault.ANNOUNCES_INSIDE,
                        ImapFault.INFORMS_INSIDE,
                        ImapFault.WARNS_INSIDE)
                .map(ImapMatrixTest::imap);
    }

    @ParameterizedTest
    @MethodSource("sound")
    void a_sound_server_passes_every_check(ExpectedFindings sound) throws IOException {
        ExpectedFindings.assertSound(check(sound));
    }

    @Test
    void every_check_of_imap_has_a_faulty_server_that_it_catches() throws IOException {
        ExpectedFindings.assertEachCatches(
                check(ExpectedFindings.sound(Scheme.IMAP)), "IMAP-", broken(), Set.of("IMAP-S-34"));
    }
}
