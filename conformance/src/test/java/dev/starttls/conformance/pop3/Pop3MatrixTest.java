package dev.starttls.conformance.pop3;

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

/** The faults that only POP3 knows: each is caught by exactly the checks meant for it; sound servers pass them all. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class Pop3MatrixTest {
    /**
     * The first needs a server that waits for the second segment, the other a server that refuses unknown commands:
     * otherwise the outcome depends on the network's timing.
     */
    private static final Set<String> RACES = Set.of("UP-S-11e", "UP-S-14");

    /** What servers may do for clients on their own host is only looked for from another address. */
    private static final Set<Pop3Fault> TO_STRANGERS = EnumSet.of(
            Pop3Fault.USER_IN_THE_CLEAR, Pop3Fault.USER_ANNOUNCED, Pop3Fault.USER_TAKEN, Pop3Fault.LISTS_MECHANISMS);

    private static final String[] INJECTED = {
        "10", "11a", "11b", "11c", "11d", "11f", "12", "31a", "31b", "33", "34a", "34b", "POP3-12d"
    };

    private static TargetReport check(ExpectedFindings expected) throws IOException {
        CheckHarness checking = CheckHarness.of(Protocol.POP3).withLogin(ScriptedPop3Session.LOGIN);
        if (expected.faults().contains(Pop3Fault.UNKNOWN_TAKEN)) {
            // Takes what is no command for one, and then neither side says a word.
            checking = checking.withAnswer(Duration.ofSeconds(4));
        }
        try (ScriptedServer server = ScriptedPop3Session.server(expected.scheme(), expected.faults())) {
            return checking.all(server.target());
        }
    }

    private static ExpectedFindings on(Scheme scheme, Fault fault, String... rows) {
        return ExpectedFindings.on(scheme, fault, rows);
    }

    private static ExpectedFindings pop3(Fault fault, String... rows) {
        return on(Scheme.POP3, fault, rows);
    }

    /** Each with the checks it must be caught by; a question mark stands for a warning. */
    static Stream<ExpectedFindings> broken() {
        return Stream.of(
                pop3(Pop3Fault.GREETING_WITH_8_BIT, "01"),
                pop3(Pop3Fault.GREETING_TOO_LONG, "POP3-23"),
                pop3(Pop3Fault.NO_CAPA, "02?"),
                pop3(Pop3Fault.NO_CAPA, "02", "03a")
                        .and(UpgradeFault.GO_AHEAD_REFUSED)
                        .blinding(),
                pop3(UpgradeFault.KEEPS_FRAGMENT, "02?", "12").and(Pop3Fault.NO_CAPA),
                pop3(UpgradeFault.KEEPS_READ_AHEAD, INJECTED)
                        .and(Pop3Fault.NO_CAPA)
                        .also("02?"),
                pop3(Pop3Fault.UNKNOWN_ANSWERED_TWICE, "18", "POP3-20").blinding(),
                pop3(Pop3Fault.CAPA_WITH_TWO_SPACES, "POP3-02b"),
                pop3(Pop3Fault.STLS_INSIDE_ENDS_SESSION, "07"),
                pop3(Pop3Fault.USER_IN_THE_CLEAR, "POP3-08", "POP3-09a", "POP3-09b")
                        .and(Pop3Fault.KEEPS_USER)
                        .blinding(),
                pop3(Pop3Fault.USER_IN_THE_CLEAR, "POP3-09a", "POP3-09b").blinding(),
                pop3(Pop3Fault.LISTS_MECHANISMS, "POP3-30"),
                pop3(Pop3Fault.KEEPS_APOP_NAME, "POP3-31").and(Pop3Fault.TIMESTAMP),
                pop3(Pop3Fault.USER_ANNOUNCED, "POP3-09a?"),
                pop3(Pop3Fault.USER_TAKEN, "POP3-09b").blinding(),
                pop3(UpgradeFault.KEEPS_READ_AHEAD, INJECTED).and(Pop3Fault.NOOP_ALWAYS),
                pop3(UpgradeFault.OBEYS_READ_AHEAD_SILENTLY, "POP3-08", "POP3-12d")
                        .blinding(),
                pop3(Pop3Fault.STLS_AFTER_LOGIN_ENDS_LOGIN, "24"),
                pop3(Pop3Fault.SAME_TIMESTAMP, "POP3-16a?"),
                pop3(Pop3Fault.KEEPS_TIMESTAMP, "POP3-16b?"),
                pop3(Pop3Fault.TAKES_SHORT_COMMANDS_ONLY, "POP3-17a?"),
                pop3(Pop3Fault.USER_IN_THE_CLEAR, "POP3-09a", "POP3-09b", "19b?")
                        .and(UpgradeFault.TAKES_ANY_LENGTH)
                        .blinding(),
                pop3(Pop3Fault.UNKNOWN_TAKEN, "18", "POP3-20").blinding(),
                pop3(Pop3Fault.UNKNOWN_HANGS_UP, "18", "POP3-20").blinding(),
                pop3(Pop3Fault.REPEATS_UNKNOWN, "POP3-23"),
                on(Scheme.POP3S, Pop3Fault.GREETING_TOO_LONG, "POP3-23"),
                on(Scheme.POP3S, Pop3Fault.CAPA_WITH_TWO_SPACES, "POP3-02b"),
                on(Scheme.POP3S, Pop3Fault.SAME_TIMESTAMP, "POP3-16a?"),
                on(Scheme.POP3S, Pop3Fault.TAKES_SHORT_COMMANDS_ONLY, "POP3-17a?"),
                on(Scheme.POP3S, Pop3Fault.UNKNOWN_TAKEN, "18", "POP3-20"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_faulty_server_is_caught_by_exactly_the_checks_meant_for_it(ExpectedFindings broken) throws IOException {
        assumeTrue(
                SecondLoopback.reachable() || broken.faults().stream().noneMatch(TO_STRANGERS::contains),
                "no second loopback address");
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<ExpectedFindings> sound() {
        return Stream.of(Pop3Fault.NO_USER, Pop3Fault.TIMESTAMP, Pop3Fault.NOOP_ALWAYS)
                .map(Pop3MatrixTest::pop3);
    }

    @ParameterizedTest
    @MethodSource("sound")
    void a_sound_server_passes_every_check(ExpectedFindings sound) throws IOException {
        ExpectedFindings.assertSound(check(sound));
    }

    @Test
    void every_check_of_pop3_has_a_faulty_server_that_it_catches() throws IOException {
        ExpectedFindings.assertEachCatches(check(ExpectedFindings.sound(Scheme.POP3)), "POP3-", broken(), Set.of());
    }
}
