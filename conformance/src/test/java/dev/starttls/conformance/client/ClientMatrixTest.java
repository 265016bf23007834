package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each faulty client is caught by the shared cases that are meant for it, in each protocol; a good one by none. */
@Tag("long")
class ClientMatrixTest {
    /** Cases that are over at once, and that the faults of a row do not concern unless the row says so. */
    private static final List<String> SAMPLE = List.of(
            "UP-C-00", "UP-C-01a", "UP-C-02a", "UP-C-04b", "UP-C-15c", "UP-C-20b", "UP-C-21", "UP-C-22a", "UP-C-29");

    private static final List<Protocol> PROTOCOLS = List.of(Protocol.values());

    static final List<MatrixRow> ROWS = List.of(
            MatrixRow.failing(ClientFault.NEVER_UPGRADES, "UP-C-00", "UP-C-01a"),
            MatrixRow.failing(ClientFault.GOES_ON_WITHOUT_OFFER, "UP-C-01a"),
            MatrixRow.failing(ClientFault.GOES_ON_AFTER_REFUSAL, "UP-C-02*"),
            MatrixRow.failing(
                    ClientFault.ALWAYS_REPORTS_SUCCESS,
                    "UP-C-01a",
                    "UP-C-02*",
                    "UP-C-04*",
                    "UP-C-05*",
                    "UP-C-06*",
                    "UP-C-15*",
                    "UP-C-16",
                    "UP-C-17b",
                    "UP-C-17d",
                    "UP-C-18",
                    "UP-C-19*",
                    "UP-C-22b",
                    "UP-C-30",
                    "UP-C-61"),
            MatrixRow.failing(
                    ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT,
                    "UP-C-04a",
                    "UP-C-04b",
                    "UP-C-04c",
                    "UP-C-06a",
                    "UP-C-06b"),
            MatrixRow.failing(ClientFault.READS_ON_BEFORE_HANDSHAKE, "UP-C-05a").sampling("UP-C-00", "UP-C-21"),
            MatrixRow.failing(ClientFault.SKIPS_PLAINTEXT_BETWEEN_RECORDS, "UP-C-05b", "UP-C-18"),
            MatrixRow.failing(ClientFault.GOES_ON_AFTER_FAILED_HANDSHAKE, "UP-C-15*", "UP-C-16", "UP-C-61")
                    .sampling("UP-C-00", "UP-C-20b", "UP-C-21"),
            MatrixRow.failing(ClientFault.SENDS_MORE_BEFORE_GO_AHEAD, "UP-C-25").sampling("UP-C-00", "UP-C-21"),
            MatrixRow.failing(ClientFault.KEEPS_CAPABILITIES_FROM_PLAINTEXT, "UP-C-20b"),
            MatrixRow.failing(ClientFault.UPGRADES_INSIDE_TLS, "UP-C-21"),
            MatrixRow.failing(ClientFault.FAILS_AT_CERTIFICATE_REQUEST, "UP-C-22a"),
            MatrixRow.failing(ClientFault.TAKES_TRUNCATION_FOR_THE_END, "UP-C-19*"),
            MatrixRow.failing(ClientFault.CRASHES_ON_LONG_ANSWERS, "UP-C-17a", "UP-C-17b", "UP-C-17d"),
            MatrixRow.failing(ClientFault.STARTS_OVER_IN_PLAINTEXT, "UP-C-22b")
                    .sampling("UP-C-00", "UP-C-21", "UP-C-22a"),
            MatrixRow.failing(ClientFault.TAKES_ANY_TLS, "UP-C-30").sampling("UP-C-00", "UP-C-21"),
            MatrixRow.failing(
                            Set.of(ClientFault.TAKES_SEGMENT_FOR_LIST, ClientFault.ALWAYS_REPORTS_SUCCESS),
                            "UP-C-17a",
                            "UP-C-17b",
                            "UP-C-17c")
                    .sampling("UP-C-00", "UP-C-20b", "UP-C-21"),
            MatrixRow.warning(ClientFault.SKIPS_DISCOVERY_INSIDE, "UP-C-20a").sampling("UP-C-00", "UP-C-21"),
            MatrixRow.failing(ClientFault.GOES_ON_AFTER_FAILED_HANDSHAKE, "UP-C-15c", "UP-C-16", "UP-C-23")
                    .under(ClientPolicy.OPPORTUNISTIC)
                    .sampling("UP-C-00", "UP-C-21", "UP-C-24"),
            MatrixRow.warning(ClientFault.GOES_ON_WITHOUT_OFFER, "UP-C-01a", "UP-C-24")
                    .under(ClientPolicy.OPPORTUNISTIC),
            MatrixRow.failing(ClientFault.GOES_ON_AFTER_FAILED_HANDSHAKE, "UP-C-27", "UP-C-60", "UP-C-61")
                    .under(ClientPolicy.IMPLICIT),
            MatrixRow.failing(ClientFault.TRIES_THE_SECOND_PORT, "UP-C-60", "UP-C-61")
                    .under(ClientPolicy.IMPLICIT),
            MatrixRow.failing(ClientFault.SENDS_BEFORE_GREETING, "UP-C-28")
                    .under(ClientPolicy.IMPLICIT)
                    .sampling("UP-C-00", "UP-C-29"),
            MatrixRow.failing(ClientFault.UPGRADES_INSIDE_TLS, "UP-C-29").under(ClientPolicy.IMPLICIT));

