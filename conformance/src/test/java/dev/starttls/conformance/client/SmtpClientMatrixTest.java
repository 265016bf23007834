package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each faulty client of SMTP is caught by the cases of SMTP that are meant for it; a good one by none. */
@Tag("long")
class SmtpClientMatrixTest {
    /** Cases that are over at once, and that the faults of a row do not concern unless the row says so. */
    private static final List<String> SAMPLE = List.of(
            "UP-C-00",
            "UP-C-20b",
            "UP-C-21",
            "SMTP-C-01b",
            "SMTP-C-01d",
            "SMTP-C-01f",
            "SMTP-C-02g",
            "SMTP-C-07a",
            "SMTP-C-07b",
            "SMTP-C-20e",
            "SMTP-C-21b",
            "SMTP-C-26");

    static Stream<MatrixRow> rows() {
        return Stream.of(
                MatrixRow.failing(ClientFault.GOES_ON_WITHOUT_OFFER, "SMTP-C-01c", "SMTP-C-01e"),
                MatrixRow.failing(ClientFault.GOES_ON_AFTER_REFUSAL, "SMTP-C-02h", "SMTP-C-07c"),
                MatrixRow.failing(
                        ClientFault.ALWAYS_REPORTS_SUCCESS,
                        "SMTP-C-01b",
                        "SMTP-C-01c",
                        "SMTP-C-01e",
                        "SMTP-C-02*",
                        "SMTP-C-03a",
                        "SMTP-C-03b",
                        "SMTP-C-03c",
                        "SMTP-C-03d",
                        "SMTP-C-03e",
                        "SMTP-C-03g",
                        "SMTP-C-04d",
                        "SMTP-C-07c",
                        "SMTP-C-26"),
                MatrixRow.failing(
                        ClientFault.GOES_ON_AFTER_ODD_GREETING,
                        "SMTP-C-03a",
                        "SMTP-C-03b",
                        "SMTP-C-03c",
                        "SMTP-C-03d",
                        "SMTP-C-03e",
                        "SMTP-C-03g"),
                MatrixRow.failing(
                        ClientFault.STARTS_OVER_IN_PLAINTEXT,
                        "SMTP-C-01c",
                        "SMTP-C-01e",
                        "SMTP-C-02*",
                        "SMTP-C-07c",
                        "SMTP-C-21b"),
                MatrixRow.failing(
                        Set.of(ClientFault.STARTS_OVER_IN_PLAINTEXT, ClientFault.SMTP_IGNORES_CODES),
                        "SMTP-C-01b",
                        "SMTP-C-01c",
                        "SMTP-C-01e",
                        "SMTP-C-02*",
                        "SMTP-C-07c",
                        "SMTP-C-26"),
                MatrixRow.failing(
                        Set.of(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT, ClientFault.SMTP_IGNORES_CODES), "SMTP-C-04d"),
                MatrixRow.failing(ClientFault.KEEPS_CAPABILITIES_FROM_PLAINTEXT, "SMTP-C-20*", "UP-C-20b"),
                MatrixRow.failing(
                        ClientFault.SMTP_LOGS_IN_BEFORE_UPGRADE,
                        "SMTP-C-01f",
                        "SMTP-C-02*",
                        "SMTP-C-07*",
                        "SMTP-C-31",
                        "UP-C-20b"),
                MatrixRow.failing(ClientFault.TAKES_SEGMENT_FOR_LIST, "SMTP-C-01d", "SMTP-C-31"),
                MatrixRow.failing(ClientFault.SMTP_WANTS_UPPER_CASE, "SMTP-C-01d"),
                MatrixRow.failing(ClientFault.SMTP_TAKES_SUCCESS_FOR_UPGRADE, "SMTP-C-02h"),
                MatrixRow.failing(ClientFault.SMTP_READS_ONE_LINE_OF_GO_AHEAD, "SMTP-C-07a"),
                MatrixRow.warning(ClientFault.SMTP_READS_ONE_LINE_OF_GO_AHEAD, "SMTP-C-07c"),
                MatrixRow.failing(ClientFault.SMTP_WANTS_TEXT, "SMTP-C-07b"),
                MatrixRow.warning(
                        ClientFault.SMTP_IGNORES_CODES,
                        "SMTP-C-03a",
                        "SMTP-C-03b",
                        "SMTP-C-03c",
                        "SMTP-C-03d",
                        "SMTP-C-03e"),
                MatrixRow.failing(ClientFault.SMTP_TAKES_SEGMENT_FOR_GREETING, "SMTP-C-03f"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_faulty_client_is_caught_by_the_cases_meant_for_it(MatrixRow row) {
        row.check(Protocol.SMTP, SAMPLE);
    }

    @ParameterizedTest
    @EnumSource(
            value = ClientPolicy.class,
            names = {"REQUIRED", "OPPORTUNISTIC"})
    void a_good_client_fails_nothing(ClientPolicy policy) {
        List<ClientCase> own = ClientSuite.cases(Protocol.SMTP).stream()
                .filter(each -> each.id().startsWith("SMTP-C-"))
                .toList();
        TargetReport report =
                ClientHarness.run(Protocol.SMTP, policy, ClientHarness.client(Protocol.SMTP, policy, Set.of()), own);
        for (Status bad : List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE)) {
            assertThat(ClientHarness.ids(report, bad))
                    .as(ClientHarness.described(report))
                    .isEmpty();
        }
    }
}
