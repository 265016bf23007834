package dev.starttls.benchmarks.link;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/**
 * The floor: a blocking channel and an engine, without a library and its safeguards. For two threads, one per
 * direction, after a handshake by one.
 */
public final class EngineChannel implements ByteChannel {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteChannel transport;
    private final SSLEngine engine;
    private final Buffers buffers;

    /**
     * Buffers for both directions, empty between calls; channels that are used in turn may share them.
     *
     * @param in what was read and is not decrypted yet, ready to be read from
     * @param out room for a write
     * @param aside what was decrypted and did not fit, ready to be read from
     */
    public record Buffers(ByteBuffer in, ByteBuffer out, ByteBuffer aside) {

        /**
         * New ones.
         *
         * @return empty
         */
        public static Buffers allocate() {
            return new Buffers(
                    ByteBuffer.allocate(34_816).flip(),
                    ByteBuffer.allocate(34_816),
                    ByteBuffer.allocate(17_408).flip());
        }

        /** Discards what another channel has left. */
        public void forget() {
            in.clear().flip();
            out.clear();
            aside.clear().flip();
        }
    }

    /**
     * A channel whose handshake has not begun.
     *
     * @param transport connected and blocking
     * @param engine its mode and parameters set
     * @param buffers empty
     */
    public EngineChannel(ByteChannel transport, SSLEngine engine, Buffers buffers) {
        this.transport = transport;
        this.engine = engine;
        this.buffers = buffers;
    }

    /**
     * Goes through the handshake.
     *
     * @throws IOException if it fails
     */
    public void handshake() throws IOException {
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> engine.wrap(NOTHING, buffers.out());
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    flush();
                    decrypt(NOTHING);
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    wrapRest();
                    flush();
                    return;
                }
            }
        }
    }

    /**
     * Sends the rest of the last flight: Conscrypt does not ask for all of its wraps, while SunJSSE would make an empty
     * record.
     */
    private void wrapRest() throws IOException {
        boolean more = engine.getClass().getModule() != Object.class.getModule();
        while (more) {
            more = engine.wrap(NOTHING, buffers.out()).bytesProduced() > 0;
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int before = source.remaining();
        while (source.hasRemaining()) {
            SSLEngineResult result = engine.wrap(source, buffers.out());
            if (result.getStatus() != SSLEngineResult.Status.OK || !source.hasRemaining()) {
                flush();
            }
        }
        return before;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (true) {
            ByteBuffer aside = buffers.aside();
            if (aside.hasRemaining()) {
                int count = Math.min(aside.remaining(), target.remaining());
                target.put(aside.slice(aside.position(), count));
                aside.position(aside.position() + count);
                return count;
            }
            int count = decrypt(target);
            if (count > 0) {
                return count;
            }
        }
    }

    /** Decrypts a record, reading more if there is none. Returns the number of application octets. */
    private int decrypt(ByteBuffer target) throws IOException {
        ByteBuffer in = buffers.in();
        SSLEngineResult result = engine.unwrap(in, target);
        switch (result.getStatus()) {
            case OK -> {
                return result.bytesProduced();
            }
            case BUFFER_UNDERFLOW -> fill(in);
            case BUFFER_OVERFLOW -> {
                // SunJSSE returns this even if the record is not complete.
                SSLEngineResult aside = engine.unwrap(in, buffers.aside().clear());
                buffers.aside().flip();
                if (aside.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    fill(in);
                }
            }
            case CLOSED -> throw new EOFException("Expected a record, got close_notify");
        }
        return 0;
    }

    private void fill(ByteBuffer in) throws IOException {
        in.compact();
        int count = transport.read(in);
        in.flip();
        if (count < 0) {
            throw new EOFException("Expected a record, got the end");
        }
    }

    @Override
    public boolean isOpen() {
        return transport.isOpen();
    }

    @Override
    public void close() throws IOException {
        engine.closeOutbound();
        transport.close();
    }

    private void flush() throws IOException {
        ByteBuffer out = buffers.out().flip();
        while (out.hasRemaining()) {
            transport.write(out);
        }
        out.clear();
    }
}
