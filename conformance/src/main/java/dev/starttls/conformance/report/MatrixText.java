package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The matrix of a domain as lines: the servers by number, and a row for each check. */
final class MatrixText {
    private static final int CELL = 6;
    private static final int ID = 13;
    private static final String NONE = "  . ";

    private final Style style;
    private final int width;

    MatrixText(Style style, int width) {
        this.style = style;
        this.width = width;
    }

    List<String> lines(Matrix matrix) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  " + style.strong("Servers"));
        for (int i = 0; i < matrix.hosts().size(); i++) {
            Matrix.Host host = matrix.hosts().get(i);
            String address = host.target()
                    .address()
                    .map(each -> " at " + each.getHostAddress())
                    .orElse("");
            String prefix = pad("  " + (i + 1), CELL);
            lines.addAll(wrapped(
                    prefix,
                    host.target().url() + address + "  (" + host.role() + ")"
                            + host.unchecked()
                                    .map(why -> ": not checked, " + why)
                                    .orElse("")));
        }
        if (matrix.hosts().isEmpty()) {
            lines.add("  none");
        }
        lines.add("");
        String numbers = Stream.iterate(1, n -> n + 1)
                .limit(matrix.hosts().size())
                .map(n -> pad(" " + n, CELL))
                .collect(Collectors.joining());
        lines.add("  " + style.strong((pad("Matrix", ID) + "domain  " + numbers).stripTrailing()));
        matrix.ofDomain().forEach(row -> lines.addAll(row(row)));
        matrix.notable().forEach(row -> lines.addAll(row(row)));
        long good = matrix.goodEverywhere();
        if (good > 0) {
            lines.addAll(wrapped(
                    "  ",
                    good
                            + " other checks of the servers passed on each of them, or were skipped; all are in the servers' own"
                            + " reports."));
        }
        return lines;
    }

    private List<String> row(Matrix.Row row) {
        String cells = pad(cell(row.domain()), 8)
                + row.hosts().stream().map(each -> pad(cell(each), CELL)).collect(Collectors.joining());
        int indent = 2 + ID + 8 + CELL * row.hosts().size();
        String prefix = "  " + pad(row.check().id(), ID) + cells;
        return indent + 20 > width
                ? List.of(prefix)
                : WrappedText.lines(prefix, indent, row.check().title(), width);
    }

    private String cell(Optional<Verdict> verdict) {
        return verdict.map(one -> style.status(one.status())).orElse(NONE);
    }

    private List<String> wrapped(String prefix, String text) {
        return WrappedText.lines(prefix, prefix.length(), text, width);
    }

    /** Colour codes have no width. */
    private static String pad(String text, int width) {
        int visible = text.replaceAll("\u001b\\[[0-9;]*m", "").length();
        return text + " ".repeat(Math.max(0, width - visible));
    }
}
