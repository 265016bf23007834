package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.run.ClientServers;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.profile.Scope;
import dev.starttls.conformance.report.Style;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What --list and --explain print: with headings and colour on a terminal, one line per check for programs. */
final class Listing {
    private static final int WIDTH = 100;
    /** The column of the titles: a clause that does not fit after its title is printed below it. */
    private static final int CLAUSE_INDENT = 25;
    /** The column of the texts: wide enough for the longest label. */
    private static final int TEXT_INDENT = 10;

    private final List<Check> known;
    /** What --profile calls the profile of a rule. */
    private final Map<Check, String> profiles;

    /** What a server does in a case for clients, in lines. */
    private final Function<Check, List<String>> behaviour;

    private final CommandEnvironment environment;
    private final PrintStream out;
    private final Terminal terminal;
    private final Style style;

    /**
     * A listing of checks of servers, and of the rules of profiles after them.
     *
     * @param profiles by what --profile calls them
     */
    Listing(Catalogue catalogue, Map<String, Profile> profiles, CommandEnvironment environment) {
        this(catalogue, profiles, check -> List.of(), environment);
    }

    /**
     * A listing of cases for clients.
     *
     * @param behaviour what the server of a case does, in lines to follow "the server"
     */
    Listing(Catalogue catalogue, Function<Check, List<String>> behaviour, CommandEnvironment environment) {
        this(catalogue, Map.of(), behaviour, environment);
    }

    private Listing(
            Catalogue catalogue,
            Map<String, Profile> profiles,
            Function<Check, List<String>> behaviour,
            CommandEnvironment environment) {
        this.behaviour = behaviour;
        this.known = new ArrayList<>(catalogue.all());
        this.profiles = new HashMap<>();
        profiles.forEach((name, profile) -> profile.checks().forEach(rule -> {
            known.add(rule);
            this.profiles.put(rule, name);
        }));
        this.environment = environment;
        this.out = environment.out();
        this.terminal = environment.terminal();
        this.style = terminal.colour() ? Style.COLOUR : Style.PLAIN;
    }

    void list(Scope scope) {
        Set<Check> rules = scope.profiles().stream()
                .flatMap(profile -> profile.checks().stream())
                .collect(Collectors.toSet());
        List<List<Check>> checks = byId(check -> profiles.containsKey(check)
                ? rules.contains(check)
                : scope.checks().takes(check));
        if (terminal.colour()) {
            checks.stream()
                    .collect(Collectors.groupingBy(
                            same -> same.get(0).family(), LinkedHashMap::new, Collectors.toList()))
                    .forEach(this::family);
            out.print("\n" + checks.size()
                    + " checks; --explain ID or CLAUSE explains them, --only ID or CLAUSE runs them.\n");
        } else {
            checks.forEach(same -> out.print(row(same) + " (" + clauses(same) + ")\n"));
        }
        out.flush();
    }

    /** In the order of the ids; protocols that share a check are together. */
    private List<List<Check>> byId(Predicate<Check> selection) {
        return List.copyOf(known.stream()
                .filter(selection)
                .collect(Collectors.groupingBy(Check::id, LinkedHashMap::new, Collectors.toList()))
                .values());
    }

    private void family(String name, List<List<Check>> checks) {
        out.print("\n" + style.strong(name) + "\n");
        for (List<Check> same : checks) {
            String row = "  " + row(same);
            String clause = clauses(same);
            if (row.length() + 2 + clause.length() <= WIDTH) {
                out.print(row + "  " + style.faint(clause) + "\n");
            } else {
                out.print(row + "\n");
                wrapped(clause, WIDTH - CLAUSE_INDENT)
                        .forEach(line -> out.print(" ".repeat(CLAUSE_INDENT) + style.faint(line) + "\n"));
            }
        }
    }

    private static String row(List<Check> same) {
        Check check = same.get(0);
        return String.format(
                Locale.ROOT, "%-12s %-9s %s", check.id(), check.level().key(), check.title());
    }

    /** The clauses of a check, each once. */
    private static String clauses(List<Check> same) {
        return same.stream().map(Check::clause).distinct().collect(Collectors.joining("; "));
    }

