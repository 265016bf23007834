package dev.starttls.pop3;

import dev.starttls.core.line.OctetSink;
import dev.starttls.core.line.codec.ReceiveBuffer;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The responses that come over a channel, one by one: what a client reads once it is inside TLS.
 *
 * <pre>{@code
 * Pop3Responses responses = Pop3Responses.over(mail.channel());
 * mail.channel().write(StandardCharsets.US_ASCII.encode("RETR 1\r\n"));
 * if (responses.next().positive()) {
 *     responses.content(OctetSink.to(file));      // the message, however long
 * }
 * }</pre>
 *
 * <p>It reads ahead: nothing else should read from the channel. A read that timed out ({@link
 * java.net.SocketTimeoutException}) may be tried again, by the same method. Of a stream, {@link
 * java.nio.channels.Channels#newChannel(java.io.InputStream)} makes a channel. Not safe for use by several threads; another
 * thread may write to the channel meanwhile.
 */
public final class Pop3Responses {

    private static final String REPLY = "a response";
    private static final String DOT = "the line with a dot alone";

    private final Pop3ResponseReader reader;
    private final ReceiveBuffer received;

    private Pop3Responses(ReadableByteChannel channel, Pop3ResponseLimits limits) {
        this.received = new ReceiveBuffer(channel::read);
        this.reader = new Pop3ResponseReader(limits);
    }

    /**
     * Of a channel, under {@link Pop3ResponseLimits#DEFAULT}.
     *
     * @param channel from which nothing was read of a response that has begun; it stays the caller's to close
     * @return the responses to come
     */
    public static Pop3Responses over(ReadableByteChannel channel) {
        return over(channel, Pop3ResponseLimits.DEFAULT);
    }

    /**
     * Of a channel, under other limits.
     *
     * @param channel from which nothing was read of a response that has begun; it stays the caller's to close
     * @param limits of each response
     * @return the responses to come
     */
    public static Pop3Responses over(ReadableByteChannel channel, Pop3ResponseLimits limits) {
        Objects.requireNonNull(channel, "channel: expected for instance that of a Pop3Connection, got null");
        return new Pop3Responses(channel, limits);
    }

    /**
     * Waits for the next response, or for the first line of one of several.
     *
     * @return the reply, positive or not
     * @throws Pop3SyntaxException if it is no reply, or over the limits; and at each call after that
     * @throws java.io.EOFException if the channel has ended
     * @throws IOException what the channel throws, a {@link java.nio.channels.ClosedChannelException} if it is closed
     * @throws IllegalStateException if the channel does not block and the reply has not come; if {@link #lines} or {@link
     *     #content} have begun and not returned
     */
    public Pop3Reply next() throws IOException {
        return received.next(reader::reply, REPLY);
    }

    /**
     * Waits for the lines that follow a positive reply to CAPA, LIST or UIDL.
     *
     * @return all lines, without the dots that were put before dots
     * @throws IOException as {@link #next}
     */
    public List<String> lines() throws IOException {
        return received.next(reader::lines, DOT);
    }

    /**
     * Waits for the lines that follow a positive reply to RETR or TOP, and passes them on as {@link Pop3ResponseReader#content}
     * does.
     *
     * @param sink takes the message
     * @return how many octets it was given
     * @throws IOException as {@link #next}; what the sink throws
     */
    public long content(OctetSink sink) throws IOException {
        return received.next(octets -> reader.content(octets, sink), DOT);
    }

    /**
     * The next reply if it has come; for a channel that does not block. A blocking one is waited for.
     *
     * @return empty if the channel has no more octets now, so that a selector may be waited for
     * @throws IOException as {@link #next}
     */
    public Optional<Pop3Reply> poll() throws IOException {
        return received.poll(reader::reply, REPLY);
    }

    /**
     * What {@link #lines} waits for, if it has come; to be called again until it has.
     *
     * @return empty if the channel has no more octets now
     * @throws IOException as {@link #next}
     */
    public Optional<List<String>> pollLines() throws IOException {
        return received.poll(reader::lines, DOT);
    }

    /**
     * What {@link #content} waits for, as far as it has come; to be called again until it is whole.
     *
     * @param sink takes the message
     * @return how many octets it was given in all; empty if the channel has no more octets now
     * @throws IOException as {@link #content}
     */
    public Optional<Long> pollContent(OctetSink sink) throws IOException {
        return received.poll(octets -> reader.content(octets, sink), DOT);
    }
}
