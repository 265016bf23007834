package dev.starttls.conformance.client;

import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.target.Protocol;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each faulty client of POP3 is caught by the cases meant for it, and by no others; a good one by none. */
@Tag("long")
class Pop3ClientMatrixTest {
    private static final FaultMatrix MATRIX = new FaultMatrix(Protocol.POP3, Set.of("POP3-C-01c", "POP3-C-04c"));

    static Stream<FaultMatrix.Row> rows() {
        return Stream.of(
                row(ClientFault.GOES_ON_WITHOUT_OFFER, Set.of("POP3-C-01b", "POP3-C-01c", "POP3-C-01d"), Set.of()),
                row(ClientFault.GOES_ON_AFTER_REFUSAL, Set.of("POP3-C-02b", "POP3-C-07d", "POP3-C-32"), Set.of()),
                row(
                        ClientFault.GOES_ON_AFTER_ODD_GREETING,
                        Set.of("POP3-C-03a", "POP3-C-03b", "POP3-C-03c", "POP3-C-03d", "POP3-C-03e"),
                        Set.of("POP3-C-03g")),
                row(ClientFault.LOGS_IN_WHERE_OFFERED, Set.of("POP3-C-20b", "POP3-C-31"), Set.of()),
                row(ClientFault.MATCHES_CASE, Set.of(), Set.of("POP3-C-01d")),
                row(ClientFault.POP3_TAKES_ANY_PLUS, Set.of(), Set.of("POP3-C-02b", "POP3-C-03c")),
                row(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT, Set.of("POP3-C-04b", "POP3-C-04c"), Set.of()),
                row(ClientFault.GOES_ON_AFTER_FAILED_HANDSHAKE, Set.of("POP3-C-04b", "POP3-C-04c"), Set.of()),
                row(ClientFault.POP3_SENDS_APOP_IN_PLAINTEXT, Set.of("POP3-C-03f", "POP3-C-20d"), Set.of()),
                row(ClientFault.POP3_SENDS_APOP, Set.of(), Set.of("POP3-C-03f", "POP3-C-20d")),
                row(ClientFault.PRINTS_WHAT_THE_SERVER_SAYS, Set.of(), Set.of("POP3-C-03g")),
                row(ClientFault.POP3_BELIEVES_IT_IS_LOGGED_IN, Set.of("POP3-C-08"), Set.of()),
                row(ClientFault.POP3_KNOWS_ONE_GO_AHEAD, Set.of("POP3-C-07a", "POP3-C-07b"), Set.of("POP3-C-33")),
                row(ClientFault.TAKES_A_CUT_MESSAGE, Set.of("POP3-C-19"), Set.of()),
                row(ClientFault.POP3_TAKES_LF_FOR_A_REFUSAL, Set.of("POP3-C-07c"), Set.of()),
                row(ClientFault.POP3_NEEDS_CLOSE_NOTIFY, Set.of(), Set.of("POP3-C-19c")),
                row(ClientFault.REMEMBERS_CAPABILITIES, Set.of("POP3-C-20b"), Set.of()),
                row(ClientFault.POP3_FAILS_WITH_PIPELINING, Set.of(), Set.of("POP3-C-20c")));
    }

    private static FaultMatrix.Row row(ClientFault fault, Set<String> failed, Set<String> warned) {
        return new FaultMatrix.Row(ClientPolicy.REQUIRED, fault, failed, warned);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_faulty_client_is_caught_by_the_cases_meant_for_it(FaultMatrix.Row row) {
        MATRIX.assertCaught(row);
    }

    @ParameterizedTest
    @EnumSource(ClientPolicy.class)
    void a_good_client_is_caught_by_none(ClientPolicy policy) {
        MATRIX.assertGood(policy, policy == ClientPolicy.IMPLICIT ? Set.of() : Set.of("POP3-C-03g"));
    }
}
