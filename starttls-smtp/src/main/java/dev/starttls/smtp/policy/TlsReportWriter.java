package dev.starttls.smtp.policy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Writes a report as RFC 8460 section 4.4 has it, in I-JSON (RFC 7493 section 2). */
final class TlsReportWriter {

    private final StringBuilder json = new StringBuilder();

    private TlsReportWriter() {}

    static String json(TlsReport report) {
        TlsReportWriter writer = new TlsReportWriter();
        writer.report(report);
        return writer.json.toString();
    }

    private void report(TlsReport report) {
        json.append('{');
        given("organization-name", report.organization());
        name("date-range").append('{');
        text("start-datetime", time(report.begin()));
        text("end-datetime", time(report.end()));
        json.append('}');
        given("contact-info", report.contact());
        given("report-id", report.id());
        name("policies").append('[');
        for (ReportedSessions sessions : report.sessions()) {
            next();
            sessions(sessions);
        }
        json.append("]}");
    }

    private void sessions(ReportedSessions sessions) {
        ReportedPolicy policy = sessions.policy();
        json.append('{');
        name("policy").append('{');
        text("policy-type", policy.type().toString());
        if (!policy.strings().isEmpty()) {
            texts("policy-string", policy.strings());
        }
        text("policy-domain", policy.domain());
        if (!policy.mxHosts().isEmpty()) {
            texts("mx-host", policy.mxHosts());
        }
        json.append('}');
        name("summary").append('{');
        name("total-successful-session-count").append(sessions.successful());
        name("total-failure-session-count").append(sessions.failed());
        json.append('}');
        if (!sessions.failures().isEmpty()) {
            name("failure-details").append('[');
            for (ReportedFailure failure : sessions.failures()) {
                next();
                failure(failure);
            }
            json.append(']');
        }
        json.append('}');
    }

    private void failure(ReportedFailure failure) {
        json.append('{');
        text("result-type", failure.resultType());
        text("sending-mta-ip", failure.sendingAddress());
        text("receiving-mx-hostname", failure.mxHost());
        text("receiving-mx-helo", failure.mxHelo());
        text("receiving-ip", failure.receivingAddress());
        name("failed-session-count").append(failure.sessions());
        text("additional-information", failure.additionalInformation());
        text("failure-reason-code", failure.reasonCode());
        json.append('}');
    }

    private static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private void given(String name, String value) {
        text(name, Optional.of(value).filter(text -> !text.isEmpty()));
    }

    private void text(String name, Optional<String> value) {
        value.ifPresent(present -> text(name, present));
    }

    private void text(String name, String value) {
        name(name);
        quoted(value);
    }

    private void texts(String name, List<String> values) {
        name(name).append('[');
        for (String value : values) {
            next();
            quoted(value);
        }
        json.append(']');
    }

    private StringBuilder name(String name) {
        next();
        return json.append('"').append(name).append("\":");
    }

    private void next() {
        char last = json.charAt(json.length() - 1);
        if (last != '{' && last != '[') {
            json.append(',');
        }
    }

    /** RFC 8259 section 7; half of a surrogate pair is no character, and I-JSON has none (RFC 7493 section 2.1). */
    private void quoted(String value) {
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == '\u2028' || c == '\u2029') {
                json.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
                json.append(c).append(value.charAt(i));
            } else {
                json.append(Character.isSurrogate(c) ? '\ufffd' : c);
            }
        }
        json.append('"');
    }
}
