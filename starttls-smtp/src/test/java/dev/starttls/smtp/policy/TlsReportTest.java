package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report of RFC 8460 appendix B, written; another parser of JSON reads it. */
class TlsReportTest {

    static final ObjectMapper JACKSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** RFC 8460 appendix B, its URI in one piece. */
    static final String APPENDIX_B =
            """
            {
              "organization-name": "Company-X",
              "date-range": {
                "start-datetime": "2016-04-01T00:00:00Z",
                "end-datetime": "2016-04-01T23:59:59Z"
              },
              "contact-info": "sts-reporting@company-x.example",
              "report-id": "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
              "policies": [{
                "policy": {
                  "policy-type": "sts",
                  "policy-string": ["version: STSv1","mode: testing",
                        "mx: *.mail.company-y.example","max_age: 86400"],
                  "policy-domain": "company-y.example",
                  "mx-host": ["*.mail.company-y.example"]
                },
                "summary": {
                  "total-successful-session-count": 5326,
                  "total-failure-session-count": 303
                },
                "failure-details": [{
                  "result-type": "certificate-expired",
                  "sending-mta-ip": "2001:db8:abcd:0012::1",
                  "receiving-mx-hostname": "mx1.mail.company-y.example",
                  "failed-session-count": 100
                }, {
                  "result-type": "starttls-not-supported",
                  "sending-mta-ip": "2001:db8:abcd:0013::1",
                  "receiving-mx-hostname": "mx2.mail.company-y.example",
                  "receiving-ip": "203.0.113.56",
                  "failed-session-count": 200,
                  "additional-information": "https://reports.company-x.example/report_info?id=5065427c-23d3#StarttlsNotSupported"
                }, {
                  "result-type": "validation-failure",
                  "sending-mta-ip": "198.51.100.62",
                  "receiving-ip": "203.0.113.58",
                  "receiving-mx-hostname": "mx-backup.mail.company-y.example",
                  "failed-session-count": 3,
                  "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"
                }]
              }]
            }
            """;

