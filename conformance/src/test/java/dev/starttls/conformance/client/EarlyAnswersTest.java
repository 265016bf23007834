package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that came in plaintext are seen to be read also by a client that then leaves, and by one with odd tags. */
class EarlyAnswersTest {
    private static List<ClientCase> cases(Protocol protocol, String ids) {
        return ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().matches(ids))
                .toList();
    }

    private static TargetReport report(Protocol protocol, ClientUnderTest client, String ids) {
        return ClientHarness.run(protocol, ClientPolicy.REQUIRED, client, cases(protocol, ids));
    }

    /** Each reads what came early for one answer, which is a wrong one, and leaves. */
    static Stream<Arguments> leaving() {
        return Stream.of(
                Arguments.of("SMTP-C-04d", RawSmtp.client(smtp -> {
                    smtp.askForTls();
                    smtp.startTls();
                    smtp.useWhatCameEarly();
                    smtp.finish();
                })),
                Arguments.of("UP-C-04c", RawSmtp.client(smtp -> {
                    smtp.askForTls();
                    smtp.startTls();
                    smtp.hello();
                    smtp.useWhatCameEarly();
                    smtp.authenticate();
                    smtp.mail();
                })));
    }

    @ParameterizedTest
    @MethodSource("leaving")
    void a_client_that_leaves_at_an_answer_from_plaintext_did_not_wait(String id, ClientUnderTest client) {
        TargetReport report = ClientHarness.runPatiently(Protocol.SMTP, client, cases(Protocol.SMTP, id));
        assertThat(ClientHarness.ids(report, Status.FAIL))
                .as(ClientHarness.described(report))
                .containsExactly(id);
    }

    @Test
    void tags_that_change_with_tls_are_learnt_from_the_run_before() {
        Set<ClientFault> faults =
                Set.of(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT, ClientFault.IMAP_HAS_OTHER_TAGS_INSIDE_TLS);
        TargetReport report = report(
                Protocol.IMAP,
                ClientHarness.client(Protocol.IMAP, ClientPolicy.REQUIRED, faults),
                "UP-C-04[ac]|IMAP-C-04c");
        for (var result : report.results()) {
            assertThat(result.verdict().detail()).contains("went on inside TLS");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ClientFault.class,
            names = {"KEEPS_OCTETS_FROM_PLAINTEXT", "DISCARDS_OCTETS_FROM_PLAINTEXT"})
    void nothing_is_decided_where_the_tags_inside_tls_cannot_be_known(ClientFault fault) {
        Set<ClientFault> faults = Set.of(fault, ClientFault.IMAP_HAS_RANDOM_TAGS_INSIDE_TLS);
        TargetReport report = report(
                Protocol.IMAP,
                ClientHarness.client(Protocol.IMAP, ClientPolicy.REQUIRED, faults),
                "UP-C-04[ac]|IMAP-C-04c");
        assertThat(ClientHarness.ids(report, Status.INCONCLUSIVE))
                .as(ClientHarness.described(report))
                .containsExactly("IMAP-C-04c", "UP-C-04a", "UP-C-04c");
    }
}
