package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each faulty client of IMAP is caught by the cases meant for it, and by no others; a good one by none. */
@Tag("long")
class ImapClientMatrixTest {
    private static final FaultMatrix MATRIX =
            new FaultMatrix(Protocol.IMAP, Set.of("IMAP-C-02d", "IMAP-C-02e", "IMAP-C-04c", "IMAP-C-07b"));
    /** What only who sees the program can tell. */
    private static final Set<String> BY_HAND = Set.of("IMAP-C-04d", "IMAP-C-10d");

    static Stream<FaultMatrix.Row> rows() {
        return Stream.of(
                row(
                        ClientFault.GOES_ON_WITHOUT_OFFER,
                        Set.of("IMAP-C-01b", "IMAP-C-01c", "IMAP-C-01d", "IMAP-C-01f"),
                        Set.of()),
                row(ClientFault.GOES_ON_AFTER_REFUSAL, Set.of("IMAP-C-02c"), Set.of()),
                row(
                        ClientFault.GOES_ON_AFTER_ODD_GREETING,
                        Set.of(
                                "IMAP-C-03a",
                                "IMAP-C-03b",
                                "IMAP-C-03c",
                                "IMAP-C-03d",
                                "IMAP-C-08a",
                                "IMAP-C-08b",
                                "IMAP-C-10d"),
                        Set.of()),
                row(ClientFault.LOGS_IN_WHERE_OFFERED, Set.of("IMAP-C-01e", "IMAP-C-01f"), Set.of()),
                row(ClientFault.MATCHES_CASE, Set.of(), Set.of("IMAP-C-01d")),
                row(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT, Set.of("IMAP-C-04c"), Set.of()),
                row(ClientFault.IMAP_TAKES_BYE_FOR_SUCCESS, Set.of("IMAP-C-04c", "IMAP-C-04e"), Set.of()),
                row(
                        ClientFault.IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL,
                        Set.of(
                                "IMAP-C-02c",
                                "IMAP-C-02d",
                                "IMAP-C-02e",
                                "IMAP-C-04d",
                                "IMAP-C-07b",
                                "IMAP-C-10a",
                                "IMAP-C-10b",
                                "IMAP-C-10c",
                                "IMAP-C-17b"),
                        Set.of("IMAP-C-07c")),
                row(ClientFault.IMAP_TAKES_ANY_TAG, Set.of(), Set.of("IMAP-C-07b", "IMAP-C-07c", "IMAP-C-07d")),
                row(ClientFault.IMAP_LOGS_IN_AFTER_A_STRAY_ANSWER, Set.of("IMAP-C-07d"), Set.of()),
                row(ClientFault.IMAP_TAKES_EARLY_ANSWERS, Set.of("IMAP-C-07c", "IMAP-C-09"), Set.of()),
                row(ClientFault.REMEMBERS_CAPABILITIES, Set.of("IMAP-C-07a", "IMAP-C-20c", "IMAP-C-20d"), Set.of()),
                row(
                        ClientFault.GOES_ON_AFTER_FAILED_HANDSHAKE,
                        Set.of("IMAP-C-04c", "IMAP-C-04d", "IMAP-C-04e", "IMAP-C-15", "IMAP-C-26"),
                        Set.of()),
                row(
                        ClientFault.IMAP_USES_DATA_FROM_PLAINTEXT,
                        Set.of("IMAP-C-10a", "IMAP-C-10b", "IMAP-C-10c"),
                        Set.of()),
                row(ClientFault.IMAP_CRASHES_ON_A_LIST, Set.of("IMAP-C-10a"), Set.of()),
                row(ClientFault.IMAP_FOLLOWS_REFERRALS, Set.of("IMAP-C-11a", "IMAP-C-11b", "IMAP-C-11c"), Set.of()),
                row(ClientFault.CRASHES_ON_LONG_ANSWERS, Set.of("IMAP-C-17b", "IMAP-C-17c"), Set.of()),
                row(ClientFault.IMAP_READS_LITERALS_ANYWHERE, Set.of(), Set.of("IMAP-C-17c")),
                row(ClientFault.TAKES_A_CUT_MESSAGE, Set.of("IMAP-C-19"), Set.of()),
                row(ClientFault.IMAP_LOGS_IN_WHERE_DISABLED, Set.of("IMAP-C-20e"), Set.of()),
                row(
                        ClientFault.PRINTS_WHAT_THE_SERVER_SAYS,
                        Set.of(),
                        Set.of("IMAP-C-04d", "IMAP-C-10a", "IMAP-C-10b", "IMAP-C-10c", "IMAP-C-10d")),
                row(ClientFault.IMAP_COMPARES_TAGS_WITHOUT_CASE, Set.of(), Set.of("IMAP-C-07b")),
                row(
                        ClientFault.IMAP_FOLLOWS_REFERRALS_AFTER_PREAUTH,
                        Set.of("IMAP-C-08a", "IMAP-C-08b", "IMAP-C-11c"),
                        Set.of()),
                new FaultMatrix.Row(
                        ClientPolicy.IMPLICIT,
                        ClientFault.IMAP_FOLLOWS_REFERRALS_AFTER_PREAUTH,
                        Set.of("IMAP-C-11c"),
                        Set.of()),
                new FaultMatrix.Row(
                        ClientPolicy.IMPLICIT, ClientFault.IMAP_LOGS_IN_AFTER_PREAUTH, Set.of(), Set.of("IMAP-C-08c")));
    }

    private static FaultMatrix.Row row(ClientFault fault, Set<String> failed, Set<String> warned) {
        return new FaultMatrix.Row(ClientPolicy.REQUIRED, fault, failed, warned);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_faulty_client_is_caught_by_the_cases_meant_for_it(FaultMatrix.Row row) {
        MATRIX.assertCaught(row);
    }

    @Test
    void extensions_are_not_compared_with_a_run_that_ended_early() {
        AtomicBoolean first = new AtomicBoolean(true);
        ClientUnderTest unsteady = attempt -> attempt.caseId().equals("IMAP-C-20c") && first.getAndSet(false)
                ? greetedOnly(attempt)
                : new ImapTestClient(Set.of(), false).run(attempt);
        List<ClientCase> only = ClientSuite.cases(Protocol.IMAP).stream()
                .filter(each -> each.id().equals("IMAP-C-20c"))
                .toList();
        TargetReport report = ClientHarness.run(Protocol.IMAP, ClientPolicy.REQUIRED, unsteady, only);

        assertThat(ClientHarness.ids(report, Status.INCONCLUSIVE))
                .as(ClientHarness.described(report))
                .containsExactly("IMAP-C-20c");
    }

    private static Ending greetedOnly(Attempt attempt) {
        try (ClientWire wire = new ClientWire(attempt, Set.of())) {
            return Ending.of(Ending.Kind.FAILURE, "gave up after " + wire.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(ClientPolicy.class)
    void a_good_client_is_caught_by_none(ClientPolicy policy) {
        MATRIX.assertGood(policy, policy == ClientPolicy.IMPLICIT ? Set.of() : BY_HAND);
    }
}
