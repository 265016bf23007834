package dev.starttls.conformance.target;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The word that a mistyped one is likely meant for. */
public final class ClosestWord {
    /** A shorter word is near to every short name. */
    private static final int MIN_WORD = 3;
    /** Letters that are wrong, missing or too many in a word that still means this name; of a longer name, and of a short one. */
    private static final int MAX_WRONG = 2;

    private static final int MAX_WRONG_IN_SHORT = 1;
    private static final int SHORT = 3;

    private ClosestWord() {}

    /**
     * The name that a word means: one begins as the other, or few letters differ.
     *
     * @return empty if the word is near to none of the names, or has fewer than three letters
     */
    public static Optional<String> of(String word, Collection<String> names) {
        String lower = word.toLowerCase(Locale.ROOT);
        if (lower.length() < MIN_WORD) {
            return Optional.empty();
        }
        return names.stream()
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