    /** Each row with one protocol, in turn. */
    static Stream<Arguments> rows() {
        return IntStream.range(0, ROWS.size()).mapToObj(i -> Arguments.of(ROWS.get(i), inTurn(i)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_faulty_client_is_caught_by_the_cases_meant_for_it(MatrixRow row, Protocol protocol) {
        row.check(protocol, SAMPLE);
    }

    /** The same with the other two protocols, for which the cases are made by the same code. */
    static Stream<Arguments> moreRows() {
        return IntStream.range(0, ROWS.size()).boxed().flatMap(i -> PROTOCOLS.stream()
                .filter(protocol -> protocol != inTurn(i))
                .map(protocol -> Arguments.of(ROWS.get(i), protocol)));
    }

    private static Protocol inTurn(int row) {
        return PROTOCOLS.get(row % PROTOCOLS.size());
    }

    @Tag("more-peers")
    @ParameterizedTest
    @MethodSource("moreRows")
    void a_faulty_client_is_caught_in_the_other_protocols_too(MatrixRow row, Protocol protocol) {
        row.check(protocol, SAMPLE);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void answers_from_plaintext_are_seen_to_be_used_by_a_client_that_asks_for_no_capabilities(Protocol protocol) {
        Set<ClientFault> faults = Set.of(ClientFault.SKIPS_DISCOVERY_INSIDE, ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT);
        MatrixRow.failing(faults, "UP-C-04a", "UP-C-04c", "UP-C-06*")
                .sampling("UP-C-00", "UP-C-04b")
                .check(protocol, SAMPLE);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_client_that_asks_for_no_capabilities_is_judged_by_its_first_command_inside_tls(Protocol protocol) {
        List<ClientCase> injections = ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().matches("UP-C-(04.|05.|06.|18)"))
                .toList();
        TargetReport report = ClientHarness.run(
                protocol,
                ClientPolicy.REQUIRED,
                ClientHarness.client(protocol, ClientPolicy.REQUIRED, Set.of(ClientFault.SKIPS_DISCOVERY_INSIDE)),
                injections);
        assertThat(ClientHarness.ids(report, Status.PASS))
                .as(ClientHarness.described(report))
                .containsExactly("UP-C-04a", "UP-C-04c", "UP-C-05a", "UP-C-05b", "UP-C-06a", "UP-C-06b", "UP-C-18");
        assertThat(ClientHarness.ids(report, Status.SKIP)).containsExactly("UP-C-04b");
    }

    static Stream<Arguments> policies() {
        return Arrays.stream(ClientPolicy.values())
                .flatMap(policy -> Arrays.stream(Protocol.values()).map(protocol -> Arguments.of(policy, protocol)));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void a_good_client_fails_nothing(ClientPolicy policy, Protocol protocol) {
        List<ClientCase> shared = ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().startsWith("UP-C-"))
                .toList();
        TargetReport report =
                ClientHarness.run(protocol, policy, ClientHarness.client(protocol, policy, Set.of()), shared);
        for (Status bad : List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE)) {
            assertThat(ClientHarness.ids(report, bad))
                    .as(ClientHarness.described(report))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_client_that_never_reports_success_does_not_pass_where_a_message_is_cut(Protocol protocol) {
        ClientUnderTest good = ClientHarness.client(protocol, ClientPolicy.REQUIRED, Set.of());
        ClientUnderTest failing =
                attempt -> Ending.of(Ending.Kind.FAILURE, good.run(attempt).words());
        List<ClientCase> cuts = ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().matches("UP-C-19a|IMAP-C-19|POP3-C-19"))
                .toList();
        TargetReport report = ClientHarness.run(protocol, ClientPolicy.REQUIRED, failing, cuts);

        assertThat(report.count(Status.INCONCLUSIVE))
                .as(ClientHarness.described(report))
                .isEqualTo(cuts.size());
    }
}
