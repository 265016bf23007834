package dev.starttls.core.line;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Where octets go that are too many to be held: a literal of IMAP, a message of POP3.
 *
 * <pre>{@code
 * OctetSink sink = OctetSink.to(Files.newOutputStream(Path.of("message.eml")));
 * FileChannel file = FileChannel.open(Path.of("message.eml"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
 * OctetSink other = file::write;
 * }</pre>
 *
 * <p>Called by the thread that reads, which waits for the return.
 */
@FunctionalInterface
public interface OctetSink {

    /**
     * Takes octets. What the pieces are depends on how the octets came and says nothing.
     *
     * @param octets at least one, all of which are to be taken; read-only, and valid until the return
     * @throws IOException if they cannot be taken: the reader that called passes it on and reads no further
     */
    void take(ByteBuffer octets) throws IOException;

    /**
     * A sink that writes to a stream, which it neither flushes nor closes.
     *
     * @param stream any
     * @return the sink
     */
    static OctetSink to(OutputStream stream) {
        Objects.requireNonNull(stream, "stream: expected an output stream, got null");
        return octets -> {
            byte[] piece = new byte[octets.remaining()];
            octets.get(piece);
            stream.write(piece);
        };
    }

    /**
     * Gives octets to this sink and checks that it has taken them. For readers.
     *
     * @param source the octets are those from its position on; the position moves past them
     * @param count 0 to what remains; nothing is given if it is 0
     * @throws IOException as {@link #take} throws it; or if octets were left, as a non-blocking channel leaves them
     */
    default void takeFrom(ByteBuffer source, int count) throws IOException {
        if (count == 0) {
            return;
        }
        ByteBuffer piece = source.slice(source.position(), count).asReadOnlyBuffer();
        source.position(source.position() + count);
        take(piece);
        if (piece.hasRemaining()) {
            throw new IOException("Expected the sink to take all of " + count + " octets, but it left "
                    + piece.remaining() + "; a non-blocking channel is no sink: buffer what it leaves");
        }
    }
}
