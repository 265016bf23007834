package dev.starttls.conformance.client.subject;

import dev.starttls.conformance.target.ClosestWord;
import java.util.List;
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
                .flatMap(word -> ClosestWord.of(word, NAMES).stream()
                        .map(name -> "there is no {" + word + "}; did you mean {" + name + "}? The placeholders are "
                                + all() + ", and {{" + word + "}} stays as {" + word + "}"))
                .findFirst();
    }

    private static String all() {
        return NAMES.stream().map(name -> "{" + name + "}").collect(Collectors.joining(" "));
    }
}
