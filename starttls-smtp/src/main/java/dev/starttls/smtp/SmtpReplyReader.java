package dev.starttls.smtp;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.codec.LineDecoder;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Makes replies of octets, however they were split on their way (RFC 5321 section 4.2): without I/O, for an event loop or a
 * handler of Netty. Over a channel, {@link SmtpReplies} is less to write.
 *
 * <pre>{@code
 * SmtpReplyReader reader = new SmtpReplyReader();
 * Optional<SmtpReply> reply = reader.read(octets);    // call again while it is present: several may have come at once
 * }</pre>
 *
 * <p>It takes no octet after the reply that it returns, so that the replies to commands that were sent together come one by
 * one and in order (RFC 2920 section 3.1). It is as strict as {@link SmtpReplyParser}, which dialogues use as well; a CR or LF
 * alone and NUL are refused. After a violation it refuses to go on: what follows could be taken for a reply to another
 * command. Not safe for use by several threads; it never blocks.
 */
public final class SmtpReplyReader {

    private final LineDecoder lines;
    private final SmtpReplyParser parser;
    private Optional<SmtpSyntaxException> failure = Optional.empty();

    /** A reader that holds nothing, under {@link SmtpReplyLimits#DEFAULT}. */
    public SmtpReplyReader() {
        this(SmtpReplyLimits.DEFAULT);
    }

    /**
     * A reader that holds nothing.
     *
     * @param limits of a reply
     */
    public SmtpReplyReader(SmtpReplyLimits limits) {
        this.parser = new SmtpReplyParser(limits);
        this.lines = new LineDecoder(limits.lineOctets());
    }

    /**
     * Takes octets up to the end of the next reply, and none after it.
     *
     * @param octets that the server sent; all are taken if no reply ends here
     * @return the reply; empty if more octets are needed
     * @throws SmtpSyntaxException if it is no reply, or over the limits; and at each call after that
     */
    public Optional<SmtpReply> read(ByteBuffer octets) throws SmtpSyntaxException {
        if (failure.isPresent()) {
            throw new SmtpSyntaxException(failure.get());
        }
        try {
            Optional<SmtpReply> reply = Optional.empty();
            Optional<String> line = lines.decode(octets);
            while (line.isPresent() && reply.isEmpty()) {
                reply = parser.add(line.get());
                line = reply.isPresent() ? line : lines.decode(octets);
            }
            return reply;
        } catch (LineException e) {
            throw failed(new SmtpSyntaxException(e));
        } catch (SmtpSyntaxException e) {
            throw failed(e);
        }
    }

    /**
     * Whether a reply has begun and not ended.
     *
     * @return true while octets of it are held; false after a violation
     */
    public boolean unfinished() {
        return parser.unfinished() || lines.held() > 0;
    }

    private SmtpSyntaxException failed(SmtpSyntaxException e) {
        failure = Optional.of(e);
        lines.reset();
        parser.reset();
        return e;
    }
}
