package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/**
 * A TLS report: what became of the sessions with the hosts of a domain in a day (RFC 8460 section 4.4).
 *
 * <pre>{@code
 * byte[] body = report.gzip();                                   // application/tlsrpt+gzip
 * String name = report.fileName("mail.sender.example", "001");
 * TlsReport received = TlsReportReader.read(attachment);
 * }</pre>
 *
 * <p>{@link TlsReports} collects them; sending is its user's, by mail ({@link TlsReportMail}) or HTTPS, to where {@link
 * TlsReportRecord} says. Of a report that was received, each text is what its sender wrote: nothing of it is proved.
 *
 * @param domain of the recipients, whose TLSRPT record says where the report goes. It is not in the JSON, where each policy has its own: TLSA
 *     records have the name of a host (RFC 8460 section 1.1). Of a received report that of its first policy, or empty if it has none
 * @param organization that reports; empty if a received report does not say
 * @param begin of the time that it covers: 1970 to 9999
 * @param end of that time, its last second (RFC 8460 section 4.1); not before its beginning
 * @param contact of the organization; empty if a received report does not say
 * @param id of the report; empty if a received report does not say
 * @param sessions for each policy
 */
public record TlsReport(
        String domain,
        String organization,
        Instant begin,
        Instant end,
        String contact,
        String id,
        List<ReportedSessions> sessions) {

    /** The media type of {@link #json} (RFC 8460 section 6.4). */
    public static final String JSON_TYPE = "application/tlsrpt+json";

    /** The media type of {@link #gzip} (RFC 8460 section 6.5). */
    public static final String GZIP_TYPE = "application/tlsrpt+gzip";

    private static final Instant YEAR_10000 =
            Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1);

    /**
     * Checks the times, and keeps its own copy of the list.
     *
     * @throws IllegalArgumentException if a time is out of bounds
     */
    public TlsReport {
        Objects.requireNonNull(domain, "domain: expected a name, got null; \"\" is for none");
        Objects.requireNonNull(organization, "organization: expected a name, got null; \"\" is for none");
        Objects.requireNonNull(contact, "contact: expected an address, got null; \"\" is for none");
        Objects.requireNonNull(id, "id: expected an identifier, got null; \"\" is for none");
        if (!reportable(begin) || end.isBefore(begin) || !reportable(end)) {
            throw new IllegalArgumentException(
                    "begin and end: expected times of 1970 to 9999 in their order, got " + begin + " and " + end);
        }
        sessions = List.copyOf(sessions);
    }

    /** Whether a report can have the time: it is one of 1970 to 9999. */
    static boolean reportable(Instant time) {
        return !time.isBefore(Instant.EPOCH) && time.isBefore(YEAR_10000);
    }

    /**
     * As RFC 8460 section 4.4 has it: on one line, members and policies in a stable order, what is not known left out.
     *
     * @return text for {@link #JSON_TYPE}, to be encoded in UTF-8
     */
    public String json() {
        return TlsReportWriter.json(this);
    }

    /**
     * The same compressed, as it should be sent (RFC 8460 section 5.2).
     *
     * @return the octets for {@link #GZIP_TYPE}
     */
    public byte[] gzip() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (OutputStream compressed = new GZIPOutputStream(octets)) {
            compressed.write(json().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Expected memory to take what is written, in TlsReport.gzip", e);
        }
        return octets.toByteArray();
    }

    /**
     * The name of the file that {@link #gzip} is sent in (RFC 8460 section 5.1).
     *
     * @param submitter the domain that sends the report
     * @param unique letters and digits that distinguish the reports of a day; empty for none
     * @return for instance {@code mail.sender.example!example.org!1470013200!1470099599!001.json.gz}
     * @throws IllegalArgumentException if a domain could not be a part of a name
     */
    public String fileName(String submitter, String unique) {
        if (!unique.chars().allMatch(c -> Ascii.letterOrDigit((char) c))) {
            throw new IllegalArgumentException("unique: expected letters and digits, got " + Ascii.printable(unique));
        }
        return domainName(submitter) + "!" + domainName(domain) + "!" + begin.getEpochSecond() + "!"
                + end.getEpochSecond() + (unique.isEmpty() ? "" : "!" + unique) + ".json.gz";
    }

    /**
     * The same report about another domain: for one that was read from its JSON, which does not have it.
     *
     * @param recipients their domain
     * @return a copy
     */
    public TlsReport withDomain(String recipients) {
        return new TlsReport(recipients, organization, begin, end, contact, id, sessions);
    }

    /** Goes into headers and names of files. */
    static String domainName(String domain) {
        if (domain.isEmpty() || domain.length() > 255 || !domain.chars().allMatch(TlsReport::ofName)) {
            throw new IllegalArgumentException(
                    "domain: expected 1 to 255 letters, digits, hyphens, underscores and dots,"
                            + " got " + Ascii.printable(domain.substring(0, Math.min(domain.length(), 255)))
                            + "; convert international names first (RFC 5891)");
        }
        return domain;
    }

    private static boolean ofName(int c) {
        return c < 0x80 && (Ascii.letterOrDigit((char) c) || c == '-' || c == '_' || c == '.');
    }

    /** For people and logs, on one line. */
    @Override
    public String toString() {
        return Ascii.printable("TlsReport[" + domain + ", " + id + " of " + organization + ", " + begin + " to " + end
                + ", " + sessions + "]");
    }
}
