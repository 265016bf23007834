package dev.starttls.core.line.codec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads from a channel for a decoder, and holds what came after the value that was decoded: the next one may have come in the
 * same read.
 *
 * <pre>{@code
 * LineDecoder lines = new LineDecoder(512);
 * ReceiveBuffer received = new ReceiveBuffer(channel::read);
 * String line = received.next(lines::decode, "a line");
 * }</pre>
 *
 * <p>Holds at most {@value #SIZE} octets, and no buffer while a non-blocking channel has nothing. What the source throws is
 * passed on with nothing lost, so that a read that timed out may be tried again. Not safe for use by several threads.
 */
public final class ReceiveBuffer {

    /** The octets asked of the channel at once: half of the greatest TLS record (RFC 8446 section 5.1), many replies. */
    public static final int SIZE = 8_192;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Where octets come from, for instance {@code channel::read}. */
    @FunctionalInterface
    public interface Source {
        /**
         * Reads octets.
         *
         * @param dst where they go, with room for at least one
         * @return how many came; 0 if there are none now, as of a non-blocking channel; -1 at the end
         * @throws IOException if they cannot be read
         */
        int read(ByteBuffer dst) throws IOException;
    }

    /**
     * What makes a value of octets.
     *
     * @param <T> the value
     */
    @FunctionalInterface
    public interface Decoder<T> {
        /**
         * Takes octets up to the end of the next value, and none after it.
         *
         * @param octets perhaps none; all are taken if no value ends here
         * @return the value; empty if more octets are needed
         * @throws IOException if there can be none
         */
        Optional<T> decode(ByteBuffer octets) throws IOException;
    }

    private final Source source;
    private ByteBuffer received = NOTHING;

    /**
     * A buffer that holds nothing.
     *
     * @param source read when more octets are needed, and not before
     */
    public ReceiveBuffer(Source source) {
        this.source = Objects.requireNonNull(source, "source: expected for instance channel::read, got null");
    }

    /**
     * Waits for the next value.
     *
     * @param decoder the same until a value is whole
     * @param expected for the message of an exception, for instance "a reply"
     * @param <T> the value
     * @return the value
     * @throws EOFException at the end of the source
     * @throws IOException what source or decoder throw
     * @throws IllegalStateException if the source does not block and the value has not come: {@link #poll} is for that
     */
    public <T> T next(Decoder<T> decoder, String expected) throws IOException {
        return poll(decoder, expected)
                .orElseThrow(() -> new IllegalStateException("Expected a channel that blocks until " + expected
                        + " has come, got a non-blocking one; use poll, or make the channel blocking"));
    }

    /**
     * The next value if it has come. Reads until the value is whole or the source has nothing, so that a selector may be
     * waited for after it returned empty.
     *
     * @param decoder the same until a value is whole
     * @param expected for the message of an exception, for instance "a reply"
     * @param <T> the value
     * @return the value; empty if the source does not block and has no more octets now. A blocking one is waited for
     * @throws EOFException at the end of the source
     * @throws IOException what source or decoder throw
     */
    public <T> Optional<T> poll(Decoder<T> decoder, String expected) throws IOException {
        while (true) {
            Optional<T> value = decoder.decode(received);
            if (value.isPresent()) {
                return value;
            }
            if (received.hasRemaining()) {
                throw new IllegalStateException(
                        "Expected the decoder to take all octets where no value ends, but it left "
                                + received.remaining());
            }
            int count = fill();
            if (count == 0) {
                received = NOTHING;
                return Optional.empty();
            }
            if (count < 0) {
                throw new EOFException("Expected " + expected + ", got the end of the connection: the peer has closed"
                        + " it; see what it said last");
            }
        }
    }

    /**
     * The octets that were read and belong to no value yet decoded. After the peer has been asked to change the layer, as by
     * COMPRESS (RFC 4978 section 3), they belong to the next layer; where there must be none, they were injected.
     *
     * @return read-only, from the first that is not taken
     */
    public ByteBuffer held() {
        return received.asReadOnlyBuffer();
    }

    /** Reads once into the buffer, which is empty. */
    private int fill() throws IOException {
        ByteBuffer room = received.capacity() == 0 ? ByteBuffer.allocate(SIZE) : received;
        room.clear();
        try {
            return source.read(room);
        } finally {
            received = room.flip();
        }
    }
}
