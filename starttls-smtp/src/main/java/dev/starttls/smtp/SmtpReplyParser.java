package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.FailureReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Puts the lines of a reply together, one by one (RFC 5321 section 4.2.1): for a dialogue, which is given lines. Of octets,
 * {@link SmtpReplyReader} makes replies.
 *
 * <pre>{@code
 * SmtpReplyParser parser = new SmtpReplyParser();
 * parser.add("250-mail.example.org"); // empty: more lines follow
 * parser.add("250 STARTTLS");         // the reply
 * }</pre>
 *
 * <p>Strict where a client could be led astray: a line is three digits, the first from 2 to 5, then nothing, a space or a
 * hyphen; all lines have the same code. Lenient where it could not: any code of the category is taken (section 4.2.1 asks
 * for that), and the text may be missing or hold any octets. Bounded in lines and octets. Not safe for use by several
 * threads; it never blocks.
 */
public final class SmtpReplyParser {

    /**
     * The maximum number of lines of a reply unless other limits are given: more than any server has capabilities. In a dialogue
     * no setting changes it.
     */
    public static final int MAX_LINES = 128;

    /**
     * The maximum number of octets of a reply unless other limits are given, CRLFs not counted: 64 lines of the length that
     * RFC 5321 section 4.5.3.1.5 allows. In a dialogue no setting changes it.
     */
    public static final int MAX_OCTETS = 32_768;

    private final SmtpReplyLimits limits;
    private final List<String> text = new ArrayList<>();
    private int code;
    private int octets;

    /** A parser that holds nothing, under {@link SmtpReplyLimits#DEFAULT}. */
    public SmtpReplyParser() {
        this(SmtpReplyLimits.DEFAULT);
    }

    /**
     * A parser that holds nothing.
     *
     * @param limits of a reply; the length of a line is not looked at
     */
    public SmtpReplyParser(SmtpReplyLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits: expected for instance SmtpReplyLimits.DEFAULT, got null");
    }

    /**
     * Takes the next line.
     *
     * @param line without CRLF, each character one octet
     * @return the reply if this was its last line
     * @throws SmtpSyntaxException if the line is no reply line, has another code than the line before it, or goes over the
     *     bounds; the parser then holds nothing
     */
    public Optional<SmtpReply> add(String line) throws SmtpSyntaxException {
        int found = code(line);
        if (!text.isEmpty() && found != code) {
            throw broken(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected code " + code + " on every line of the reply, got " + found);
        }
        octets += line.length();
        if (text.size() == limits.lines() || octets > limits.octets()) {
            throw broken(
                    FailureReason.LIMIT_EXCEEDED,
                    "Expected a reply of at most " + limits.lines() + " lines and " + limits.octets()
                            + " octets, got more");
        }
        code = found;
        text.add(line.length() > 4 ? line.substring(4) : "");
        if (line.length() > 3 && line.charAt(3) == '-') {
            return Optional.empty();
        }
        SmtpReply reply = SmtpReply.of(code, text);
        reset();
        return Optional.of(reply);
    }

    /**
     * Whether a reply has begun and not ended.
     *
     * @return true while more lines are to come
     */
    public boolean unfinished() {
        return !text.isEmpty();
    }

    /** Forgets the lines of an unfinished reply. */
    public void reset() {
        text.clear();
        octets = 0;
    }

    private int code(String line) throws SmtpSyntaxException {
        boolean wellFormed = line.length() >= 3
                && line.charAt(0) >= '2'
                && line.charAt(0) <= '5'
                && Ascii.digit(line.charAt(1))
                && Ascii.digit(line.charAt(2))
                && (line.length() == 3 || line.charAt(3) == ' ' || line.charAt(3) == '-');
        if (!wellFormed || !Ascii.sendable(line)) {
            throw broken(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected a reply line: three digits, then a space or a hyphen (RFC 5321 section 4.2), got another"
                            + " line");
        }
        return (line.charAt(0) - '0') * 100 + (line.charAt(1) - '0') * 10 + line.charAt(2) - '0';
    }

    private SmtpSyntaxException broken(FailureReason reason, String message) {
        reset();
        return new SmtpSyntaxException(reason, message);
    }
}
