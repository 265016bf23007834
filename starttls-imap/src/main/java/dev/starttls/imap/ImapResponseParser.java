package dev.starttls.imap;

import dev.starttls.core.upgrade.FailureReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Puts the lines and literals of a response together on a client (RFC 9051 section 4.3), within a bound. */
final class ImapResponseParser {

    /** What stands in the text for a literal that went elsewhere: an empty one. */
    private static final String EMPTY = "{0}\r\n";

    private final int maxLiterals;
    private final int maxOctets;
    private final StringBuilder text = new StringBuilder();
    private boolean data;
    private int literals;

    /** A response may have so many literals, and octets in lines and in literals that are held. */
    ImapResponseParser(int maxLiterals, int maxOctets) {
        this.maxLiterals = maxLiterals;
        this.maxOctets = maxOctets;
    }

    /** Takes a line. Returns the literal that it announces; empty if the response is complete. */
    Optional<ImapLiteral> line(String line) throws ImapSyntaxException {
        if (text.length() == 0) {
            // The braces at the end of any other response are text (RFC 9051 section 9).
            data = line.startsWith("* ")
                    && ImapStatus.condition(line.substring(2)).isEmpty();
        }
        if (line.length() > maxOctets - text.length()) {
            throw tooLong();
        }
        text.append(line);
        Optional<ImapLiteral> literal = data ? ImapLiteral.atEndOf(line) : Optional.empty();
        if (literal.isPresent()) {
            if (literal.get().kind() == ImapLiteral.Kind.NON_SYNCHRONIZING) {
                throw new ImapSyntaxException(
                        FailureReason.PROTOCOL_VIOLATION,
                        "Expected a literal without \"+\", as servers send them (RFC 9051 section 9), got one with it");
            }
            literals++;
            if (literals > maxLiterals) {
                throw new ImapSyntaxException(
                        FailureReason.LIMIT_EXCEEDED,
                        "Expected a response with at most " + maxLiterals
                                + " literals, got more; raise ImapResponseLimits.literals");
            }
            text.append("\r\n");
        }
        return literal;
    }

    /** The literal that was announced will be held. */
    void hold(ImapLiteral literal) throws ImapSyntaxException {
        if (literal.octets() > maxOctets - text.length()) {
            throw tooLong();
        }
    }

    /** The text of the data so far, without the asterisk and the announcement of the literal. */
    String before() {
        int from = "* ".length();
        int end = text.lastIndexOf("{");
        if (end - from <= 2 * ImapLiteralReceiver.KEPT_OCTETS) {
            return text.substring(from, end);
        }
        // Of a long response a literal may begin every few octets: what is copied for each is bounded.
        return text.substring(from, from + ImapLiteralReceiver.KEPT_OCTETS)
                + ImapLiteralReceiver.LEFT_OUT
                + text.substring(end - ImapLiteralReceiver.KEPT_OCTETS, end);
    }

    /** The literal that was announced goes elsewhere. */
    void leaveOut() {
        text.setLength(text.lastIndexOf("{"));
        text.append(EMPTY);
    }

    /** Octets of the literal. */
    void octets(ByteBuffer octets) {
        text.append(StandardCharsets.ISO_8859_1.decode(octets));
    }

    /** Whether a response has begun and not ended. */
    boolean unfinished() {
        return text.length() > 0;
    }

    /** Gives out the response and holds nothing more. */
    String take() {
        String response = text.toString();
        reset();
        return response;
    }

    void reset() {
        text.setLength(0);
        literals = 0;
    }

    private ImapSyntaxException tooLong() {
        return new ImapSyntaxException(
                FailureReason.LIMIT_EXCEEDED,
                "Expected a response of at most " + maxOctets + " octets beside the literals that are passed on, got a"
                        + " longer one; raise ImapResponseLimits.octets, or pass its literals on");
    }
}
