package dev.starttls.core.nio;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The network side of a channel: the caller's byte channel with a buffer for each direction, lent while in use. Input and
 * output have nothing in common, so that one thread may use each. What a reader sets aside for the output is guarded by the
 * monitor of this object.
 */
final class Transport {

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** How often a wait looks whether the channel was closed by others, which wakes no selector: as often as an acceptor. */
    private static final long LOOK_MILLIS = Acceptor.LOOK_NANOS / NANOS_PER_MILLI;
    /** What is still taken of a peer that is hung up on, in octets: more than a dialogue makes a kernel have ready. */
    private static final int MAX_UNREAD = 1 << 20;

    private final ByteChannel channel;
    private PooledBuffer in = BufferPool.shared().idle();
    private PooledBuffer out = BufferPool.shared().idle();
    /** Records of TLS that a reader has found while a writer was using the output; held only while there are any. */
    private volatile PooledBuffer answers = BufferPool.shared().idle();
    /** Odd while this class has made a blocking channel non-blocking for a moment. */
    private final AtomicInteger switches = new AtomicInteger();

    Transport(ByteChannel channel) {
        this.channel = channel;
    }

    /** The caller's. */
    ByteChannel channel() {
        return channel;
    }

    /** As its user has set it, also while a thread of this class has switched it for a moment. */
    boolean blocking() {
        if (!(channel instanceof SelectableChannel selectable)) {
            return true;
        }
        while (true) {
            int before = switches.get();
            boolean now = selectable.isBlocking();
            if (switches.get() == before) {
                return now || before % 2 != 0;
            }
        }
    }

    /** Whether blocking reads and writes can have a time limit. */
    boolean timed() {
        return channel instanceof SocketChannel && blocking();
    }

    /** Whether a blocking read has its time limit without the channel being made non-blocking meanwhile. */
    boolean timedBySocket() {
        return timed() && channel instanceof SocketChannel socket && Connector.overInternet(socket);
    }

    /** The octets that were read and not taken yet; when all are taken, {@link #taken} is due. */
    ByteBuffer in() {
        return in.octets();
    }

    /** Gives the input's buffer back if nothing is in it. */
    void taken() {
        in = in.releaseIfEmpty();
    }

    /** What followed the end of the session is dropped. */
    void discardInput() {
        in = in.release();
    }

    /** Reads more, after what is there. Returns -1 at the end of the stream, 0 if there is nothing now. */
    int fill() throws IOException {
        in = in.acquire();
        ByteBuffer room = in.room();
        int before = room.position();
        try {
            int count = channel.read(room);
            if (count > 0 && room.position() == before) {
                throw broken("to read octets, none or the end", count + " without any");
            }
            return count;
        } finally {
            in = in.flip();
        }
    }

    /** A channel that says that octets have moved which have not would be asked again and again. */
    private IOException broken(String expected, String got) {
        return new IOException("Expected the channel " + expected + ", got " + got + "; see what "
                + channel.getClass().getName() + " does");
    }

    /**
     * The same, blocking at most for a time where the channel is {@link #timed}.
     *
     * @throws SocketTimeoutException if nothing came in that time
     */
    int fill(long nanos) throws IOException {
        return channel instanceof SocketChannel socket && socket.isBlocking() ? fill(socket, nanos) : fill();
    }

