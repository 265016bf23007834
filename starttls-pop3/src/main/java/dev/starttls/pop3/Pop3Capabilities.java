package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server announced in its response to CAPA (RFC 2449 section 5). Immutable.
 *
 * <pre>{@code
 * if (capabilities.has("SASL")) {
 *     List<String> mechanisms = capabilities.parameters("SASL");
 * }
 * }</pre>
 */
public final class Pop3Capabilities {

    private static final Pop3Capabilities NONE = new Pop3Capabilities(List.of());

    /** As they were sent, and parted only when asked: most of them nobody asks for. */
    private final List<String> announced;

    private Pop3Capabilities(List<String> announced) {
        this.announced = List.copyOf(announced);
    }

    /**
     * Nothing announced, or the command not known.
     *
     * @return the empty capabilities
     */
    public static Pop3Capabilities none() {
        return NONE;
    }

    /**
     * What the lines of a response announce: a tag with parameters on each.
     *
     * @param lines without the first line of the response and without the dot at its end
     * @return the capabilities
     */
    public static Pop3Capabilities of(List<String> lines) {
        return new Pop3Capabilities(lines);
    }

    /**
     * Whether a capability was announced.
     *
     * @param tag in upper or lower case, for instance "STLS"
     * @return true if it was
     */
    public boolean has(String tag) {
        for (String line : announced) {
            if (announces(line, tag)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The parameters of a capability, as they were sent. Those of one that was announced more than once come in their
     * order.
     *
     * @param tag in upper or lower case, for instance "SASL"
     * @return empty if it has none or was not announced
     */
    public List<String> parameters(String tag) {
        List<String> parameters = new ArrayList<>();
        for (String line : announced) {
            if (announces(line, tag)) {
                List<String> words = Pop3Words.of(line);
                parameters.addAll(words.subList(1, words.size()));
            }
        }
        return List.copyOf(parameters);
    }

    /**
     * The tags.
     *
     * @return in upper case and in their order; without lines that begin with none
     */
    public Set<String> tags() {
        Set<String> tags = new LinkedHashSet<>();
        for (String line : announced) {
            if (tagged(line)) {
                tags.add(Ascii.upper(firstWord(line)));
            }
        }
        return Collections.unmodifiableSet(tags);
    }

    /**
     * The lines, as they were sent.
     *
     * @return without the dots that were put before dots
     */
    public List<String> announced() {
        return announced;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pop3Capabilities that && announced.equals(that.announced);
    }

    @Override
    public int hashCode() {
        return announced.hashCode();
    }

    /** For people: without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(announced.toString());
    }

    /** Whether a line begins with a tag: printable and without a dot (RFC 2449 section 3). */
    static boolean tagged(String line) {
        String tag = firstWord(line);
        return Ascii.word(tag) && tag.indexOf('.') < 0;
    }

    private static boolean announces(String line, String tag) {
        return Ascii.firstWord(line, tag) && tag.indexOf(' ') < 0 && tagged(tag);
    }

    private static String firstWord(String line) {
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }
}
