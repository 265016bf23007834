package dev.starttls.smtp;

import dev.starttls.core.line.codec.ReceiveBuffer;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import java.util.Optional;

/**
 * The replies that come over a channel, one by one: what a client reads once it is inside TLS.
 *
 * <pre>{@code
 * SmtpReplies replies = SmtpReplies.over(mail.channel());
 * String commands = "MAIL FROM:<joe@example.net>\r\nRCPT TO:<mary@example.org>\r\n";
 * mail.channel().write(StandardCharsets.US_ASCII.encode(commands));
 * SmtpReply sender = replies.next();
 * SmtpReply recipient = replies.next();      // both may have come in one read
 * }</pre>
 *
 * <p>It reads ahead: nothing else should read from the channel. A read that timed out ({@link
 * java.net.SocketTimeoutException}) may be tried again. Of a stream, {@link
 * java.nio.channels.Channels#newChannel(java.io.InputStream)} makes a channel. Not safe for use by several threads; another
 * thread may write to the channel meanwhile.
 */
public final class SmtpReplies {

    private static final String EXPECTED = "a reply";

    private final SmtpReplyReader reader;
    private final ReceiveBuffer received;

    private SmtpReplies(ReadableByteChannel channel, SmtpReplyLimits limits) {
        this.received = new ReceiveBuffer(channel::read);
        this.reader = new SmtpReplyReader(limits);
    }

    /**
     * Of a channel, under {@link SmtpReplyLimits#DEFAULT}.
     *
     * @param channel from which nothing was read of a reply that has begun; it stays the caller's to close
     * @return the replies to come
     */
    public static SmtpReplies over(ReadableByteChannel channel) {
        return over(channel, SmtpReplyLimits.DEFAULT);
    }

    /**
     * Of a channel, under other limits.
     *
     * @param channel from which nothing was read of a reply that has begun; it stays the caller's to close
     * @param limits of each reply
     * @return the replies to come
     */
    public static SmtpReplies over(ReadableByteChannel channel, SmtpReplyLimits limits) {
        Objects.requireNonNull(channel, "channel: expected for instance that of an SmtpConnection, got null");
        return new SmtpReplies(channel, limits);
    }

    /**
     * Waits for the next reply.
     *
     * @return the reply, whatever its code
     * @throws SmtpSyntaxException if it is no reply, or over the limits; and at each call after that
     * @throws java.io.EOFException if the channel has ended
     * @throws IOException what the channel throws, a {@link java.nio.channels.ClosedChannelException} if it is closed
     * @throws IllegalStateException if the channel does not block and the reply has not come
     */
    public SmtpReply next() throws IOException {
        return received.next(reader::read, EXPECTED);
    }

    /**
     * The next reply if it has come; for a channel that does not block. A blocking one is waited for.
     *
     * @return empty if the channel has no more octets now, so that a selector may be waited for
     * @throws IOException as {@link #next}
     */
    public Optional<SmtpReply> poll() throws IOException {
        return received.poll(reader::read, EXPECTED);
    }
}
