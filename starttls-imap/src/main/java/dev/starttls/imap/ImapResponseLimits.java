package dev.starttls.imap;

/**
 * How much of a response is held. A literal that an {@link ImapLiteralReceiver} passes on is not held and has no limit.
 *
 * <pre>{@code
 * ImapResponseLimits limits = ImapResponseLimits.DEFAULT.withOctets(64 << 20);     // messages of 64 MiB at most
 * }</pre>
 *
 * @param lineOctets the maximum length of a line, CRLF included, in octets; at least 4
 * @param literals the maximum number of literals of a response, held or passed on; at least 0
 * @param octets the maximum number of octets of a response, in lines and in the literals that are held; at least 2
 */
public record ImapResponseLimits(int lineOctets, int literals, int octets) {

    /**
     * Lines of 1 MiB, 1,000 literals, responses of 1 MiB. RFC 9051 has no bound for what servers send: the answer to SEARCH is one line,
     * with some 8 octets for each message that is found.
     */
    public static final ImapResponseLimits DEFAULT = new ImapResponseLimits(1 << 20, 1_000, 1 << 20);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if no response would be within them
     */
    public ImapResponseLimits {
        if (lineOctets < 4 || literals < 0 || octets < 2) {
            throw new IllegalArgumentException("lineOctets, literals and octets: expected at least 4, 0 and 2, got "
                    + lineOctets + ", " + literals + " and " + octets + "; see ImapResponseLimits.DEFAULT");
        }
    }

    /**
     * The same with another maximum length of a line.
     *
     * @param count octets, CRLF included; at least 4
     * @return new limits
     */
    public ImapResponseLimits withLineOctets(int count) {
        return new ImapResponseLimits(count, literals, octets);
    }

    /**
     * The same with another maximum number of literals.
     *
     * @param count at least 0
     * @return new limits
     */
    public ImapResponseLimits withLiterals(int count) {
        return new ImapResponseLimits(lineOctets, count, octets);
    }

    /**
     * The same with another maximum number of octets.
     *
     * @param count octets in lines and in the literals that are held; at least 2
     * @return new limits
     */
    public ImapResponseLimits withOctets(int count) {
        return new ImapResponseLimits(lineOctets, literals, count);
    }
}
