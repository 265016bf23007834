package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Scheme;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What --list and --explain print. */
final class Listing {
    private final Catalogue catalogue;
    private final PrintStream out;

    Listing(Catalogue catalogue, PrintStream out) {
        this.catalogue = catalogue;
        this.out = out;
    }

    void list(Selection selection) {
        catalogue.all().stream()
                .filter(selection::takes)
                .forEach(check -> out.print(String.format(
                        Locale.ROOT,
                        "%-12s %-9s %s (%s)\n",
                        check.id(),
                        check.level().key(),
                        check.title(),
                        check.clause())));
        out.flush();
    }

    /** Explains the check, or all checks of a row if the id is that of a row with suffixes. */
    void explain(String id) throws UsageException {
        List<Check> found = catalogue.find(id).map(List::of).orElseGet(() -> catalogue.all().stream()
                .filter(check -> check.id().matches("(?i)\\Q" + id.replace("\\E", "") + "\\E[a-z]"))
                .toList());
        if (found.isEmpty()) {
            throw new UsageException("there is no check '" + id + "'; --list names them all");
        }
        found.forEach(this::explain);
        out.flush();
    }

    private void explain(Check check) {
        out.print(check.id() + "  " + check.title() + "\n");
        out.print("  clause  " + check.clause() + "\n");
        out.print("  level   " + check.level().key() + "\n");
        out.print("  for     "
                + check.schemes().stream()
                        .sorted()
                        .map(Scheme::key)
                        .map(key -> key + "://")
                        .collect(Collectors.joining(", "))
                + "\n");
        out.print("  why     " + check.why() + "\n");
        if (!check.mend().isEmpty()) {
            out.print("  mend    " + check.mend() + "\n");
        }
        out.print("\n");
    }
}