    /** Explains the checks with these ids, or of these clauses, each once. */
    void explain(List<String> names) throws UsageException {
        Set<List<Check>> found = new LinkedHashSet<>();
        for (String named : names) {
            List<List<Check>> meant = byId(Selection.named(named)::takes);
            if (meant.isEmpty()) {
                throw new UsageException(Whereabouts.unknown("check", named)
                        + Whereabouts.of(named, "--explain", known, environment.name()));
            }
            found.addAll(meant);
        }
        String between = "";
        for (List<Check> same : found) {
            out.print(between);
            explanation(same);
            between = "\n";
        }
        out.flush();
    }

    private void explanation(List<Check> same) {
        Check check = same.get(0);
        out.print(style.strong(check.id() + "  " + check.title()) + "\n");
        paragraphs("clause", same, Check::clause);
        paragraphs("level", same, each -> meaning(each.level()));
        boolean ofClient = check.id().contains("-C-");
        paragraph(
                "for",
                ofClient
                        ? "clients of " + protocols(same)
                        : check.ofDomains()
                                ? "mx:, domain:"
                                : schemes(same.stream()
                                        .flatMap(each -> each.schemes().stream())
                                        .toList()));
        Map<Check, List<String>> behaviours =
                same.stream().collect(Collectors.toMap(each -> each, behaviour, (one, other) -> one));
        int lines = behaviours.values().stream().mapToInt(List::size).max().orElse(0);
        String label = "server";
        for (int i = 0; i < lines; i++) {
            int line = i;
            Function<Check, String> text = each ->
                    line < behaviours.get(each).size() ? behaviours.get(each).get(line) : "";
            paragraphs(label, same, text);
            label = same.stream().map(text).allMatch(String::isEmpty) ? label : "";
        }
        ClientServers.placeholders(
                        behaviours.values().stream().flatMap(List::stream).toList())
                .ifPresent(sentence -> paragraph("", sentence));
        paragraph("why", check.why());
        paragraphs("fix", same, Check::fix);
        String profile = Optional.ofNullable(profiles.get(check))
                .map(name -> "--profile " + name + " ")
                .orElse("");
        paragraph(
                "run",
                environment.call()
                        + " "
                        + (ofClient
                                ? "client "
                                        + check.protocols().iterator().next().key() + " --only " + check.id()
                                        + " --command '... {host} {port} ...'"
                                : profile + "--only " + check.id() + " "
                                        + (check.ofDomains() ? "domain:DOMAIN" : example(check) + "://HOST:PORT")));
    }

    /** A text that may be the same for the protocols of a check, or differ. */
    private void paragraphs(String label, List<Check> same, Function<Check, String> text) {
        Map<String, List<Check>> texts =
                same.stream().collect(Collectors.groupingBy(text, LinkedHashMap::new, Collectors.toList()));
        texts.remove("");
        String now = label;
        for (Map.Entry<String, List<Check>> each : texts.entrySet()) {
            boolean shared = each.getValue().size() == same.size();
            paragraph(now, (shared ? "" : protocols(each.getValue()) + ": ") + each.getKey());
            now = "";
        }
    }

    private static String protocols(List<Check> checks) {
        return checks.stream()
                .flatMap(check -> check.protocols().stream())
                .map(Protocol::name)
                .collect(Collectors.joining(", "));
    }

    private static String meaning(Level level) {
        return level.key()
                + switch (level) {
                    case MUST -> ": violating it fails the run; where no harm follows from that, it is a warning";
                    case SHOULD -> ": violating it is a warning";
                    case SECURITY -> ": beyond what an RFC says in so many words; being vulnerable fails the run";
                };
    }

    private static String schemes(Collection<Scheme> schemes) {
        return schemes.stream().sorted().map(scheme -> scheme.key() + "://").collect(Collectors.joining(", "));
    }

    private static String example(Check check) {
        return check.schemes().stream().sorted().findFirst().map(Scheme::key).orElse("smtp");
    }

    /** A label, and the text beside it in lines of limited width. */
    private void paragraph(String label, String text) {
        String before = "  " + label;
        for (String line : wrapped(text, WIDTH - TEXT_INDENT)) {
            out.print(before + " ".repeat(TEXT_INDENT - before.length()) + line + "\n");
            before = "";
        }
    }

    /** Splits text into lines of at most this width; a longer word has a line of its own. */
    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
