package dev.starttls.conformance.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of the catalogue, in which RFCs, CVEs and URLs are links. It is never text of a peer. */
record LinkedText(List<Part> parts) {
    private static final Pattern REFERENCE =
            Pattern.compile("RFC (?<rfc>[0-9]{3,5})(?: section (?<section>[0-9A-Z]+(?:\\.[0-9]+)*))?"
                    + "|(?<cve>CVE-[0-9]{4}-[0-9]{4,})"
                    + "|(?<url>https://[^\\s,;)]*[^\\s,;).])");

    LinkedText {
        parts = List.copyOf(parts);
    }

    /**
     * A piece of text.
     *
     * @param href the target of the link; empty for plain text
     */
    record Part(String text, Optional<String> href) {}

    static LinkedText of(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher reference = REFERENCE.matcher(text);
        int end = 0;
        while (reference.find()) {
            if (reference.start() > end) {
                parts.add(new Part(text.substring(end, reference.start()), Optional.empty()));
            }
            parts.add(new Part(reference.group(), Optional.of(href(reference))));
            end = reference.end();
        }
        if (end < text.length()) {
            parts.add(new Part(text.substring(end), Optional.empty()));
        }
        return new LinkedText(parts);
    }

    private static String href(Matcher reference) {
        if (reference.group("rfc") != null) {
            String section = reference.group("section");
            return "https://www.rfc-editor.org/rfc/rfc" + reference.group("rfc")
                    + (section == null ? "" : "#section-" + section);
        }
        return reference.group("cve") != null
                ? "https://www.cve.org/CVERecord?id=" + reference.group("cve")
                : reference.group("url");
    }
}
