package dev.starttls.conformance.report;

import java.util.ArrayList;
import java.util.List;

/** Text in lines that fit a width, for a terminal. */
public final class WrappedText {
    /** Wide enough for a title on the line of its check, narrow enough to read. */
    static final int MAX_WIDTH = 110;

    /** The longest prefix and a word still fit; a terminal that is narrower wraps the lines itself. */
    private static final int MIN_WIDTH = 30;

    private WrappedText() {}

    /** How many of so many columns are used: not more than are readable. */
    public static int width(int columns) {
        return Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, columns));
    }

    /**
     * Cuts a text at spaces; what must not reach a terminal is made visible.
     *
     * @param prefix of the first line
     * @param indent its visible width, by which the other lines are indented
     * @param width that no line exceeds unless a word of it does
     */
    public static List<String> lines(String prefix, int indent, String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder now = new StringBuilder(prefix);
        int column = indent;
        for (String word : Visible.of(text).split(" ", -1)) {
            boolean first = column == indent;
            if (!first && column + 1 + word.length() > width) {
                lines.add(now.toString());
                now = new StringBuilder(" ".repeat(indent));
                column = indent;
                first = true;
            }
            now.append(first ? "" : " ").append(word);
            column += (first ? 0 : 1) + word.length();
        }
        lines.add(now.toString());
        return lines;
    }
}
