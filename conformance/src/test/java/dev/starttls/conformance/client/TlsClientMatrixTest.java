package dev.starttls.conformance.client;

import static dev.starttls.conformance.client.ClientFault.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.CommandClient;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.core.testing.ExternalProgram;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault in a client's TLS is caught by the cases that are meant for it, and by no others. */
@Tag("long")
class TlsClientMatrixTest {
    /** What JSSE of Java 17 does wrong and no setting changes; another release may do it right. */
    private static final Set<String> JSSE = Set.of("TLS-C-31a", "TLS-C-38c", "TLS-C-39a", "TLS-C-39b");

    private static final Set<String> NAMES = ids("03 06 07 08 09 10");
    private static final Set<String> PATHS = ids("01 02 12a 13 17b 18 19 43");

    /** The cases that a fault fails, or by which it is warned of. */
    private static final Map<ClientFault, Set<String>> CERTIFICATES = Map.ofEntries(
            Map.entry(VERIFIES_NOTHING, ids("01 02 03 04 05 06 07 08 09 10 12a 13 14 15 16 17a 17b 18 19 20 43")),
            Map.entry(VERIFIES_NO_NAME, NAMES),
            Map.entry(VERIFIES_NO_PATH, PATHS),
            Map.entry(VERIFIES_NO_DATES, ids("04 05")),
            Map.entry(HANGS_AT_A_TRAILING_DOT, ids("11b")),
            Map.entry(MATCHES_COMMON_NAME, ids("06")),
            Map.entry(MATCHES_PARTIAL_WILDCARDS, ids("09")),
            Map.entry(LOOKS_AT_THE_NAME_LATE, NAMES),
            Map.entry(WANTS_A_COMMON_NAME, ids("11d")),
            Map.entry(KNOWS_NO_WILDCARDS, ids("11c")),
            Map.entry(COMPARES_THE_CASE_OF_NAMES, ids("11a")),
            Map.entry(KNOWS_NO_INTERMEDIATES, ids("12b")),
            Map.entry(IGNORES_USAGE, ids("14 15")),
            Map.entry(ACCEPTS_WEAK_KEYS, ids("16 17a")),
            Map.entry(IGNORES_STAPLED_RESPONSE, ids("20")),
            Map.entry(SENDS_NO_SERVER_NAME, ids("24")));

    /** What a client that goes on whatever the server does is caught by; it does not follow a KeyUpdate either. */
    private static final Set<String> RECKLESS = ids("22a 22b 23 25a 25b 25c 27 28a 28b 28c 28d 28e 28f 28g 29a 29b 30a"
            + " 30b 30c 30d 30e 30f 31a 31b 32a 32b 33a 33b 34a 34b 34c 35a 35b 36a 36b 36c 38a 39a 39b 40a 40b 41b"
            + " 41d");

    private static final Map<ClientFault, Set<String>> MORE_THAN_RECKLESS = Map.of(
            STOPS_AT_SHORT_RECORDS, ids("37a 37b 38c 38d"),
            TAKES_A_SEGMENT_FOR_A_RECORD, ids("37c 37d"),
            STOPS_AT_MANY_TICKETS, ids("41c"),
            WAITS_AFTER_HELLO_REQUEST, ids("41a"),
            WAITS_AFTER_AN_EMPTY_HANDSHAKE_RECORD, ids("38b"),
            CRASHES_ON_LONG_ANSWERS, ids("21a 21b"),
            FAILS_IN_TLS12, ids("26a 37b 37d 38d"),
            FAILS_IN_TLS13, ids("26b"));

    /** What clients of JSSE are caught by that have a fault of their own. */
    private static final Map<ClientFault, Set<String>> SINGLE =
            Map.of(GIVES_UP_AT_ONCE, ids("42"), ACCEPTS_SHORT_DHE, ids("29b"));

