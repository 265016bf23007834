package dev.starttls.imap;

import dev.starttls.core.line.codec.ReceiveBuffer;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The responses that come over a channel, one by one, tagged or not: what a client reads once it is inside TLS.
 *
 * <pre>{@code
 * ImapResponses responses = ImapResponses.over(mail.channel());
 * mail.channel().write(StandardCharsets.US_ASCII.encode("a SELECT INBOX\r\n"));
 * ImapStatus status = responses.until("a", data -> System.out.println(data));    // "* 3 EXISTS" and more
 * }</pre>
 *
 * <p>It reads ahead: nothing else should read from the channel. A read that timed out ({@link
 * java.net.SocketTimeoutException}) may be tried again. Of a stream, {@link
 * java.nio.channels.Channels#newChannel(java.io.InputStream)} makes a channel. Not safe for use by several threads; another
 * thread may write to the channel meanwhile, as for IDLE.
 */
public final class ImapResponses {

    private static final String EXPECTED = "a response";

    private final ImapResponseReader reader;
    private final ReceiveBuffer received;
    private ImapLiteralReceiver literals = ImapLiteralReceiver.holding();

    private ImapResponses(ReadableByteChannel channel, ImapResponseLimits limits) {
        this.received = new ReceiveBuffer(channel::read);
        this.reader = new ImapResponseReader(limits);
    }

    /**
     * Of a channel, under {@link ImapResponseLimits#DEFAULT}.
     *
     * @param channel from which nothing was read of a response that has begun; it stays the caller's to close
     * @return the responses to come
     */
    public static ImapResponses over(ReadableByteChannel channel) {
        return over(channel, ImapResponseLimits.DEFAULT);
    }

    /**
     * Of a channel, under other limits.
     *
     * @param channel from which nothing was read of a response that has begun; it stays the caller's to close
     * @param limits of each response
     * @return the responses to come
     */
    public static ImapResponses over(ReadableByteChannel channel, ImapResponseLimits limits) {
        Objects.requireNonNull(channel, "channel: expected for instance that of an ImapConnection, got null");
        return new ImapResponses(channel, limits);
    }

    /**
     * Where literals go that begin from now on.
     *
     * @param receiver asked for each; {@link ImapLiteralReceiver#holding} unless set
     * @return this
     */
    public ImapResponses literals(ImapLiteralReceiver receiver) {
        this.literals = Objects.requireNonNull(
                receiver, "receiver: expected where literals go, got null; try ImapLiteralReceiver.holding()");
        return this;
    }

    /**
     * Waits for the next response.
     *
     * @return the response
     * @throws ImapSyntaxException if it is no response, or over the limits; and at each call after that
     * @throws java.io.EOFException if the channel has ended
     * @throws IOException what the channel throws, a {@link java.nio.channels.ClosedChannelException} if it is closed; what a
     *     sink of a literal throws
     * @throws IllegalStateException if the channel does not block and the response has not come
     */
    public ImapResponse next() throws IOException {
        return received.next(octets -> reader.read(octets, literals), EXPECTED);
    }

    /**
     * The next response if it has come; for a channel that does not block. A blocking one is waited for.
     *
     * @return empty if the channel has no more octets now, so that a selector may be waited for
     * @throws IOException as {@link #next}
     */
    public Optional<ImapResponse> poll() throws IOException {
        return received.poll(octets -> reader.read(octets, literals), EXPECTED);
    }

    /**
     * Waits for the end of a command.
     *
     * @param tag of the command
     * @param others given every response before it: data, information, continuations, and the ends of other commands
     * @return how the command ended; look at its condition
     * @throws IOException as {@link #next}; after BYE, an {@link java.io.EOFException} once the server has closed
     */
    public ImapStatus until(String tag, Consumer<ImapResponse> others) throws IOException {
        while (true) {
            ImapResponse response = next();
            if (response instanceof ImapResponse.Tagged tagged && tagged.tag().equals(tag)) {
                return tagged.status();
            }
            others.accept(response);
        }
    }
}
