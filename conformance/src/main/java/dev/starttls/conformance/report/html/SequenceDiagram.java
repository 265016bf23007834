package dev.starttls.conformance.report.html;

import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The dialogue of one connection as a sequence diagram, laid out from top to bottom: heights are in pixels, and the
 * page decides the widths, so that the letters keep their size on a telephone.
 *
 * @param height of the whole diagram
 * @param lifelines where the lifelines of client and server begin
 * @param clear the zone in plaintext; empty with implicit TLS
 * @param tls the zone from the ClientHello on; empty if there was none
 */
record SequenceDiagram(int height, int lifelines, Optional<Zone> clear, Optional<Zone> tls, List<Row> rows) {
    private static final int HEAD = 34;
    private static final int GAP = 18;
    private static final int LINE = 19;
    private static final int ARROW = 9;
    private static final int REMARK = 30;
    private static final int TITLE = 32;

    /** How far the lock icon on the boundary extends below it. */
    private static final int LOCK = 12;

    /** A longer reply is cut; the transcript below the diagram has it all. */
    private static final int MAX_LINES = 14;

    private static final int MAX_ROWS = 60;
    /** How every dialogue begins: of a suite that is the client, or the server. */
    private static final Pattern CONNECTING = Pattern.compile("connects to |the client connected");

    private static final int WIDE = 68;
    private static final int NARROW = 31;

    SequenceDiagram {
        rows = List.copyOf(rows);
    }

    /** A zone of the connection; its title is at the label's height. */
    record Zone(int y, int height, int label) {}

    /** A line of text in two lengths. */
    record Text(int y, String wide, String narrow) {}

    /**
     * Consecutive lines of one side, or a remark of the suite.
     *
     * @param key client, server or remark
     * @param y of the arrow, or the top of the remark
     */
    record Row(String key, int y, List<Text> texts) {
        Row {
            texts = List.copyOf(texts);
        }

        boolean remark() {
            return key.equals("remark");
        }

        boolean client() {
            return key.equals("client");
        }
    }

    /** The diagram of the first connection of the dialogue; empty if nothing was sent. */
    static Optional<SequenceDiagram> of(List<Transcript.Entry> dialogue) {
        List<Transcript.Entry> first = dialogue.stream()
                .filter(entry -> entry.connection() == 1)
                .filter(entry -> entry.from() != From.SUITE
                        || !CONNECTING.matcher(entry.text()).lookingAt())
                .toList();
        return first.isEmpty() ? Optional.empty() : Optional.of(new Layout().of(first));
    }

    private static final class Layout {
        private final List<Row> rows = new ArrayList<>();
        private int y = HEAD;
        private int clearFrom = -1;
        private int tlsFrom = -1;

        SequenceDiagram of(List<Transcript.Entry> entries) {
            for (int i = 0; i < entries.size(); ) {
                int end = together(entries, i);
                zone(entries.get(i).through());
                if (rows.size() == MAX_ROWS) {
                    remark("... and more; the transcript has everything");
                    break;
                }
                row(entries.subList(i, end));
                i = end;
            }
            y += GAP;
            int clearTo = tlsFrom < 0 ? y : tlsFrom;
            return new SequenceDiagram(
                    y + 2,
                    HEAD,
                    clearFrom < 0
                            ? Optional.empty()
                            : Optional.of(new Zone(clearFrom, clearTo - clearFrom, clearFrom + 24)),
                    tlsFrom < 0 ? Optional.empty() : Optional.of(new Zone(tlsFrom, y - tlsFrom, tlsFrom + 34)),
                    rows);
        }

        /** The end of the consecutive lines of one side. */
        private static int together(List<Transcript.Entry> entries, int begin) {
            Transcript.Entry first = entries.get(begin);
            int end = begin + 1;
            while (end < entries.size()
                    && first.from() != From.SUITE
                    && entries.get(end).from() == first.from()
                    && entries.get(end).through() == first.through()) {
                end++;
            }
            return end;
        }

        private void zone(Through through) {
            if (through == Through.TLS && tlsFrom < 0) {
                y += GAP;
                tlsFrom = y;
                y += LOCK + TITLE;
            } else if (through == Through.PLAINTEXT && clearFrom < 0 && tlsFrom < 0) {
                clearFrom = y;
                y += TITLE;
            }
        }

        private void row(List<Transcript.Entry> said) {
            From from = said.get(0).from();
            if (from == From.SUITE) {
                remark(said.get(0).text());
                return;
            }
            y += GAP;
            List<Text> texts = new ArrayList<>();
            for (Transcript.Entry entry : said.subList(0, Math.min(said.size(), MAX_LINES))) {
                texts.add(text(entry.text()));
            }
            if (said.size() > MAX_LINES) {
                texts.add(text("... and " + (said.size() - MAX_LINES) + " more lines"));
            }
            y += ARROW;
            rows.add(new Row(from == From.CLIENT ? "client" : "server", y, texts));
        }

        private void remark(String detail) {
            y += GAP;
            rows.add(new Row("remark", y, List.of(new Text(y + 20, cut(detail, WIDE), cut(detail, NARROW)))));
            y += REMARK;
        }

        private Text text(String said) {
            Text text = new Text(y + 12, cut(said, WIDE), cut(said, NARROW));
            y += LINE;
            return text;
        }

        private static String cut(String text, int max) {
            return text.length() <= max ? text : text.substring(0, max - 1) + "\u2026";
        }
    }
}
