package dev.starttls.conformance.upgrade;

import static dev.starttls.conformance.target.Protocol.IMAP;
import static dev.starttls.conformance.target.Protocol.POP3;
import static dev.starttls.conformance.target.Protocol.SMTP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.imap.ImapFault;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.ExpectedFindings;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.SecondLoopback;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.smtp.SmtpFault;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which of the shared checks sees which fault, for each protocol; a sound server passes them all. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class UpgradeMatrixTest {
    /** Needs a server that waits for the second segment, or the outcome hangs on the network's timing. */
    private static final Set<String> RACES = Set.of("UP-S-11e");

    /** Only records what it sees. */
    private static final String RECORDS = "UP-S-08";

    /** Seen with servers that would spoil the other checks: UpgradeAloneTest. */
    private static final Set<String> ALONE = Set.of("UP-S-11e", "UP-S-17b", "UP-S-56");

    /** What servers may do for clients on their own host is only looked for from another address. */
    private static final Set<UpgradeFault> SEEN_FROM_ELSEWHERE = EnumSet.of(
            UpgradeFault.MECHANISMS_BEFORE_TLS,
            UpgradeFault.CRAM_BEFORE_TLS,
            UpgradeFault.ASKS_FOR_PASSWORD_BEFORE_TLS,
            UpgradeFault.TRIES_PASSWORD_IN_COMMAND,
            UpgradeFault.ASKS_FOR_PASSWORD_OF_NAMED_USER,
            UpgradeFault.ASKS_FOR_TOKEN,
            UpgradeFault.TRIES_TOKEN_IN_COMMAND,
            UpgradeFault.COUNTS_EARLY_LOGIN,
            UpgradeFault.FINISHES_EARLY_LOGIN_INSIDE,
            UpgradeFault.TRUSTS_AFTER_REFUSED_UPGRADE);

    /** Servers with these faults never answer. */
    private static final Set<UpgradeFault> SILENT = EnumSet.of(
            UpgradeFault.DROPS_PIPELINED,
            UpgradeFault.SWALLOWS_PIPELINED,
            UpgradeFault.FLUSHES_LATE,
            UpgradeFault.FLUSHES_LATE_WHAT_IS_KNOWN);

    private static final String[] INJECTED = {"10", "11a", "11b", "11c", "11d", "11f", "31a", "31b", "33", "34a"};

    private static final Map<Protocol, String[]> OWN_INJECTED = Map.of(
            SMTP, new String[] {"SMTP-11b"},
            IMAP, new String[] {"IMAP-12d", "IMAP-12e"},
            POP3, new String[] {"POP3-12d"});

    private static TargetReport check(ExpectedFindings expected) throws IOException {
        CheckHarness checking = Servers.checking(expected.scheme().protocol());
        if (expected.faults().stream().anyMatch(SILENT::contains)) {
            checking = checking.withAnswer(Duration.ofSeconds(8));
        }
        try (ScriptedServer server = Servers.start(expected)) {
            return checking.all(server.target());
        }
    }

    private static ExpectedFindings on(Protocol protocol, Fault fault, String... rows) {
        return ExpectedFindings.on(Scheme.upgraded(protocol), fault, rows);
    }

    private static Stream<ExpectedFindings> all(UpgradeFault fault, String... rows) {
        return Arrays.stream(Protocol.values()).map(protocol -> on(protocol, fault, rows));
    }

    private static Stream<ExpectedFindings> blinding(UpgradeFault fault, String... rows) {
        return all(fault, rows).map(ExpectedFindings::blinding);
    }

    private static Stream<ExpectedFindings> implicit(UpgradeFault fault, String... rows) {
        return Arrays.stream(Protocol.values())
                .flatMap(protocol -> Scheme.implicit(protocol).stream())
                .map(scheme -> ExpectedFindings.on(scheme, fault, rows));
    }

    private static Stream<ExpectedFindings> injected(UpgradeFault fault, String... more) {
        return all(fault, INJECTED)
                .map(each ->
                        each.also(OWN_INJECTED.get(each.scheme().protocol())).also(more));
    }

    /** In POP3 a go-ahead in place of the answer to CAPA looks like the beginning of a list that does not end. */
    private static Stream<ExpectedFindings> late(UpgradeFault fault, String... rows) {
        return Stream.of(
                on(SMTP, fault, rows).also("31b"),
                on(IMAP, fault, rows).also("31b"),
                on(POP3, fault, rows).blinding());
    }

    /** Each with the checks that must see it; a question mark stands for a warning. */
    static Stream<ExpectedFindings> broken() {
        return Stream.of(
                        Stream.of(SMTP, IMAP).map(protocol -> on(protocol, UpgradeFault.GREETING_OF_NO_USE, "01")
                                .blinding()),
                        all(UpgradeFault.GREETING_WITH_BARE_LF, "01"),
                        all(UpgradeFault.NO_UPGRADE_OFFER, "02"),
                        Stream.of(SMTP, POP3).map(protocol -> on(protocol, UpgradeFault.OFFER_WITH_PARAMETER, "02")),
                        blinding(UpgradeFault.TALKS_AFTER_GO_AHEAD, "03a", "03b"),
                        blinding(UpgradeFault.GO_AHEAD_REFUSED, "03a"),
                        all(UpgradeFault.GO_AHEAD_WITH_BARE_LF, "03a"),
                        blinding(UpgradeFault.HANDSHAKE_FAILS, "03b"),
                        blinding(UpgradeFault.CAPABILITIES_INSIDE_REFUSED, "03b"),
                        all(UpgradeFault.ACCEPTS_ARGUMENT, "04?"),
                        all(UpgradeFault.UPPER_CASE_ONLY, "05a", "05b"),
                        all(UpgradeFault.NO_MIXED_CASE, "05b"),
                        all(UpgradeFault.OFFERS_UPGRADE_INSIDE, "06", "40", "41"),
                        all(UpgradeFault.ACCEPTS_UPGRADE_INSIDE, "07", "40"),
                        all(UpgradeFault.ACCEPTS_UPGRADE_AGAIN, "40"),
                        Stream.of(on(SMTP, UpgradeFault.TLS_1_2_ONLY, "41").and(SmtpFault.OFFERS_STARTTLS_AFTER_LOGIN)),
                        Stream.of(SMTP, POP3).map(protocol -> on(protocol, UpgradeFault.UPGRADE_INSIDE_HANGS_UP, "07")),
                        Stream.of(on(IMAP, UpgradeFault.UPGRADE_INSIDE_HANGS_UP, "07?")),
                        Stream.of(
                                on(SMTP, UpgradeFault.GREETS_INSIDE, "03b", "09", "22a")
                                        .blinding(),
                                on(IMAP, ImapFault.PREAUTH_INSIDE, "09"),
                                on(POP3, UpgradeFault.GREETS_INSIDE, "09", "22b?", "POP3-08", "POP3-12d")
                                        .blinding()),
                        injected(UpgradeFault.KEEPS_READ_AHEAD, "12", "34b"),
                        all(UpgradeFault.KEEPS_READ_AHEAD_AFTER_OTHERS, "31a", "31b"),
                        all(UpgradeFault.KEEPS_READ_AHEAD_BEYOND_FIRST_BUFFER, "33"),
                        all(UpgradeFault.KEEPS_LINE_ENDED_BY_LF, "13a?", "34b"),
                        all(UpgradeFault.KEEPS_LINES_TILL_CLIENT_HELLO, "30", "33"),
                        all(UpgradeFault.OBEYS_LINES_TILL_CLIENT_HELLO, "15", "16", "30", "33"),
                        injected(UpgradeFault.ANSWERS_READ_AHEAD_BEFORE_TLS),
                        all(UpgradeFault.KEEPS_FRAGMENT, "12"),
                        Stream.of(on(SMTP, UpgradeFault.OBEYS_READ_AHEAD_SILENTLY, "11d")),
                        all(UpgradeFault.TAKES_BARE_LF, "13a?"),
                        all(UpgradeFault.KEEPS_READ_AHEAD_AFTER_BARE_LF, "13a?", "13b"),
                        late(UpgradeFault.FLUSHES_LATE, "14", "31a", "32"),
                        late(UpgradeFault.FLUSHES_LATE_WHAT_IS_KNOWN, "31a", "32"),
                        Stream.of(SMTP, IMAP)
                                .map(protocol -> on(protocol, UpgradeFault.SWALLOWS_PIPELINED, "14", "32")),
                        Stream.of(on(POP3, UpgradeFault.SWALLOWS_PIPELINED, "14", "32")
                                .blinding()),
                        all(UpgradeFault.PLAINTEXT_AFTER_GO_AHEAD, "15", "16", "30", "33"),
                        all(UpgradeFault.TELLS_FAILED_HANDSHAKE, "15?", "16?"),
                        Stream.of(SMTP, POP3)
                                .map(protocol ->
                                        on(protocol, UpgradeFault.GOES_ON_AFTER_FAILED_HANDSHAKE, "15", "17a")),
                        Stream.of(on(IMAP, UpgradeFault.GOES_ON_AFTER_FAILED_HANDSHAKE, "15", "16", "17a")),
                        all(UpgradeFault.DROPS_PIPELINED, "18"),
                        all(UpgradeFault.ANSWERS_BACKWARDS, "18"),
                        all(UpgradeFault.CUTS_LONG_LINES, "19a?", "19b?"),
                        Stream.of(
                                on(SMTP, UpgradeFault.TAKES_ANY_LENGTH, "19b?"),
                                on(IMAP, UpgradeFault.TAKES_ANY_LENGTH, "19a?", "19b?")),
                        Stream.of(on(SMTP, UpgradeFault.MECHANISMS_BEFORE_TLS, "20?")),
                        Stream.of(Scheme.SUBMISSION, Scheme.IMAP, Scheme.POP3)
                                .map(scheme -> ExpectedFindings.on(scheme, UpgradeFault.MECHANISMS_BEFORE_TLS, "20")),
                        all(UpgradeFault.CRAM_BEFORE_TLS, "20?"),
                        all(UpgradeFault.ASKS_FOR_PASSWORD_BEFORE_TLS, "21a", "21b", "50", "51", "52"),
                        Stream.of(SMTP, POP3).map(protocol -> on(protocol, UpgradeFault.TRIES_PASSWORD_IN_COMMAND, "50")
                                .blinding()),
                        Stream.of(
                                on(IMAP, UpgradeFault.TRIES_PASSWORD_IN_COMMAND, "50?"),
                                on(IMAP, UpgradeFault.TRIES_PASSWORD_IN_COMMAND, "20", "50")
                                        .and(UpgradeFault.MECHANISMS_BEFORE_TLS)),
                        all(UpgradeFault.ASKS_FOR_PASSWORD_OF_NAMED_USER, "51"),
                        all(UpgradeFault.ASKS_FOR_TOKEN, "52"),
                        Stream.of(on(SMTP, UpgradeFault.TRIES_TOKEN_IN_COMMAND, "52?")),
                        all(UpgradeFault.COUNTS_EARLY_LOGIN, "53"),
                        blinding(UpgradeFault.FINISHES_EARLY_LOGIN_INSIDE, "54"),
                        all(UpgradeFault.TRUSTS_AFTER_REFUSED_UPGRADE, "55"),
                        blinding(UpgradeFault.GOODBYE_HANGS_UP, "22a"),
                        all(UpgradeFault.NO_CLOSE_NOTIFY, "22b?"),
                        Stream.of(
                                        on(SMTP, UpgradeFault.ANSWERS_UNKNOWN_IN_PLAINTEXT, "42", "SMTP-32?"),
                                        on(IMAP, UpgradeFault.ANSWERS_UNKNOWN_IN_PLAINTEXT, "42"),
                                        on(POP3, UpgradeFault.ANSWERS_UNKNOWN_IN_PLAINTEXT, "42", "18"))
                                .map(ExpectedFindings::blinding),
                        all(UpgradeFault.ACCEPTS_UPGRADE_AFTER_LOGIN, "24"),
                        all(UpgradeFault.UPGRADE_AFTER_LOGIN_HANGS_UP, "24?"),
                        implicit(UpgradeFault.GREETING_OF_NO_USE, "01", "23a")
                                .filter(each -> each.scheme() != Scheme.POP3S)
                                .map(ExpectedFindings::blinding),
                        implicit(UpgradeFault.OFFERS_UPGRADE_INSIDE, "23b", "40", "41"),
                        implicit(UpgradeFault.ACCEPTS_UPGRADE_INSIDE, "07", "40"),
                        implicit(UpgradeFault.FALLS_BACK_TO_PLAINTEXT, "23c"),
                        implicit(UpgradeFault.DROPS_PIPELINED, "18"),
                        implicit(UpgradeFault.NO_CLOSE_NOTIFY, "22b?"),
                        implicit(UpgradeFault.ACCEPTS_UPGRADE_AFTER_LOGIN, "24"))
                .flatMap(each -> each);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_faulty_server_is_caught_by_exactly_the_checks_meant_for_it(ExpectedFindings broken) throws IOException {
        assumeTrue(
                SecondLoopback.reachable() || broken.faults().stream().noneMatch(SEEN_FROM_ELSEWHERE::contains),
                "no second loopback address");
        broken.assertCaught(check(broken), RACES);
    }

    static Stream<ExpectedFindings> sound() {
        return Stream.of(
                        UpgradeFault.TLS_1_2_ONLY,
                        UpgradeFault.NO_PIPELINING,
                        UpgradeFault.REFUSES_READ_AHEAD,
                        UpgradeFault.FEEDS_READ_AHEAD_TO_TLS,
                        UpgradeFault.DISCARDS_TILL_CLIENT_HELLO)
                .flatMap(UpgradeMatrixTest::all);
    }

    @ParameterizedTest
    @MethodSource("sound")
    void a_sound_server_passes_every_check(ExpectedFindings sound) throws IOException {
        ExpectedFindings.assertSound(check(sound));
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void a_plain_server_passes_every_shared_check_that_applies(Scheme scheme) throws IOException {
        TargetReport report = check(ExpectedFindings.sound(scheme));
        assertThat(report.results())
                .filteredOn(result -> result.check().id().startsWith("UP-"))
                .filteredOn(result ->
                        result.check().notFor((Target) report.target()).isEmpty())
                .hasSizeGreaterThan(7)
                .allSatisfy(result -> assertThat(result.verdict().status())
                        .as(result.check().id() + " " + result.verdict().detail())
                        .isEqualTo(Status.PASS));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void every_shared_check_sees_a_fault_of_every_protocol(Protocol protocol) throws IOException {
        List<ExpectedFindings> broken =
                broken().filter(each -> each.scheme().protocol() == protocol).toList();
        Set<String> others = Stream.concat(Stream.of(RECORDS), ALONE.stream()).collect(Collectors.toSet());
        List<Scheme> schemes = Stream.concat(Stream.of(Scheme.upgraded(protocol)), Scheme.implicit(protocol).stream())
                .toList();
        if (protocol == Protocol.POP3) {
            // A greeting that is neither +OK nor -ERR is another protocol's, and no check is run.
            others.add("UP-S-23a");
        }
        for (Scheme scheme : schemes) {
            ExpectedFindings.assertEachCatches(check(ExpectedFindings.sound(scheme)), "UP-", broken.stream(), others);
        }
    }
}
