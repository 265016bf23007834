package dev.starttls.conformance.client.subject;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A command line with placeholders, which are names in braces: <code>{host}</code>. Other words in braces stay as they are, as
 * do <code>${host}</code>, which is the shell's; in two pairs of braces a
 * word stays with one: <code>{{host}}</code> is <code>{host}</code>.
 */
public record CommandTemplate(String text) {
    /** The names that can be filled. */
    static final List<String> NAMES = List.of("host", "port", "port2", "user", "password", "ca", "case", "dir");

    private static final Pattern IN_BRACES = Pattern.compile("\\$\\{\\w+\\}|\\{\\{(\\w+)\\}\\}|\\{(\\w+)\\}");
    private static final int DOUBLED = 1;
    private static final int SINGLE = 2;
    /** A shorter word is near to every short name. */
    private static final int MIN_WORD = 3;
    /** Letters that are wrong, missing or too many in a word that still means this name; of a longer name, and of a short one. */
    private static final int MAX_WRONG = 2;

    private static final int MAX_WRONG_IN_SHORT = 1;
    private static final int SHORT = 3;

    /** Whether it has this placeholder. */
    public boolean has(String name) {
        return IN_BRACES.matcher(text).results().anyMatch(each -> name.equals(each.group(SINGLE)));
    }

    /** With the values of all names in their places. */
    String filled(Map<String, String> values) {
        return IN_BRACES.matcher(text).replaceAll(each -> Matcher.quoteReplacement(value(each, values)));
    }

    private static String value(MatchResult found, Map<String, String> values) {
        return found.group(DOUBLED) != null
                ? "{" + found.group(DOUBLED) + "}"
                : Optional.ofNullable(found.group(SINGLE)).map(values::get).orElse(found.group());
    }

    /**
     * What is wrong with it: a word in braces that is no placeholder, but looks as if it were meant for one. Empty if nothing
     * is.
     */
    public Optional<String> mistake() {
        return IN_BRACES
                .matcher(text)
                .results()
                .map(each -> each.group(SINGLE))
                .filter(word -> word != null && !NAMES.contains(word))
                .flatMap(word -> meant(word).stream()
                        .map(name -> "there is no {" + word + "}; did you mean {" + name + "}? The placeholders are "
                                + all() + ", and {{" + word + "}} stays as {" + word + "}"))
                .findFirst();
    }

    private static String all() {
        return NAMES.stream().map(name -> "{" + name + "}").collect(Collectors.joining(" "));
    }

    private static Optional<String> meant(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        if (lower.length() < MIN_WORD) {
            return Optional.empty();
        }
        return NAMES.stream()
                .filter(name -> lower.startsWith(name)
                        || name.startsWith(lower)
                        || distance(lower, name) <= (name.length() <= SHORT ? MAX_WRONG_IN_SHORT : MAX_WRONG))
                .min(Comparator.<String>comparingInt(name -> name.startsWith(lower) ? 0 : distance(lower, name))
                        .thenComparing(Comparator.comparingInt(String::length).reversed()));
    }

    /** How many letters have to be changed, inserted or left out to make one word of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] now = new int[other.length() + 1];
            now[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(changed, 1 + Math.min(before[j], now[j - 1]));
            }
            before = now;
        }
        return before[other.length()];
    }
}
