package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import java.util.List;

/**
 * What a server announced in its response to CAPA (RFC 2449 section 5). Immutable.
 *
 * <pre>{@code
 * if (capabilities.has("SASL")) {
 *     List<String> mechanisms = capabilities.parameters("SASL");
 * }
 * }</pre>
 */
public final class Pop3Capabilities extends AnnouncedCapabilities {

    private static final Pop3Capabilities NONE = new Pop3Capabilities(List.of());

    private Pop3Capabilities(List<String> announced) {
        super(announced);
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

    @Override
    protected boolean announces(String line, String tag) {
        return Ascii.firstWord(line, tag) && tag.indexOf(' ') < 0 && tagged(tag);
    }

    @Override
    protected String nameOf(String line) {
        return tagged(line) ? firstWord(line) : "";
    }

    @Override
    protected List<String> parametersOf(String line) {
        List<String> words = Pop3Words.of(line);
        return words.subList(1, words.size());
    }

    /** Whether a line begins with a tag: printable and without a dot (RFC 2449 section 3). */
    static boolean tagged(String line) {
        String tag = firstWord(line);
        return Ascii.word(tag) && tag.indexOf('.') < 0;
    }

    private static String firstWord(String line) {
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }
}
