package dev.starttls.core.nio;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;

/** The network side of a channel: the caller's byte channel with a buffer for each direction, lent while in use. */
final class Transport {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ByteChannel channel;
    private final BufferPool pool = BufferPool.shared();
    /** Octets read and not taken yet, to be read from; only its reader touches it. */
    private ByteBuffer in = NOTHING;
    /** Octets to be written, to be read from; only its writer touches it. */
    private ByteBuffer out = NOTHING;

    Transport(ByteChannel channel) {
        this.channel = channel;
    }

    ByteChannel channel() {
        return channel;
    }

    boolean blocking() {
        return !(channel instanceof SelectableChannel selectable) || selectable.isBlocking();
    }

    ByteBuffer in() {
        return in;
    }

    /** Reads more behind what is there. Returns -1 at the end of the stream, 0 if there is nothing now. */
    int fill() throws IOException {
        return channel.read(makeRoom());
    }

    /**
     * The same, blocking at most for a time where the channel can.
     *
     * @throws SocketTimeoutException if nothing came in that time
     */
    int fill(long nanos) throws IOException {
        if (!(channel instanceof SocketChannel socket) || !socket.isBlocking()) {
            return fill();
        }
        ByteBuffer room = makeRoom();
        // The socket's stream is the one blocking read of a channel that takes a time limit.
        int before = socket.socket().getSoTimeout();
        socket.socket().setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, nanos / NANOS_PER_MILLI + 1)));
        try {
            int count = socket.socket()
                    .getInputStream()
                    .read(room.array(), room.arrayOffset() + room.position(), room.remaining());
            if (count > 0) {
                room.position(room.position() + count);
            }
            return count;
        } finally {
            if (socket.isOpen()) {
                socket.socket().setSoTimeout(before);
            }
        }
    }

    /** To be called behind each {@link #fill}, and when octets were taken: turns the buffer over, or gives it back. */
    void filled() {
        in.flip();
        releaseIn();
    }

    void releaseIn() {
        if (in.capacity() > 0 && !in.hasRemaining()) {
            pool.give(in);
            in = NOTHING;
        }
    }

    boolean hasOutput() {
        return out.hasRemaining();
    }

    /** Whether there may be no room for another record. */
    boolean outputFull() {
        return out.capacity() > 0 && out.capacity() - out.remaining() < BufferPool.SIZE / 2;
    }

    /** A buffer to put octets in that are to be written; to be followed by {@link #ready}. */
    ByteBuffer out() {
        if (out.capacity() == 0) {
            out = pool.take();
        } else {
            out.compact();
        }
        return out;
    }

    void ready() {
        out.flip();
        releaseOut();
    }

    /** Writes what waits. Returns whether all of it has left; false only on a non-blocking channel. */
    boolean flush() throws IOException {
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                return false;
            }
        }
        releaseOut();
        return true;
    }

    private ByteBuffer makeRoom() {
        if (in.capacity() == 0) {
            in = pool.take();
        } else {
            in.compact();
        }
        return in;
    }

    private void releaseOut() {
        if (out.capacity() > 0 && !out.hasRemaining()) {
            pool.give(out);
            out = NOTHING;
        }
    }

    /** Gives the buffers back, whatever is in them. */
    void release() {
        in.position(in.limit());
        out.position(out.limit());
        releaseIn();
        releaseOut();
    }
}
