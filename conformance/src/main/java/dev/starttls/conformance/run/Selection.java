package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Clause;
import dev.starttls.conformance.check.Level;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which checks to run.
 *
 * @param only the checks to run; empty for all
 * @param skip the checks to leave out, whatever {@code only} says
 * @param levels the levels to run
 * @param needed the checks to run unless they are to be left out, whatever {@code only} and the levels say
 */
public record Selection(
        List<Predicate<Check>> only, List<Predicate<Check>> skip, Set<Level> levels, List<Predicate<Check>> needed) {
    private static final Pattern CLAUSE = Pattern.compile("(?i)\\s*(RFC ?[0-9]|CVE-[0-9]).*");

    public Selection {
        only = List.copyOf(only);
        skip = List.copyOf(skip);
        levels = Set.copyOf(levels);
        needed = List.copyOf(needed);
    }

    /** Every check. */
    public static Selection all() {
        return new Selection(List.of(), List.of(), EnumSet.allOf(Level.class), List.of());
    }

    /**
     * A selection by ids and clauses, in upper or lower case.
     *
     * <p>In an id {@code *} stands for any text, {@code ?} for one character. An id without them also selects the ids
     * with a letter after it, so that {@code UP-S-11} means {@code UP-S-11a} and the others.
     *
     * <p>A clause begins with {@code RFC} or {@code CVE-}, as in {@code RFC 3207 4.2}, {@code RFC 3207 section 4} or
     * {@code CVE-2011-0411}. It selects the checks that come from it or from a subsection: {@code RFC 3207 4} has those
     * of 4.2, and {@code RFC 3207} has all of that RFC.
     */
    public static Selection of(Collection<String> only, Collection<String> skip, Set<Level> levels) {
        return new Selection(
                only.stream().map(Selection::matching).toList(),
                skip.stream().map(Selection::matching).toList(),
                levels,
                List.of());
    }

    /** The checks of one id or clause, of every level. */
    public static Selection named(String idOrClause) {
        return of(List.of(idOrClause), List.of(), EnumSet.allOf(Level.class));
    }

    /** The same for checks of any id and clause. */
    public Selection withoutOnly() {
        return new Selection(List.of(), skip, levels, needed);
    }

    /** The same with the check of this id, unless it is to be left out. */
    public Selection withNeeded(String id) {
        return new Selection(only, skip, levels, List.of(matching(id)));
    }

    private static Predicate<Check> matching(String text) {
        return CLAUSE.matcher(text).matches() ? ofClause(text) : ofId(text);
    }

    private static Predicate<Check> ofClause(String text) {
        List<Clause> probed = Clause.in(text);
        return check -> Clause.in(check.clause()).stream()
                .anyMatch(clause -> probed.stream().anyMatch(each -> each.covers(clause)));
    }

    private static Predicate<Check> ofId(String glob) {
        String regex = glob.toUpperCase(Locale.ROOT)
                .chars()
                .mapToObj(c -> switch (c) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(String.valueOf((char) c));
                })
                .collect(Collectors.joining());
        Pattern id = Pattern.compile(glob.matches(".*[*?].*") ? regex : regex + "[A-Z]?");
        return check -> id.matcher(check.id().toUpperCase(Locale.ROOT)).matches();
    }

    /** Whether to run the check. */
    public boolean takes(Check check) {
        boolean chosen = levels.contains(check.level()) && (only.isEmpty() || anyMatch(only, check));
        return (chosen || anyMatch(needed, check)) && !anyMatch(skip, check);
    }

    private static boolean anyMatch(List<Predicate<Check>> predicates, Check check) {
        return predicates.stream().anyMatch(each -> each.test(check));
    }
}
