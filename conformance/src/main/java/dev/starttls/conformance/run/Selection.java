package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which checks to run.
 *
 * @param only ids to run; empty for all
 * @param skip ids to leave out, whatever {@code only} says
 * @param levels the levels to run
 */
public record Selection(List<Pattern> only, List<Pattern> skip, Set<Level> levels) {
    public Selection {
        only = List.copyOf(only);
        skip = List.copyOf(skip);
        levels = Set.copyOf(levels);
    }

    /** Every check. */
    public static Selection all() {
        return new Selection(List.of(), List.of(), EnumSet.allOf(Level.class));
    }

    /**
     * From globs over ids, in any case: {@code *} stands for any text, {@code ?} for one character. A glob without them
     * also takes the suffixed checks of its row, so that {@code UP-S-11} means {@code UP-S-11a} and the others.
     */
    public static Selection of(Collection<String> only, Collection<String> skip, Set<Level> levels) {
        return new Selection(
                only.stream().map(Selection::pattern).toList(),
                skip.stream().map(Selection::pattern).toList(),
                levels);
    }

    private static Pattern pattern(String glob) {
        String regex = glob.toUpperCase(Locale.ROOT)
                .chars()
                .mapToObj(c -> switch (c) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(String.valueOf((char) c));
                })
                .collect(Collectors.joining());
        return Pattern.compile(glob.matches(".*[*?].*") ? regex : regex + "[A-Z]?");
    }

    /** Whether to run the check. */
    public boolean takes(Check check) {
        String id = check.id().toUpperCase(Locale.ROOT);
        return levels.contains(check.level())
                && (only.isEmpty()
                        || only.stream().anyMatch(glob -> glob.matcher(id).matches()))
                && skip.stream().noneMatch(glob -> glob.matcher(id).matches());
    }
}
