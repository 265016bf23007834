package dev.starttls.conformance.report.html;

import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.List;

/**
 * A transcript, in parts: a new part starts whenever the connection changes.
 *
 * @param several whether there is more than one connection to distinguish
 */
record TranscriptView(List<Part> parts, boolean several) {
    TranscriptView {
        parts = List.copyOf(parts);
    }

    /** Consecutive lines of one connection. */
    record Part(int connection, List<Line> lines) {
        Part {
            lines = List.copyOf(lines);
        }
    }

    /**
     * One entry.
     *
     * @param key client, server or suite
     * @param who the side that sent it
     * @param through clear or tls; empty for a remark
     */
    record Line(String ms, String key, String who, String through, String text) {
        boolean spoken() {
            return !through.isEmpty();
        }
    }

    static TranscriptView of(List<Transcript.Entry> entries) {
        List<Part> parts = new ArrayList<>();
        int begin = 0;
        for (int i = 1; i <= entries.size(); i++) {
            if (i == entries.size()
                    || entries.get(i).connection() != entries.get(begin).connection()) {
                parts.add(new Part(
                        entries.get(begin).connection(),
                        entries.subList(begin, i).stream()
                                .map(TranscriptView::line)
                                .toList()));
                begin = i;
            }
        }
        return new TranscriptView(
                parts, parts.stream().mapToInt(Part::connection).distinct().count() > 1);
    }

    private static Line line(Transcript.Entry entry) {
        boolean remark = entry.from() == From.SUITE;
        return new Line(
                String.valueOf(entry.ms()),
                entry.from().name().toLowerCase(java.util.Locale.ROOT),
                switch (entry.from()) {
                    case CLIENT -> "client";
                    case SERVER -> "server";
                    case SUITE -> "";
                },
                remark ? "" : (entry.through() == Through.TLS ? "tls" : "clear"),
                entry.text());
    }

    boolean any() {
        return !parts.isEmpty();
    }
}
