package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The servers of a domain by checks: those of the domain, and each server's own.
 *
 * @param hosts the columns: a server at one of its addresses each
 * @param rows in the order of the checks' ids, those of the domain first
 */
public record Matrix(List<Host> hosts, List<Row> rows) {
    public Matrix {
        hosts = List.copyOf(hosts);
        rows = List.copyOf(rows);
    }

    /**
     * A column.
     *
     * @param role what the domain has it for: {@code MX 10}, {@code imaps}
     * @param unchecked why no connection was made to it; empty if it was checked
     */
    public record Host(Target target, String role, Optional<String> unchecked) {}

    /**
     * A check.
     *
     * @param domain what it found of the domain as a whole; empty if it judges each server
     * @param hosts what it found of each server, as many as there are columns; empty where it was not run
     */
    public record Row(Check check, Optional<Verdict> domain, List<Optional<Verdict>> hosts) {
        public Row {
            hosts = List.copyOf(hosts);
        }

        /** Whether it passed, or has nothing to judge, wherever it was run. */
        public boolean good() {
            return Stream.concat(domain.stream(), hosts.stream().flatMap(Optional::stream))
                    .allMatch(verdict -> verdict.status() == Status.PASS || verdict.status() == Status.SKIP);
        }
    }

    /** The rows that judge the domain. */
    public List<Row> ofDomain() {
        return rows.stream().filter(row -> row.check().ofDomains()).toList();
    }

    /** The servers' own checks that are not good everywhere. */
    public List<Row> notable() {
        return rows.stream()
                .filter(row -> !row.check().ofDomains() && !row.good())
                .toList();
    }

    /** How many of the servers' own checks are good everywhere. */
    public long goodEverywhere() {
        return rows.stream()
                .filter(row -> !row.check().ofDomains() && row.good())
                .count();
    }

    /** The columns for which this holds of a check of their own. */
    public List<Host> withStatus(Status status) {
        List<Host> found = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            int column = i;
            if (rows.stream()
                    .filter(row -> !row.check().ofDomains())
                    .flatMap(row -> row.hosts().get(column).stream())
                    .anyMatch(verdict -> verdict.status() == status)) {
                found.add(hosts.get(i));
            }
        }
        return found;
    }
}
