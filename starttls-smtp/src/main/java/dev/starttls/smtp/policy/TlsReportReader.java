package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Reads a report that was received (RFC 8460 section 4.4), compressed or not: the body of a POST, or the second part of a mail once its
 * transfer encoding is undone.
 *
 * <pre>{@code
 * TlsReport report = TlsReportReader.read(attachment);
 * report.sessions().forEach(sessions -> log.info(sessions.policy() + ": " + sessions.failed() + " failed"));
 * }</pre>
 *
 * <p>Anyone can send one, so that all of it is bounded: {@value #MAX_OCTETS} octets, compressed and expanded, {@value
 * JsonParser#MAX_DEPTH} levels and {@value JsonParser#MAX_VALUES} values. Members that are not known are skipped, as are times without
 * a zone taken for UTC, one text taken for a list of one, and what is not in every report missed: the organization, its contact, the
 * identifier, the policy's text and hosts, the failures and their details. That much do the reports of large senders differ.
 */
public final class TlsReportReader {

    /** The largest report, compressed and expanded: thousands of times what one for a domain with some hosts has. */
    public static final int MAX_OCTETS = 10_485_760;

    private static final int GZIP_MAGIC_1 = 0x1f;
    private static final int GZIP_MAGIC_2 = 0x8b;

    private TlsReportReader() {}

    /**
     * Reads a report.
     *
     * @param octets JSON, or JSON compressed by gzip: which, its first octets say
     * @return what it says
     * @throws TlsReportException if it is no report, or too large
     */
    public static TlsReport read(byte[] octets) throws TlsReportException {
        try {
            return read(new ByteArrayInputStream(octets));
        } catch (TlsReportException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsReportException("Expected a report in memory to be readable", e);
        }
    }

    /**
     * Reads a report of a stream, to its end; blocks as the stream does.
     *
     * @param stream of JSON, or of JSON compressed by gzip; it is not closed
     * @return what it says
     * @throws TlsReportException if it is no report, or too large
     * @throws IOException of the stream
     */
    public static TlsReport read(InputStream stream) throws IOException {
        byte[] sent = bounded(stream, "of a report");
        return report(JsonParser.parse(text(gzip(sent) ? expanded(sent) : sent)));
    }

    private static boolean gzip(byte[] octets) {
        return octets.length > 1 && (octets[0] & 0xff) == GZIP_MAGIC_1 && (octets[1] & 0xff) == GZIP_MAGIC_2;
    }

    private static byte[] expanded(byte[] compressed) throws TlsReportException {
        try (InputStream stream = new BufferedInputStream(new GZIPInputStream(new ByteArrayInputStream(compressed)))) {
            return bounded(stream, "of a report, expanded");
        } catch (TlsReportException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsReportException(
                    "Expected a report that is whole, compressed by gzip (RFC 1952): " + e.getMessage(), e);
        }
    }

    private static byte[] bounded(InputStream stream, String what) throws IOException {
        byte[] octets = stream.readNBytes(MAX_OCTETS + 1);
        if (octets.length > MAX_OCTETS) {
            throw new TlsReportException("Expected at most " + MAX_OCTETS + " octets " + what + ", got more");
        }
        return octets;
    }

    /** RFC 8259 section 8.1: UTF-8, and a byte order mark may be ignored. */
    private static String text(byte[] octets) throws TlsReportException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new TlsReportException("Expected a report in UTF-8, got other octets", e);
        }
    }

    private static TlsReport report(JsonValue value) throws TlsReportException {
        Map<String, JsonValue> report = object(value, "a report");
        Map<String, JsonValue> range = object(member(report, "date-range"), "date-range");
        List<ReportedSessions> sessions = new ArrayList<>();
        for (JsonValue each : elements(member(report, "policies"), "policies")) {
            sessions.add(sessions(object(each, "policies")));
        }
        try {
            return new TlsReport(
                    sessions.isEmpty() ? "" : sessions.get(0).policy().domain(),
                    text(report, "organization-name").orElse(""),
                    time(range, "start-datetime"),
                    time(range, "end-datetime"),
                    text(report, "contact-info").orElse(""),
                    text(report, "report-id").orElse(""),
                    sessions);
        } catch (IllegalArgumentException e) {
            throw new TlsReportException("Expected a date-range in its order, of the years 1970 to 9999", e);
        }
    }

    private static ReportedSessions sessions(Map<String, JsonValue> entry) throws TlsReportException {
        Map<String, JsonValue> summary = object(member(entry, "summary"), "summary");
        List<ReportedFailure> failures = new ArrayList<>();
        if (present(entry, "failure-details").isPresent()) {
            for (JsonValue each : elements(entry.get("failure-details"), "failure-details")) {
                failures.add(failure(object(each, "failure-details")));
            }
        }
        return new ReportedSessions(
                policy(object(member(entry, "policy"), "policy")),
                count(summary, "total-successful-session-count"),
                count(summary, "total-failure-session-count"),
                failures);
    }

    private static ReportedPolicy policy(Map<String, JsonValue> policy) throws TlsReportException {
        String type = required(policy, "policy-type");
        return new ReportedPolicy(
                Arrays.stream(ReportedPolicy.Type.values())
                        .filter(known -> known.toString().equals(type))
                        .findFirst()
                        .orElseThrow(() -> new TlsReportException(
                                "Expected tlsa, sts or no-policy-found for policy-type, got '" + shown(type) + "'")),
                required(policy, "policy-domain"),
                texts(policy, "policy-string"),
                texts(policy, "mx-host"));
    }

    private static ReportedFailure failure(Map<String, JsonValue> failure) throws TlsReportException {
        return new ReportedFailure(
                required(failure, "result-type"),
                text(failure, "sending-mta-ip"),
                text(failure, "receiving-mx-hostname"),
                text(failure, "receiving-mx-helo"),
                text(failure, "receiving-ip"),
                count(failure, "failed-session-count"),
                text(failure, "additional-information"),
                text(failure, "failure-reason-code"));
    }

    private static Instant time(Map<String, JsonValue> object, String name) throws TlsReportException {
        String text = required(object, name);
        try {
            return text.length() == 19
                    ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new TlsReportException(
                    "Expected a time such as 2016-04-01T00:00:00Z for " + name + ", got '" + shown(text) + "'", e);
        }
    }

    private static long count(Map<String, JsonValue> object, String name) throws TlsReportException {
        JsonValue value = member(object, name);
        if (value instanceof JsonValue.JsonNumber number
                && number.digits().length() <= 16
                && number.digits().chars().allMatch(c -> Ascii.digit((char) c))) {
            long count = Long.parseLong(number.digits());
            if (count <= ReportedFailure.MAX_SESSIONS) {
                return count;
            }
        }
        throw new TlsReportException("Expected a number of 0 to " + ReportedFailure.MAX_SESSIONS + " for " + name
                + ", got " + (value instanceof JsonValue.JsonNumber number ? number.digits() : value.kind()));
    }

    private static List<String> texts(Map<String, JsonValue> object, String name) throws TlsReportException {
        Optional<JsonValue> value = present(object, name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof JsonValue.JsonText text) {
            return List.of(text.text());
        }
        List<String> texts = new ArrayList<>();
        for (JsonValue each : elements(value.get(), name)) {
            texts.add(text(each, name));
        }
        return texts;
    }

    private static String required(Map<String, JsonValue> object, String name) throws TlsReportException {
        String text = text(member(object, name), name);
        if (text.isEmpty()) {
            throw new TlsReportException("Expected a text for " + name + ", got an empty one");
        }
        return text;
    }

    private static Optional<String> text(Map<String, JsonValue> object, String name) throws TlsReportException {
        Optional<JsonValue> value = present(object, name);
        return value.isEmpty() ? Optional.empty() : Optional.of(text(value.get(), name));
    }

    private static String text(JsonValue value, String name) throws TlsReportException {
        if (value instanceof JsonValue.JsonText text) {
            return text.text();
        }
        throw new TlsReportException("Expected a text for " + name + ", got " + value.kind());
    }

    private static JsonValue member(Map<String, JsonValue> object, String name) throws TlsReportException {
        return present(object, name)
                .orElseThrow(
                        () -> new TlsReportException("Expected the member " + name + ", got an object without it"));
    }

    /** What is null is not known. */
    private static Optional<JsonValue> present(Map<String, JsonValue> object, String name) {
        return Optional.ofNullable(object.get(name)).filter(value -> value != JsonValue.JsonLiteral.NULL);
    }

    private static Map<String, JsonValue> object(JsonValue value, String name) throws TlsReportException {
        if (value instanceof JsonValue.JsonObject object) {
            return object.members();
        }
        throw new TlsReportException("Expected an object for " + name + ", got " + value.kind());
    }

    private static List<JsonValue> elements(JsonValue value, String name) throws TlsReportException {
        if (value instanceof JsonValue.JsonArray array) {
            return array.elements();
        }
        throw new TlsReportException("Expected an array for " + name + ", got " + value.kind());
    }

    private static String shown(String text) {
        return Ascii.printable(text.substring(0, Math.min(text.length(), 80)));
    }
}