    private int fill(SocketChannel socket, long nanos) throws IOException {
        if (!Connector.overInternet(socket)) {
            // Unix-domain channels have no socket whose reads could be timed.
            return timed(socket, SelectionKey.OP_READ, nanos, this::fillOnce)
                    .orElseThrow(() -> new SocketTimeoutException("nothing came in time"));
        }
        try {
            // The socket's stream is the one blocking read of a channel that takes a time limit.
            int before = socket.socket().getSoTimeout();
            socket.socket().setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, nanos / NANOS_PER_MILLI + 1)));
            try {
                return read(socket.socket().getInputStream());
            } finally {
                if (socket.isOpen()) {
                    socket.socket().setSoTimeout(before);
                }
            }
        } catch (SocketException e) {
            throw socket.isOpen() ? e : asynchronousClose(e);
        }
    }

    private int read(InputStream stream) throws IOException {
        in = in.acquire();
        ByteBuffer room = in.room();
        try {
            int count = stream.read(room.array(), room.arrayOffset() + room.position(), room.remaining());
            room.position(room.position() + Math.max(0, count));
            return count;
        } finally {
            in = in.flip();
        }
    }

    private static IOException asynchronousClose(SocketException thrown) {
        IOException closed = new AsynchronousCloseException();
        closed.initCause(thrown);
        return closed;
    }

    /** Whether octets wait to be written. */
    boolean hasOutput() {
        return out.octets().hasRemaining();
    }

    /** Room to put octets in that are to be written; to be followed by {@link #put} or {@link #putRecords}. */
    ByteBuffer out() {
        out = out.acquire();
        return out.room();
    }

    /** What was put in is to be written. */
    void put() {
        out = out.flip();
    }

    /** The same where nothing but TLS records was put in, which may stay in the buffer once they have left. */
    void putRecords() {
        out = out.flipRecords();
    }

    /** Whether anything was set aside for the output. */
    boolean hasAnswers() {
        return answers.held();
    }

    /** Room to set records aside in; to be followed by {@link #keepAnswers}. */
    ByteBuffer answers() {
        answers = answers.acquire();
        return answers.room();
    }

    void keepAnswers() {
        answers = answers.flip();
    }

    /** Puts what was set aside into the output, as much as there is room for. Returns whether any of it was put. */
    boolean putAnswers() {
        ByteBuffer kept = answers.octets();
        ByteBuffer room = out();
        int count = Math.min(kept.remaining(), room.remaining());
        room.put(kept.slice(kept.position(), count));
        kept.position(kept.position() + count);
        put();
        answers = answers.releaseIfEmpty();
        return count > 0;
    }

    /** Putting octets in has failed, and some may be there; {@link #put} is due all the same. */
    void wipeRoom() {
        out.wipeRoom();
    }

    /** Writes what waits. Returns whether all of it has left; false only on a non-blocking channel. */
    boolean flush() throws IOException {
        while (out.octets().hasRemaining()) {
            int before = out.octets().remaining();
            int count = channel.write(out.octets());
            if (count < 0) {
                throw broken("to write octets or none", String.valueOf(count));
            }
            if (count > 0 && out.octets().remaining() == before) {
                throw broken("to write octets or none", count + " and none was taken");
            }
            if (count == 0) {
                return false;
            }
        }
        out = out.releaseIfEmpty();
        return true;
    }

    /**
     * Writes what waits, and on a {@link #timed} channel blocks no longer than a time; on another blocking channel as long
     * as the channel itself does.
     *
     * @param nanos how long to wait; 0 or less not to wait
     * @return whether all of it has left
     */
    boolean flush(long nanos) throws IOException {
        if (hasOutput() && channel instanceof SocketChannel socket && socket.isBlocking()) {
            return timed(socket, SelectionKey.OP_WRITE, nanos, this::flushAll).isPresent();
        }
        return flush();
    }

    /** What the peer sends next is to be acknowledged at once, where the system can: it may be holding something back. */
    void acknowledgeAtOnce() {
        if (channel instanceof NetworkChannel network) {
            QuickAck.ask(network);
        }
    }

    private Optional<Integer> flushAll() throws IOException {
        return flush() ? Optional.of(0) : Optional.empty();
    }

    /** Tries again and again, whenever the channel is ready, as long as there is no result and time is left. */
    private Optional<Integer> timed(SocketChannel socket, int operation, long nanos, Attempt attempt)
            throws IOException {
        long deadline = System.nanoTime() + nanos;
        switches.incrementAndGet();
        try {
            socket.configureBlocking(false);
            Optional<Integer> result = attempt.make();
            if (result.isPresent() || nanos <= 0) {
                return result;
            }
            try (Selector selector = socket.provider().openSelector()) {
                socket.register(selector, operation);
                for (long left = nanos; result.isEmpty() && left > 0; left = deadline - System.nanoTime()) {
                    selector.select(Math.min(LOOK_MILLIS, left / NANOS_PER_MILLI + 1));
                    selector.selectedKeys().clear();
                    // Throws if the channel was closed, or the thread interrupted, in the meantime.
                    result = attempt.make();
                }
            }
            return result;
        } finally {
            try {
                if (socket.isOpen()) {
                    socket.configureBlocking(true);
                }
            } finally {
                switches.incrementAndGet();
            }
        }
    }

    private Optional<Integer> fillOnce() throws IOException {
        int count = fill();
        return count == 0 ? Optional.empty() : Optional.of(count);
    }

    /** One try of something that a non-blocking channel may not be ready for. */
    private interface Attempt {
        Optional<Integer> make() throws IOException;
    }

    /** Ends the output of the connection itself, where there is such a thing. */
    void shutdownOutput() throws IOException {
        if (channel instanceof SocketChannel socket) {
            socket.shutdownOutput();
        }
    }

    /**
     * Closes in a way that lets what was written last arrive: TCP answers octets that were not read with a reset, which
     * may overtake it (RFC 2525 section 2.17). To be called when no thread reads or writes.
     */
    void hangUp() {
        try {
            if (channel instanceof SocketChannel socket && socket.isConnected()) {
                socket.shutdownOutput();
                socket.configureBlocking(false);
                skip(socket);
            }
        } catch (IOException e) {
            // The peer has gone already.
            in = in.release();
        } finally {
            Quietly.close(channel);
        }
    }

    /** Gives the buffers back, whatever is in them. */
    synchronized void release() {
        in = in.release();
        out = out.release();
        answers = answers.release();
    }

    /** Whether a buffer is lent. */
    boolean holdsBuffers() {
        return in.held() || out.held() || answers.held();
    }

    private void skip(SocketChannel socket) throws IOException {
        in = in.release();
        int count = 1;
        for (int total = 0; count > 0 && total < MAX_UNREAD; total += count) {
            in = in.acquire();
            try {
                count = socket.read(in.room());
            } finally {
                in = in.flip();
                in = in.release();
            }
        }
    }
}
