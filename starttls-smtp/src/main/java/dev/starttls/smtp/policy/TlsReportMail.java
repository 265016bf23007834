package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A report as a mail: multipart/report with the report type tlsrpt, a text for people and the report compressed (RFC 8460 section 5.3).
 *
 * <pre>{@code
 * TlsReportRecord.Destination.Mail to = new TlsReportRecord.Destination.Mail("reports@example.org");
 * TlsReportMail mail = new TlsReportMail(report, "mail.sender.example", "tlsrpt@mail.sender.example", to, now);
 * String message = mail.message();     // to be signed: DKIM, with a key whose record has s=tlsrpt or s=*
 * }</pre>
 *
 * <p>It is not signed: signing by DKIM, which a report needs (RFC 8460 section 3), is its sender's, of {@code mail.submitter()} and with
 * the two headers of the report among those signed. It is to be delivered although TLS fails, and that session is not to be counted
 * (RFC 8460 section 5.3): connect under {@link dev.starttls.core.upgrade.TlsPolicy#OPPORTUNISTIC}.
 *
 * @param report of one domain at least
 * @param submitter the domain that sends the report: that of the report's contact, and of the file's name
 * @param from the sender's address, local@domain
 * @param to the mailbox that the domain has named
 * @param date when the mail was made
 */
public record TlsReportMail(
        TlsReport report, String submitter, String from, TlsReportRecord.Destination.Mail to, Instant date) {

    /** Neither Base64 nor the text has "=_" in a line (RFC 2045 section 6.7). */
    private static final String BOUNDARY = "=_tlsrpt_report";

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss xx", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /**
     * Checks what becomes part of a header.
     *
     * @throws IllegalArgumentException if the report's contact is of another domain than the submitter, or an address, a
     *     domain or the report's identifier has characters that a header could not have
     */
    public TlsReportMail {
        Objects.requireNonNull(to, "to: expected a mailbox, got null");
        Objects.requireNonNull(date, "date: expected the time of the mail, got null");
        String unusedDomain = TlsReport.domainName(report.domain());
        String unusedSubmitter = TlsReport.domainName(submitter);
        var unusedFrom = new TlsReportRecord.Destination.Mail(from);
        String contact = report.contact();
        if (!contact.substring(contact.lastIndexOf('@') + 1).equalsIgnoreCase(submitter)) {
            throw new IllegalArgumentException("submitter: expected the domain of the report's contact "
                    + Ascii.printable(contact) + " (RFC 8460 section 5.3), got " + submitter);
        }
        String id = report.id();
        if (id.isEmpty() || id.length() > 200 || !id.chars().allMatch(TlsReportMail::ofId)) {
            throw new IllegalArgumentException("report: expected an id of 1 to 200 letters, digits, hyphens, dots and"
                    + " \"@\", got " + Ascii.printable(id.substring(0, Math.min(id.length(), 200))));
        }
    }

    private static boolean ofId(int c) {
        return c < 0x80 && (Ascii.letterOrDigit((char) c) || c == '-' || c == '.' || c == '@' || c == '_' || c == '+');
    }

    /**
     * The whole message: headers, an empty line and the body, in ASCII, with lines of at most 998 octets that end with CRLF.
     *
     * @return for DATA, with a dot put before each line that begins with one
     */
    public String message() {
        return String.join("\r\n", lines()) + "\r\n";
    }

    /**
     * The same in lines.
     *
     * @return without their ends; none begins with a dot
     */
    public List<String> lines() {
        String id = report.id().contains("@") ? report.id() : report.id() + "@" + submitter;
        List<String> lines = new ArrayList<>(List.of(
                "From: <" + from + ">",
                "To: <" + to.mailbox() + ">",
                "Date: " + DATE.format(date),
                "Message-ID: <" + id + ">",
                "Subject: Report Domain: " + report.domain(),
                " Submitter: " + submitter,
                " Report-ID: <" + id + ">",
                "TLS-Report-Domain: " + report.domain(),
                "TLS-Report-Submitter: " + submitter,
                "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: multipart/report; report-type=\"tlsrpt\";",
                " boundary=\"" + BOUNDARY + "\"",
                "",
                "This is a multipart message in MIME format.",
                "",
                "--" + BOUNDARY,
                "Content-Type: text/plain; charset=\"us-ascii\"",
                "Content-Transfer-Encoding: 7bit",
                "",
                "This is an aggregate TLS report from " + submitter,
                "for the domain " + report.domain(),
                "from " + report.begin() + " to " + report.end(),
                ""));
        lines.addAll(List.of(
                "--" + BOUNDARY,
                "Content-Type: " + TlsReport.GZIP_TYPE,
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment;",
                " filename=\"" + report.fileName(submitter, "") + "\"",
                ""));
        lines.addAll(
                List.of(Base64.getMimeEncoder().encodeToString(report.gzip()).split("\r\n", -1)));
        lines.addAll(List.of("--" + BOUNDARY + "--", ""));
        return lines;
    }
}
