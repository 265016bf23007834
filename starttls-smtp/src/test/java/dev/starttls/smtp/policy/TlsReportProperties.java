package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TlsReportProperties {

    @Property(seed = "8460", tries = 300)
    void a_report_comes_back_from_its_json_and_its_gzip(@ForAll("reports") TlsReport report) throws Exception {
        assertThat(TlsReportReader.read(report.json().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(report);
        assertThat(TlsReportReader.read(report.gzip())).isEqualTo(report);
    }

    @Property(seed = "8460", tries = 300)
    void another_parser_reads_the_same_counts_and_texts(@ForAll("reports") TlsReport report) throws Exception {
        JsonNode tree = TlsReportTest.JACKSON.readTree(report.json());
        assertThat(tree.path("organization-name").asText()).isEqualTo(report.organization());
        assertThat(tree.get("policies")).hasSize(report.sessions().size());
        for (int i = 0; i < report.sessions().size(); i++) {
            JsonNode entry = tree.get("policies").get(i);
            ReportedSessions sessions = report.sessions().get(i);
            assertThat(entry.get("policy").get("policy-domain").textValue())
                    .isEqualTo(sessions.policy().domain());
            assertThat(entry.get("summary").get("total-failure-session-count").longValue())
                    .isEqualTo(sessions.failed());
            assertThat(entry.path("failure-details"))
                    .hasSize(sessions.failures().size());
        }
    }

    @Provide
    Arbitrary<TlsReport> reports() {
        Arbitrary<Instant> begins =
                Arbitraries.longs().between(0, 4_000_000_000L).map(Instant::ofEpochSecond);
        return Combinators.combine(
                        texts(), begins, texts(), texts(), sessions().list().ofMaxSize(4))
                .as((organization, begin, contact, id, sessions) -> new TlsReport(
                        sessions.isEmpty() ? "" : sessions.get(0).policy().domain(),
                        organization,
                        begin,
                        begin.plusSeconds(86_399),
                        contact,
                        id,
                        sessions));
    }

    private static Arbitrary<ReportedSessions> sessions() {
        Arbitrary<ReportedPolicy> policies = Combinators.combine(
                        Arbitraries.of(ReportedPolicy.Type.class),
                        texts().filter(text -> !text.isEmpty()),
                        lists(),
                        lists())
                .as(ReportedPolicy::new);
        return Combinators.combine(
                        policies, counts(), counts(), failures().list().ofMaxSize(3))
                .as(ReportedSessions::new);
    }

    private static Arbitrary<ReportedFailure> failures() {
        Arbitrary<String> types = Arbitraries.oneOf(
                Arbitraries.of(TlsResultType.class).map(TlsResultType::text), texts().filter(text -> !text.isEmpty()));
        return Combinators.combine(
                        types,
                        texts().optional(),
                        texts().optional(),
                        texts().optional(),
                        texts().optional(),
                        counts(),
                        texts().optional(),
                        texts().optional())
                .as(ReportedFailure::new);
    }

    private static Arbitrary<List<String>> lists() {
        return texts().list().ofMaxSize(3);
    }

    private static Arbitrary<Long> counts() {
        return Arbitraries.longs().between(0, ReportedFailure.MAX_SESSIONS);
    }

    /** Characters, and no halves of them. */
    private static Arbitrary<String> texts() {
        return Arbitraries.strings().ofMaxLength(12).map(text -> text.codePoints()
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString());
    }
}
