package dev.starttls.smtp;

/**
 * How much of a reply is held.
 *
 * <pre>{@code
 * SmtpReplyLimits limits = SmtpReplyLimits.DEFAULT.withLines(1_000);
 * }</pre>
 *
 * @param lineOctets the maximum length of a line, CRLF included, in octets; at least 5, a code and CRLF
 * @param lines the maximum number of lines of a reply; at least 1
 * @param octets the maximum number of octets of a reply, CRLFs not counted; at least 3
 */
public record SmtpReplyLimits(int lineOctets, int lines, int octets) {

    /**
     * Lines of 8,192 octets, as in a dialogue, where RFC 5321 section 4.5.3.1.5 asks for 512; {@link
     * SmtpReplyParser#MAX_LINES} lines and {@link SmtpReplyParser#MAX_OCTETS} octets.
     */
    public static final SmtpReplyLimits DEFAULT =
            new SmtpReplyLimits(8_192, SmtpReplyParser.MAX_LINES, SmtpReplyParser.MAX_OCTETS);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if no reply would be within them
     */
    public SmtpReplyLimits {
        if (lineOctets < 5 || lines < 1 || octets < 3) {
            throw new IllegalArgumentException("lineOctets, lines and octets: expected at least 5, 1 and 3, got "
                    + lineOctets + ", " + lines + " and " + octets + "; see SmtpReplyLimits.DEFAULT");
        }
    }

    /**
     * The same with another maximum length of a line.
     *
     * @param octets CRLF included; at least 5
     * @return new limits
     */
    public SmtpReplyLimits withLineOctets(int octets) {
        return new SmtpReplyLimits(octets, lines, this.octets);
    }

    /**
     * The same with another maximum number of lines.
     *
     * @param count at least 1
     * @return new limits
     */
    public SmtpReplyLimits withLines(int count) {
        return new SmtpReplyLimits(lineOctets, count, octets);
    }

    /**
     * The same with another maximum number of octets.
     *
     * @param count CRLFs not counted; at least 3
     * @return new limits
     */
    public SmtpReplyLimits withOctets(int count) {
        return new SmtpReplyLimits(lineOctets, lines, count);
    }
}
