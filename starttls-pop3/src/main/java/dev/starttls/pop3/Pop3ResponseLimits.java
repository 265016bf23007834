package dev.starttls.pop3;

/**
 * How much of a response is held. A message that is passed on ({@link Pop3ResponseReader#content}) is not held and has no limit.
 *
 * <pre>{@code
 * Pop3ResponseLimits limits = Pop3ResponseLimits.DEFAULT.withLines(1_000_000);
 * }</pre>
 *
 * @param lineOctets the maximum length of a line, CRLF included, in octets; at least 5, +OK and CRLF
 * @param lines the maximum number of lines of a multi-line response that is held; at least 1
 * @param octets the maximum number of their octets, CRLFs not counted; at least 1
 */
public record Pop3ResponseLimits(int lineOctets, int lines, int octets) {

    /**
     * Lines of 8,192 octets, as in a dialogue, where RFC 2449 section 4 has 512; 100,000 lines and 8 MiB, enough for the UIDL
     * of as many messages.
     */
    public static final Pop3ResponseLimits DEFAULT = new Pop3ResponseLimits(8_192, 100_000, 8 << 20);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if no response would be within them
     */
    public Pop3ResponseLimits {
        if (lineOctets < 5 || lines < 1 || octets < 1) {
            throw new IllegalArgumentException("lineOctets, lines and octets: expected at least 5, 1 and 1, got "
                    + lineOctets + ", " + lines + " and " + octets + "; see Pop3ResponseLimits.DEFAULT");
        }
    }

    /**
     * The same with another maximum length of a line.
     *
     * @param count octets, CRLF included; at least 5
     * @return new limits
     */
    public Pop3ResponseLimits withLineOctets(int count) {
        return new Pop3ResponseLimits(count, lines, octets);
    }

    /**
     * The same with another maximum number of lines.
     *
     * @param count at least 1
     * @return new limits
     */
    public Pop3ResponseLimits withLines(int count) {
        return new Pop3ResponseLimits(lineOctets, count, octets);
    }

    /**
     * The same with another maximum number of octets.
     *
     * @param count CRLFs not counted; at least 1
     * @return new limits
     */
    public Pop3ResponseLimits withOctets(int count) {
        return new Pop3ResponseLimits(lineOctets, lines, count);
    }
}
