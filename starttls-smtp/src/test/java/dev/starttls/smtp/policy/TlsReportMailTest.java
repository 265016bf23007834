package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.smtp.policy.TlsReportRecord.Destination;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8460 section 5.3; Jakarta Mail reads the mail. */
class TlsReportMailTest {

    private static final Instant NOW = Instant.parse("2016-04-02T01:02:03Z");
    private static final Destination.Mail TO = new Destination.Mail("reports@company-y.example");

    @Test
    void another_library_finds_the_report_in_the_mail() throws Exception {
        TlsReport report = TlsReportTest.appendixB();
        MimeMessage message = new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(mail(report).message().getBytes(StandardCharsets.US_ASCII)));

        ContentType type = new ContentType(message.getContentType());
        assertThat(type.getBaseType()).isEqualTo("multipart/report");
        assertThat(type.getParameter("report-type")).isEqualTo("tlsrpt");
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getCount()).isEqualTo(2);
        assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
        assertThat((String) parts.getBodyPart(0).getContent()).contains("company-y.example");
        BodyPart attachment = parts.getBodyPart(1);
        assertThat(attachment.isMimeType("application/tlsrpt+gzip")).isTrue();
        assertThat(attachment.getFileName())
                .isEqualTo("company-x.example!company-y.example!1459468800!1459555199.json.gz");
        assertThat(TlsReportReader.read(attachment.getInputStream())).isEqualTo(report);
    }

    @Test
    void the_headers_name_both_domains_and_the_subject_has_the_form_of_the_rfc() throws Exception {
        MimeMessage message = new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(
                        mail(TlsReportTest.appendixB()).message().getBytes(StandardCharsets.US_ASCII)));
        assertThat(message.getHeader("TLS-Report-Domain")).containsExactly("company-y.example");
        assertThat(message.getHeader("TLS-Report-Submitter")).containsExactly("company-x.example");
        assertThat(message.getSubject())
                .matches("Report Domain: company-y\\.example\\s+Submitter: company-x\\.example\\s+"
                        + "Report-ID: <5065427c-23d3-47ca-b6e0-946ea0e8c4be@company-x\\.example>");
        assertThat(message.getSentDate()).isEqualTo(NOW);
        assertThat(message.getFrom()[0]).hasToString("noreply@company-x.example");
        assertThat(message.getAllRecipients()[0]).hasToString("reports@company-y.example");
    }

    @Test
    void lines_are_ascii_short_and_never_begin_with_a_dot() throws Exception {
        assertThat(mail(TlsReportTest.appendixB()).lines())
                .allMatch(line -> line.length() <= 998 && line.chars().allMatch(c -> c >= ' ' && c < 0x7f))
                .noneMatch(line -> line.startsWith("."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nBcc: x@y", "a>", "\u00fc"})
    void an_identifier_that_would_break_a_header_is_refused(String id) throws Exception {
        TlsReport report = TlsReportTest.appendixB();
        TlsReport other = new TlsReport(
                report.domain(),
                report.organization(),
                report.begin(),
                report.end(),
                report.contact(),
                id,
                report.sessions());
        assertThatThrownBy(() -> mail(other)).hasMessageContaining("expected an id");
    }

    @Test
    void the_submitter_is_the_domain_of_the_contact() throws Exception {
        TlsReport report = TlsReportTest.appendixB();
        assertThatThrownBy(() -> new TlsReportMail(report, "other.example", "a@other.example", TO, NOW))
                .hasMessageContaining("expected the domain of the report's contact");
        assertThatThrownBy(() -> new TlsReportMail(report, "company-x.example", "a b", TO, NOW))
                .hasMessageContaining("mailbox: expected local@domain");
    }

    private static TlsReportMail mail(TlsReport report) {
        return new TlsReportMail(report, "company-x.example", "noreply@company-x.example", TO, NOW);
    }
}
