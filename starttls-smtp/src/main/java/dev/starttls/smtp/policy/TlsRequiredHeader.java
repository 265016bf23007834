package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.Optional;

/**
 * Looks for {@code TLS-Required: No} in the header of a message, by which its sender asks for delivery whatever the recipient's domain
 * asks for by MTA-STS or DANE (RFC 8689 section 3).
 *
 * <pre>{@code
 * TlsRequiredHeader header = new TlsRequiredHeader();
 * lines.forEach(header::line);                      // the whole message, or its header
 * if (header.value() == TlsRequiredHeader.Value.NO) {
 *     SmtpClient.to(candidate.opportunistic());     // no MTA-STS, no DANE; STARTTLS still
 * }
 * }</pre>
 *
 * <p>A message with more than one such field, or with another value, asks for nothing: what the domain asks for holds then. It keeps
 * no more of the message than {@value #MAX_VALUE} characters. Not safe for use by several threads; nothing blocks.
 */
public final class TlsRequiredHeader {

    /** What a message asks for. */
    public enum Value {
        /** Nothing: the field is not there. */
        ABSENT,
        /** To be sent without TLS if need be, and whatever the certificate. */
        NO,
        /** Nothing that is known: the field is there more than once, or with another value. */
        INVALID;

        /**
         * The policy that follows (RFC 8689 section 4.2.2), if the message was not received with REQUIRETLS, which overrides the field
         * (section 4.1).
         *
         * @return {@link TlsPolicy#OPPORTUNISTIC} without MTA-STS, DANE and verification for {@link #NO}; empty if what the domain
         *     asks for decides
         */
        public Optional<TlsPolicy> policy() {
            return this == NO ? Optional.of(TlsPolicy.OPPORTUNISTIC) : Optional.empty();
        }
    }

    private static final String NAME = "TLS-Required:";

    /** More than the one value and white space for which there is no need. */
    private static final int MAX_VALUE = 100;

    private final StringBuilder value = new StringBuilder();
    private int fields;
    private boolean inField;
    private boolean first = true;
    private boolean over;

    /** Of which no line has come. */
    public TlsRequiredHeader() {}

    /**
     * The next line of the message. What follows the header is ignored.
     *
     * @param line without CRLF, as {@code SmtpDataReceiver.line} has it; of any length
     */
    public void line(String line) {
        if (over) {
            return;
        }
        boolean folded = line.startsWith(" ") || line.startsWith("\t");
        if (line.isEmpty() || (folded ? first : !startsField(line))) {
            over = true;
            return;
        }
        first = false;
        if (folded) {
            keep(line);
            return;
        }
        inField = Ascii.at(line, 0, NAME);
        if (inField) {
            fields++;
            value.setLength(0);
            keep(line.substring(NAME.length()));
        }
    }

    /** A line that is no field is the body of a message without a header, or of one whose empty line is missing (RFC 5322 section 2.2). */
    private static boolean startsField(String line) {
        int colon = line.indexOf(':');
        return colon > 0 && line.substring(0, colon).chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private void keep(String text) {
        if (inField) {
            // One more than is allowed, so that what is cut is not taken for the whole.
            value.append(text, 0, Math.min(text.length(), MAX_VALUE + 1 - Math.min(MAX_VALUE + 1, value.length())));
        }
    }

    /**
     * What the message asks for, as far as its lines have come.
     *
     * @return {@link Value#NO} only if there is one such field
     */
    public Value value() {
        if (fields == 0) {
            return Value.ABSENT;
        }
        boolean no = value.length() <= MAX_VALUE
                && Ascii.upper(value.toString().replace('\t', ' ').strip()).equals("NO");
        return fields == 1 && no ? Value.NO : Value.INVALID;
    }
}