    static TlsReport appendixB() throws TlsReportException {
        return TlsReportReader.read(APPENDIX_B.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_report_of_the_rfc_is_read() throws Exception {
        TlsReport report = appendixB();

        assertThat(report.organization()).isEqualTo("Company-X");
        assertThat(report.begin()).isEqualTo(Instant.parse("2016-04-01T00:00:00Z"));
        assertThat(report.end()).isEqualTo(Instant.parse("2016-04-01T23:59:59Z"));
        assertThat(report.domain()).isEqualTo("company-y.example");
        ReportedSessions sessions = report.sessions().get(0);
        assertThat(sessions.policy().type()).isEqualTo(ReportedPolicy.Type.STS);
        assertThat(sessions.policy().strings()).contains("mode: testing").hasSize(4);
        assertThat(sessions.successful()).isEqualTo(5_326);
        assertThat(sessions.failed()).isEqualTo(303);
        assertThat(sessions.failures().stream().map(ReportedFailure::type))
                .containsExactly(
                        Optional.of(TlsResultType.CERTIFICATE_EXPIRED),
                        Optional.of(TlsResultType.STARTTLS_NOT_SUPPORTED),
                        Optional.of(TlsResultType.VALIDATION_FAILURE));
        assertThat(sessions.failures().get(2).reasonCode()).contains("X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED");
        assertThat(sessions.failures().stream()
                        .mapToLong(ReportedFailure::sessions)
                        .sum())
                .isEqualTo(303);
    }

    @Test
    void what_is_written_is_the_report_of_the_rfc_to_another_parser() throws Exception {
        assertThat(JACKSON.readTree(appendixB().json())).isEqualTo(JACKSON.readTree(APPENDIX_B));
    }

    @Test
    void the_order_of_what_is_written_is_that_of_the_rfc() throws Exception {
        List<String> names = new ArrayList<>();
        JACKSON.readTree(appendixB().json()).fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactly("organization-name", "date-range", "contact-info", "report-id", "policies");
        assertThat(appendixB().json()).isEqualTo(appendixB().json()).doesNotContain("\n");
    }

    @Test
    void texts_of_any_characters_come_back_from_another_parser() throws Exception {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x300; c++) {
            all.append(c);
        }
        all.append("\u2028\u2029\ud83d\udce7");
        JsonNode tree = JACKSON.readTree(withId(all.toString()).json());
        assertThat(tree.get("report-id").textValue()).isEqualTo(all.toString());
    }

    @Test
    void half_of_a_surrogate_pair_is_written_as_the_replacement_character() throws Exception {
        JsonNode tree = JACKSON.readTree(withId("a\ud83d-\udce7").json().getBytes(StandardCharsets.UTF_8));
        assertThat(tree.get("report-id").textValue()).isEqualTo("a\ufffd-\ufffd");
    }

    private static TlsReport withId(String id) throws TlsReportException {
        TlsReport report = appendixB();
        return new TlsReport(
                report.domain(),
                report.organization(),
                report.begin(),
                report.end(),
                report.contact(),
                id,
                report.sessions());
    }

    @Test
    void the_compressed_report_expands_to_the_same() throws Exception {
        TlsReport report = appendixB();
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(report.gzip()))) {
            assertThat(new String(gzip.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(report.json());
        }
        assertThat(TlsReportReader.read(report.gzip())).isEqualTo(report);
    }

    @Test
    void the_name_of_the_file_has_both_domains_the_times_and_what_is_unique() throws Exception {
        assertThat(appendixB().fileName("mail.sender.example", "001"))
                .isEqualTo("mail.sender.example!company-y.example!1459468800!1459555199!001.json.gz");
        assertThat(appendixB().fileName("mail.sender.example", ""))
                .isEqualTo("mail.sender.example!company-y.example!1459468800!1459555199.json.gz");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nBcc: x", "../etc", "a!b", "a\"b", "\u00fc.example"})
    void a_domain_that_is_no_name_is_not_put_into_the_name_of_a_file(String domain) throws Exception {
        TlsReport report = appendixB();
        assertThatThrownBy(() -> report.fileName(domain, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 1 to 255 letters");
        TlsReport other = report.withDomain(domain);
        assertThatThrownBy(() -> other.fileName("mail.sender.example", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 1 to 255 letters");
    }

    @Test
    void logs_get_no_control_characters_of_a_received_report() throws Exception {
        assertThat(withId("a\r\nb").toString()).doesNotContain("\r", "\n");
        assertThat(new ReportedPolicy(ReportedPolicy.Type.STS, "a\nb", List.of("c\nd"), List.of()).toString())
                .doesNotContain("\n");
        assertThat(ReportedFailure.of(TlsResultType.VALIDATION_FAILURE)
                        .withMxHost("a\nb")
                        .toString())
                .doesNotContain("\n");
    }

    @Test
    void numbers_and_times_have_their_bounds() {
        ReportedPolicy policy = new ReportedPolicy(ReportedPolicy.Type.STS, "example.org", List.of(), List.of());
        assertThatThrownBy(() -> new ReportedSessions(policy, -1, 0, List.of()))
                .hasMessageContaining("successful: expected 0 to");
        assertThatThrownBy(() -> new ReportedSessions(policy, 0, ReportedFailure.MAX_SESSIONS + 1, List.of()))
                .hasMessageContaining("failed: expected 0 to");
        assertThatThrownBy(() -> new TlsReport("d", "o", Instant.MAX, Instant.MAX, "c", "i", List.of()))
                .hasMessageContaining("1970 to 9999");
        assertThatThrownBy(() -> new TlsReport(
                        "d", "o", Instant.ofEpochSecond(5), Instant.ofEpochSecond(4), "c", "i", List.of()))
                .hasMessageContaining("in their order");
    }
}
