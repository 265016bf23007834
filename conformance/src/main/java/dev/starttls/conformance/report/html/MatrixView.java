package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The matrix of a domain.
 *
 * @param hosts the columns
 * @param rows those of the domain, and the servers' own checks that are not good everywhere
 * @param others how many of the servers' own checks are; empty if there are none
 */
record MatrixView(List<Host> hosts, List<Row> rows, Optional<String> others) {
    private static final String NOTHING = "";

    MatrixView {
        hosts = List.copyOf(hosts);
        rows = List.copyOf(rows);
    }

    /** A column. */
    record Host(String url, String address, String role, Optional<String> unchecked) {
        boolean addressed() {
            return !address.isEmpty();
        }
    }

    /** A row. */
    record Row(String id, String title, List<Cell> cells) {
        Row {
            cells = List.copyOf(cells);
        }
    }

    /**
     * A verdict.
     *
     * @param key its class; empty where there is none
     */
    record Cell(String key, String word, String detail) {
        boolean judged() {
            return !key.isEmpty();
        }
    }

    /** How many columns the table has. */
    int columns() {
        return hosts.size() + 2;
    }

    static MatrixView of(Matrix matrix) {
        List<Row> rows = new ArrayList<>();
        Stream.concat(matrix.ofDomain().stream(), matrix.notable().stream()).forEach(row -> {
            List<Cell> cells = new ArrayList<>();
            cells.add(cell(row.domain()));
            row.hosts().forEach(each -> cells.add(cell(each)));
            rows.add(new Row(row.check().id(), row.check().title(), cells));
        });
        long good = matrix.goodEverywhere();
        return new MatrixView(
                matrix.hosts().stream()
                        .map(host -> new Host(
                                host.target().url(),
                                host.target()
                                        .address()
                                        .map(address -> address.getHostAddress())
                                        .orElse(NOTHING),
                                host.role(),
                                host.unchecked()))
                        .toList(),
                rows,
                good == 0 ? Optional.empty() : Optional.of(String.valueOf(good)));
    }

    private static Cell cell(Optional<Verdict> verdict) {
        return verdict.map(one -> {
                    StatusStyle style = StatusStyle.of(one.status());
                    return new Cell(style.key(), one.status().key(), one.detail());
                })
                .orElseGet(() -> new Cell(NOTHING, NOTHING, NOTHING));
    }
}
