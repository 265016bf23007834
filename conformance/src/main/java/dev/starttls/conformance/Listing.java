package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.report.Style;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Scheme;
import java.io.PrintStream;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What --list and --explain print: under headings and in colour for a person, a line a check for programs. */
final class Listing {
    private static final int WIDTH = 100;

    private final Catalogue catalogue;
    private final PrintStream out;
    private final Terminal terminal;
    private final Style style;

    Listing(Catalogue catalogue, Surroundings surroundings) {
        this.catalogue = catalogue;
        this.out = surroundings.out();
        this.terminal = surroundings.terminal();
        this.style = terminal.colour() ? Style.COLOUR : Style.PLAIN;
    }

    void list(Selection selection) {
        List<Check> checks = catalogue.all().stream().filter(selection::takes).toList();
        if (terminal.colour()) {
            checks.stream()
                    .collect(Collectors.groupingBy(Check::family, LinkedHashMap::new, Collectors.toList()))
                    .forEach(this::family);
            out.print("\n" + checks.size() + " checks; --explain ID tells what one is about, --only GLOB runs some.\n");
        } else {
            checks.forEach(check -> out.print(row(check) + " (" + check.clause() + ")\n"));
        }
        out.flush();
    }

    private void family(String name, List<Check> checks) {
        out.print("\n" + style.strong(name) + "\n");
        for (Check check : checks) {
            String row = "  " + row(check);
            String clause = check.clause();
            boolean fits = row.length() + 2 + clause.length() <= WIDTH;
            out.print(row + (fits ? "  " : "\n" + " ".repeat(25)) + style.faint(clause) + "\n");
        }
    }

    private static String row(Check check) {
        return String.format(
                Locale.ROOT, "%-12s %-9s %s", check.id(), check.level().key(), check.title());
    }

    /** Explains the checks with this id: one, all of a row if there are several with suffixes, or those of a glob. */
    void explain(String id) throws UsageException {
        Selection asked = Selection.of(Set.of(id), Set.of(), EnumSet.allOf(Level.class));
        List<Check> found = catalogue.all().stream().filter(asked::takes).toList();
        if (found.isEmpty()) {
            throw new UsageException("there is no check '" + id + "'; --list names them all");
        }
        String between = "";
        for (Check check : found) {
            out.print(between);
            explain(check);
            between = "\n";
        }
        out.flush();
    }

    private void explain(Check check) {
        out.print(style.strong(check.id() + "  " + check.title()) + "\n");
        paragraph("clause", check.clause());
        paragraph("level", meaning(check.level()));
        paragraph("for", schemes(check.schemes()));
        paragraph("why", check.why());
        if (!check.fix().isEmpty()) {
            paragraph("fix", check.fix());
        }
        paragraph("run", "conformance --only " + check.id() + " " + example(check) + "://HOST:PORT");
    }

    private static String meaning(Level level) {
        return level.key()
                + switch (level) {
                    case MUST -> ": to break it fails the run";
                    case SHOULD -> ": to break it is a warning";
                    case SECURITY -> ": beyond the letter of an RFC; to be open to it fails the run";
                };
    }

    private static String schemes(Collection<Scheme> schemes) {
        return schemes.stream().sorted().map(scheme -> scheme.key() + "://").collect(Collectors.joining(", "));
    }

    private static String example(Check check) {
        return check.schemes().stream().sorted().findFirst().map(Scheme::key).orElse("smtp");
    }

    /** A label, and the text beside it in lines of bounded width. */
    private void paragraph(String label, String text) {
        StringBuilder line = new StringBuilder("  " + label + " ".repeat(8 - label.length()));
        int indent = line.length();
        for (String word : text.split(" ", -1)) {
            if (line.length() > indent && line.length() + word.length() > WIDTH) {
                out.print(line.toString().stripTrailing() + "\n");
                line = new StringBuilder(" ".repeat(indent));
            }
            line.append(word).append(' ');
        }
        out.print(line.toString().stripTrailing() + "\n");
    }
}