    /** All that is caught by some case. */
    static Set<String> caught() {
        return Stream.of(CERTIFICATES.values(), MORE_THAN_RECKLESS.values(), SINGLE.values(), List.of(RECKLESS))
                .flatMap(Collection::stream)
                .flatMap(Set::stream)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> ids(String numbers) {
        Set<String> ids = new TreeSet<>();
        for (String number : numbers.split(" ", -1)) {
            ids.add("TLS-C-" + number);
        }
        return ids;
    }

    static List<Arguments> certificateFaults() {
        List<Protocol> protocols = List.of(Protocol.SMTP, Protocol.IMAP, Protocol.POP3);
        List<ClientFault> faults = CERTIFICATES.keySet().stream().sorted().toList();
        return IntStream.range(0, faults.size())
                .mapToObj(i -> Arguments.of(
                        faults.get(i),
                        protocols.get(i % protocols.size()),
                        i % 2 == 0 ? ClientPolicy.REQUIRED : ClientPolicy.IMPLICIT))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("certificateFaults")
    void a_client_that_verifies_too_little_or_too_much_is_caught(
            ClientFault fault, Protocol protocol, ClientPolicy policy) {
        assertThat(caught(protocol, policy, Set.of(fault), "TLS-C-(0.|1..?|20|24|43)"))
                .isEqualTo(CERTIFICATES.get(fault));
    }

    @Test
    void a_client_that_goes_on_whatever_the_server_does_is_caught() {
        for (ClientPolicy policy : List.of(ClientPolicy.REQUIRED, ClientPolicy.IMPLICIT)) {
            assertThat(caught(Protocol.IMAP, policy, Set.of(TAKES_ANY_TLS), "TLS-C-(2[1-9]|3.|4[0-2]).?"))
                    .isEqualTo(RECKLESS);
        }
    }

    static List<ClientFault> stops() {
        return MORE_THAN_RECKLESS.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("stops")
    void a_client_that_stops_at_what_is_allowed_is_caught(ClientFault fault) {
        assertThat(caught(
                        Protocol.SMTP,
                        ClientPolicy.REQUIRED,
                        Set.of(TAKES_ANY_TLS, fault),
                        "TLS-C-(21|26|37|38[bcd]|41[ac]).?"))
                .isEqualTo(MORE_THAN_RECKLESS.get(fault));
    }

    @Test
    void a_client_that_does_not_wait_is_caught() {
        assertThat(caught(Protocol.POP3, ClientPolicy.REQUIRED, Set.of(GIVES_UP_AT_ONCE), "TLS-C-42"))
                .isEqualTo(SINGLE.get(GIVES_UP_AT_ONCE));
    }

    /** JSSE has no such limit of its own. */
    @Test
    void a_client_that_takes_short_keys_of_dhe_is_caught() {
        assertThat(caught(Protocol.POP3, ClientPolicy.REQUIRED, Set.of(ACCEPTS_SHORT_DHE), "TLS-C-(29|30).?"))
                .isEqualTo(SINGLE.get(ACCEPTS_SHORT_DHE));
    }

    static List<Arguments> runs() {
        return List.of(
                Arguments.of(Protocol.SMTP, ClientPolicy.REQUIRED),
                Arguments.of(Protocol.IMAP, ClientPolicy.IMPLICIT),
                Arguments.of(Protocol.POP3, ClientPolicy.OPPORTUNISTIC));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void a_good_client_fails_nothing_but_what_jsse_does_wrong(Protocol protocol, ClientPolicy policy) {
        TargetReport report = run(protocol, policy, Set.of(), "TLS-C-.*");

        assertThat(JSSE).as(ClientHarness.described(report)).containsAll(findings(report));
        assertThat(ClientHarness.ids(report, Status.INCONCLUSIVE))
                .as(ClientHarness.described(report))
                .isEmpty();
        assertThat(ClientHarness.ids(report, Status.SKIP))
                .as(ClientHarness.described(report))
                .isEmpty();
    }

    /** What is allowed there is the certificate; a handshake that is wrong is not. */
    @Test
    void an_opportunistic_client_need_not_verify_but_only_the_certificate() {
        TargetReport report = run(
                Protocol.SMTP, ClientPolicy.OPPORTUNISTIC, Set.of(VERIFIES_NOTHING), "TLS-C-(0.|1..?|20|22.|29b|43)");

        assertThat(ClientHarness.ids(report, Status.FAIL))
                .as(ClientHarness.described(report))
                .isEmpty();
        assertThat(ClientHarness.ids(report, Status.WARN)).isEqualTo(CERTIFICATES.get(VERIFIES_NOTHING));
        assertThat(caught(Protocol.SMTP, ClientPolicy.OPPORTUNISTIC, Set.of(TAKES_ANY_TLS), "TLS-C-(22|32).?"))
                .isEqualTo(ids("22a 22b 32a 32b"));
    }

    @Test
    void a_client_that_refuses_a_certificate_only_after_the_handshake_is_warned_of() {
        TargetReport report = run(Protocol.IMAP, ClientPolicy.REQUIRED, Set.of(LOOKS_AT_THE_NAME_LATE), "TLS-C-0[3-9]");

        assertThat(ClientHarness.ids(report, Status.FAIL))
                .as(ClientHarness.described(report))
                .isEmpty();
        assertThat(ClientHarness.ids(report, Status.WARN)).isEqualTo(ids("03 06 07 08 09"));
    }

    @Test
    void credentials_in_plaintext_after_a_refused_certificate_are_a_failure_under_each_policy() {
        for (ClientPolicy policy : List.of(ClientPolicy.REQUIRED, ClientPolicy.OPPORTUNISTIC)) {
            TargetReport report = run(Protocol.IMAP, policy, Set.of(GOES_ON_AFTER_FAILED_HANDSHAKE), "TLS-C-(01|32a)");

            assertThat(ClientHarness.ids(report, Status.FAIL))
                    .as(ClientHarness.described(report))
                    .isEqualTo(ids("01 32a"));
        }
    }

    @Test
    void a_client_that_reports_success_without_tls_is_caught() {
        assertThat(caught(Protocol.POP3, ClientPolicy.REQUIRED, Set.of(ALWAYS_REPORTS_SUCCESS), "TLS-C-(01|26.|32a)"))
                .isEqualTo(ids("01 32a"));
    }

    @Test
    void curl_does_right_what_jsse_does_not() {
        var unused = ExternalProgram.named("curl");
        TargetReport report = ClientHarness.run(
                Protocol.IMAP,
                ClientPolicy.REQUIRED,
                CommandClient.of("curl -sS --ssl-reqd --connect-to ::127.0.0.1: --cacert {ca} -u {user}:{password}"
                        + " imap://{host}:{port}/INBOX"),
                cases(Protocol.IMAP, "TLS-C-(31a|38c|39a|39b)"));

        assertThat(ClientHarness.ids(report, Status.PASS))
                .as(ClientHarness.described(report))
                .isEqualTo(JSSE);
    }

    private static Set<String> caught(Protocol protocol, ClientPolicy policy, Set<ClientFault> faults, String only) {
        TargetReport report = run(protocol, policy, faults, only);
        Set<String> found = findings(report);
        // Which release of JSSE runs the clients is not what these tests are about.
        if (!faults.contains(TAKES_ANY_TLS)) {
            found.removeAll(JSSE);
        }
        return found;
    }

    private static Set<String> findings(TargetReport report) {
        Set<String> found = ClientHarness.ids(report, Status.FAIL);
        found.addAll(ClientHarness.ids(report, Status.WARN));
        return found;
    }

    private static TargetReport run(Protocol protocol, ClientPolicy policy, Set<ClientFault> faults, String only) {
        return ClientHarness.run(
                protocol, policy, ClientHarness.client(protocol, policy, faults), cases(protocol, only));
    }

    private static List<ClientCase> cases(Protocol protocol, String only) {
        return ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().matches(only))
                .toList();
    }
}
