package dev.starttls.conformance.client.server;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps passwords out of a text, also where a program prints them in pieces: with something between the letters, in UTF-16,
 * in base64 over several lines, or in the columns of a dump. Of a dump each line that has a piece is concealed.
 */
final class Concealment {
    /** A text that no form of a password is longer than: three times a user's name and a password, in base64. */
    static final int LONGEST = 512;

    private static final String CONCEALED = "(concealed)";

    /** What stands between the letters or digits of a password that is printed in pieces. */
    private static final Pattern BETWEEN = Pattern.compile("\\\\x00|\\\\[0rntx]|0x|[^A-Za-z0-9+/=]+");

    /** A line of a dump, as {@code xxd}, {@code od}, {@code hexdump -C} and {@code curl --trace} print it. */
    private static final Pattern OF_DUMP =
            Pattern.compile("[ \\t]*\\p{XDigit}{4,8}(?::| -)?[ \\t]+((?:\\p{XDigit}{2}[ -]{0,2}){1,16}).*");

    private final String text;
    private final Function<String, ? extends Collection<Canary>> search;
    private final BitSet hidden = new BitSet();

    private Concealment(String text, Function<String, ? extends Collection<Canary>> search) {
        this.text = text;
        this.search = search;
    }

    /**
     * The text without passwords.
     *
     * @param search gives those whose password can be in a text
     */
    static String of(String text, Function<String, ? extends Collection<Canary>> search) {
        Concealment concealment = new Concealment(text, search);
        concealment.hidden.or(found(text, search));
        concealment.dumps();
        return concealment.shown();
    }

    private String shown() {
        StringBuilder shown = new StringBuilder();
        int from = 0;
        for (int start = hidden.nextSetBit(0); start >= 0; start = hidden.nextSetBit(from)) {
            shown.append(text, from, start).append(CONCEALED);
            from = hidden.nextClearBit(start);
        }
        return from == 0 ? text : shown.append(text, from, text.length()).toString();
    }

    /** Which characters belong to a password. */
    private static BitSet found(String text, Function<String, ? extends Collection<Canary>> search) {
        BitSet found = new BitSet();
        int[] all = new int[text.length()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        find(text, all, search, found);
        StringBuilder joined = new StringBuilder();
        int[] places = new int[text.length()];
        int from = 0;
        Matcher between = BETWEEN.matcher(text);
        while (from < text.length()) {
            boolean more = between.find();
            for (int i = from; i < (more ? between.start() : text.length()); i++) {
                places[joined.length()] = i;
                joined.append(text.charAt(i));
            }
            from = more ? between.end() : text.length();
        }
        if (joined.length() < text.length()) {
            find(joined.toString(), places, search, found);
        }
        return found;
    }

    private static void find(
            String text, int[] places, Function<String, ? extends Collection<Canary>> search, BitSet found) {
        Collection<Canary> canaries = search.apply(text);
        if (canaries.isEmpty()) {
            return;
        }
        String lower = lower(text);
        for (Canary canary : canaries) {
            canary.encoded().forEach(form -> find(text, form, places, found));
            canary.caseless().forEach(form -> find(lower, form, places, found));
        }
    }

    private static void find(String text, String form, int[] places, BitSet found) {
        for (int at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
            found.set(places[at], places[at + form.length() - 1] + 1);
        }
    }

    /** The same length in any case: of ASCII only. */
    static String lower(String text) {
        StringBuilder lower = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return lower.toString();
    }

    private void dumps() {
        StringBuilder octets = new StringBuilder();
        List<int[]> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int lineEnd = text.indexOf('\n', start);
            int end = lineEnd < 0 ? text.length() : lineEnd;
            Matcher line = OF_DUMP.matcher(text).region(start, end);
            if (line.matches()) {
                String digits = line.group(1).replaceAll("[ -]", "");
                for (int i = 0; i + 1 < digits.length(); i += 2) {
                    octets.append((char) Integer.parseInt(digits.substring(i, i + 2), 16));
                    lines.add(new int[] {line.start(1), end});
                }
            } else {
                dump(octets.toString(), lines);
                octets.setLength(0);
                lines.clear();
            }
            start = end + 1;
        }
        dump(octets.toString(), lines);
    }

    private void dump(String octets, List<int[]> lines) {
        found(octets, search).stream().forEach(octet -> hidden.set(lines.get(octet)[0], lines.get(octet)[1]));
    }
}
