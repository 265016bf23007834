package dev.starttls.pop3;

import dev.starttls.core.upgrade.FailureReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts together the lines of a multi-line response that come after its first, one by one, up to the line with a dot alone
 * (RFC 1939 section 3): for a dialogue, which is given lines. Of octets, {@link Pop3ResponseReader} makes them.
 *
 * <pre>{@code
 * Pop3MultiLineParser parser = new Pop3MultiLineParser(128, 32_768);
 * parser.add("STLS");     // empty: more lines follow
 * parser.add(".");        // the lines
 * }</pre>
 *
 * <p>Bounded in lines and octets, for a server may forget the dot. Not safe for use by several threads; it never blocks.
 */
public final class Pop3MultiLineParser {

    private final int maxLines;
    private final int maxOctets;
    private List<String> lines = new ArrayList<>();
    private int octets;

    /**
     * A parser that holds nothing.
     *
     * @param maxLines before the dot; at least 1
     * @param maxOctets of all lines, CRLFs not counted; at least 1
     * @throws IllegalArgumentException if one is less
     */
    public Pop3MultiLineParser(int maxLines, int maxOctets) {
        if (maxLines < 1 || maxOctets < 1) {
            throw new IllegalArgumentException(
                    "maxLines and maxOctets: expected at least 1, got " + maxLines + " and " + maxOctets);
        }
        this.maxLines = maxLines;
        this.maxOctets = maxOctets;
    }

    /**
     * Takes the next line.
     *
     * @param line without CRLF, each character one octet
     * @return if this was the line with a dot alone, those before it, without the dots that were put before dots; then the
     *     parser holds nothing
     * @throws Pop3SyntaxException if the bounds are gone over; the parser then holds nothing
     */
    public Optional<List<String>> add(String line) throws Pop3SyntaxException {
        if (line.equals(".")) {
            List<String> whole = List.copyOf(lines);
            reset();
            return Optional.of(whole);
        }
        octets += line.length();
        if (lines.size() == maxLines || octets > maxOctets) {
            reset();
            throw new Pop3SyntaxException(
                    FailureReason.LIMIT_EXCEEDED,
                    "Expected the line with a dot alone (RFC 1939 section 3) after at most " + maxLines + " lines and "
                            + maxOctets + " octets, got more");
        }
        lines.add(line.startsWith(".") ? line.substring(1) : line);
        return Optional.empty();
    }

    /** Forgets the lines of an unfinished response. */
    public void reset() {
        lines = new ArrayList<>();
        octets = 0;
    }
}
