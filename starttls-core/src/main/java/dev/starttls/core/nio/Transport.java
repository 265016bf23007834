package dev.starttls.core.nio;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/**
 * The network side of a channel: the caller's byte channel with a buffer for each direction, lent while in use. Input and
 * output have nothing in common, so that one thread may use each. What a reader sets aside for the output is guarded by the
 * monitor of this object.
 */
final class Transport {

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** The longest wait, where there is no limit: half of what a clock in nanoseconds can express. */
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;
    /** What is still taken of a peer that is hung up on, in octets: more than a dialogue makes a kernel have ready. */
    private static final int MAX_UNREAD = 1 << 20;

    private final ByteChannel channel;
    private PooledBuffer in = BufferPool.shared().idle();
    private PooledBuffer out = BufferPool.shared().idle();
    /** Records of TLS that a reader has found while a writer was using the output; held only while there are any. */
    private volatile PooledBuffer answers = BufferPool.shared().idle();

    private final TimedChannel waits;
    /** How long the application's reads and writes may wait, in nanoseconds; 0 for no limit. */
    private volatile long readNanos;

    private volatile long writeNanos;

    Transport(ByteChannel channel) {
        this.channel = channel;
        this.waits = new TimedChannel(channel);
    }

    /** The caller's. */
    ByteChannel channel() {
        return channel;
    }

    /** As its user has set it, also while a thread of this package has switched it for a moment. */
    boolean blocking() {
        return waits.blocking();
    }

    void readTimeout(Duration timeout) {
        readNanos = limit("readTimeout", timeout);
    }

    void writeTimeout(Duration timeout) {
        writeNanos = limit("writeTimeout", timeout);
    }

    private long limit(String name, Duration timeout) {
        long nanos = TimeLimit.nanos(name, timeout);
        if (nanos > 0 && !(channel instanceof SocketChannel)) {
            throw new UnsupportedOperationException(
                    name + ": expected a SocketChannel as transport, whose waits can be ended, got "
                            + channel.getClass().getName() + "; give that a time limit of its own");
        }
        return nanos;
    }

    long readNanos() {
        return readNanos;
    }

    long writeNanos() {
        return writeNanos;
    }

    /** Whether every wait for the channel is one for a selector, so that those of a reader and a writer can both be timed. */
    private boolean waitsBySelector() {
        return (readNanos > 0 || writeNanos > 0)
                && channel instanceof SocketChannel socket
                && (writeNanos > 0 || !Connector.overInternet(socket))
                && blocking();
    }

    /** Whether blocking reads and writes can have a time limit. */
    boolean timed() {
        return channel instanceof SocketChannel && blocking();
    }

    /** Whether a blocking read can have a time limit while another thread writes, for which it is not to wait. */
    boolean timedBesideWriter() {
        if (!timed()) {
            return false;
        }
        return waitsBySelector() || (channel instanceof SocketChannel socket && Connector.overInternet(socket));
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
        return waitsBySelector() ? fillWithin((SocketChannel) channel, NO_LIMIT) : fillNow();
    }

    private int fillWithin(SocketChannel socket, long nanos) throws IOException {
        return waits.within(socket, SelectionKey.OP_READ, nanos, this::fillOnce)
                .orElseThrow(() -> new SocketTimeoutException("nothing came in time"));
    }

    private int fillNow() throws IOException {
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
        return channel instanceof SocketChannel socket && blocking() ? fill(socket, nanos) : fillNow();
    }

    /**
     * The same, and no longer than until it is woken.
     *
     * @return 0 if it was woken, and on a channel that is not {@link #timed} also if there is nothing now
     * @throws SocketTimeoutException if nothing came in that time
     */
    int fill(long nanos, Wakeup wakeup) throws IOException {
        if (!(channel instanceof SocketChannel socket && blocking())) {
            return fillNow();
        }
        return waits.within(
                        socket,
                        SelectionKey.OP_READ,
                        nanos,
                        () -> {
                            int count = fillNow();
                            return count == 0 && !wakeup.taken() ? Optional.empty() : Optional.of(count);
                        },
                        Optional.of(wakeup))
                .orElseThrow(() -> new SocketTimeoutException("nothing came in time"));
    }

    private int fill(SocketChannel socket, long nanos) throws IOException {
        if (waitsBySelector() || !Connector.overInternet(socket)) {
            // Unix-domain channels have no socket whose reads could be timed.
            return fillWithin(socket, nanos);
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

    /**
     * Writes what waits. Returns whether all of it has left; false only on a non-blocking channel.
     *
     * @throws SocketTimeoutException if the peer did not take it in the time for writes; what it did not take still waits
     */
    boolean flush() throws IOException {
        if (!hasOutput() || !waitsBySelector()) {
            return flushNow();
        }
        long limit = writeNanos;
        if (waits.within((SocketChannel) channel, SelectionKey.OP_WRITE, limit > 0 ? limit : NO_LIMIT, this::flushAll)
                .isEmpty()) {
            throw Failures.writeTimedOut(limit);
        }
        return true;
    }

    private boolean flushNow() throws IOException {
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
        if (hasOutput() && channel instanceof SocketChannel socket && blocking()) {
            return waits.within(socket, SelectionKey.OP_WRITE, nanos, this::flushAll)
                    .isPresent();
        }
        return flushNow();
    }

    /** What the peer sends next is to be acknowledged at once, where the system can: it may be holding something back. */
    void acknowledgeAtOnce() {
        if (channel instanceof NetworkChannel network) {
            QuickAck.ask(network);
        }
    }

    private Optional<Integer> flushAll() throws IOException {
        return flushNow() ? Optional.of(0) : Optional.empty();
    }

    private Optional<Integer> fillOnce() throws IOException {
        int count = fillNow();
        return count == 0 ? Optional.empty() : Optional.of(count);
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
