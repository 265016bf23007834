package dev.starttls.benchmarks.report;

import java.util.List;

/** Text with tables. */
final class Markdown {

    private final StringBuilder out = new StringBuilder();

    Markdown heading(String text) {
        return paragraph("## " + text);
    }

    Markdown paragraph(String text) {
        out.append(out.isEmpty() ? "" : "\n").append(text).append('\n');
        return this;
    }

    /** A table; all rows have as many cells as the header. */
    Markdown table(List<String> header, List<List<String>> rows) {
        out.append('\n');
        row(header);
        row(header.stream().map(cell -> "---").toList());
        for (List<String> row : rows) {
            if (row.size() != header.size()) {
                throw new IllegalArgumentException("rows: expected " + header.size() + " cells, got " + row);
            }
            row(row);
        }
        return this;
    }

    String text() {
        return out.toString();
    }

    private void row(List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
