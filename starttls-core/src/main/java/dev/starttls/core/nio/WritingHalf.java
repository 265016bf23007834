package dev.starttls.core.nio;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** One direction of a channel that is the application's: takes its octets. All but the lock is for who holds it. */
final class WritingHalf {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** How often in a row the connection may put out nothing, before it is taken to have nothing more to say. */
    private static final int IDLE_TURNS = 4;
    /** What one call takes on a non-blocking transport, however much the peer does: sixteen records of the greatest length. */
    private static final int MAX_PER_CALL = 16 * 16_384;

    private final ReentrantLock lock = new ReentrantLock();
    private final Transport transport;
    private final UpgradeConnection connection;
    private boolean ended;
    private boolean shutdownDue;

    WritingHalf(Transport transport, UpgradeConnection connection) {
        this.transport = transport;
        this.connection = connection;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** What both directions of the channel cross. */
    Transport transport() {
        return transport;
    }

    /** What both directions of the channel go through. */
    UpgradeConnection connection() {
        return connection;
    }

    /**
     * Takes octets, and writes when a buffer is full, until all were taken or the transport takes no more; on a non-blocking
     * one not more than a bounded number. Leaves the last buffer to {@link #flush}, and what TLS has to say as well: to ask
     * takes the engine's lock, for which a reader may wait.
     *
     * @throws ClosedChannelException if no more octets of the application can be sent
     */
    void take(ByteBuffer src) throws IOException {
        checkOpen();
        int limit = src.limit();
        if (!transport.blocking() && src.remaining() > MAX_PER_CALL) {
            src.limit(src.position() + MAX_PER_CALL);
        }
        try {
            move(src);
            if (src.hasRemaining() && !transport.hasOutput()) {
                // close_notify has left in the meantime, or the peer's was answered (RFC 5246 section 7.2.1).
                throw new ClosedChannelException();
            }
        } finally {
            src.limit(limit);
        }
    }

    /**
     * Writes what waits, then what TLS has to say, which is asked last: a reader leaves its answers to a writer at work, and
     * the transport may have blocked that one for long. Returns whether all of it has left.
     */
    boolean flush() throws IOException {
        boolean left = transport.flush();
        Want want = connection.want();
        if (want == Want.WRITE || want == Want.TASK) {
            move(NOTHING);
            left = transport.flush();
        }
        if (left && shutdownDue) {
            shutdownDue = false;
            transport.shutdownOutput();
        }
        return left;
    }

    /** The application sends nothing more. */
    void end() throws IOException {
        ended = true;
        if (connection.state() == State.PLAINTEXT) {
            shutdownDue = true;
        } else {
            connection.close();
        }
        flush();
    }

    /**
     * Begins to close: sends close_notify, if there is TLS and the transport takes it.
     *
     * @param nanos how long to wait for a blocking transport that has no room; {@link Long#MAX_VALUE} for as long as it
     *     takes, which is the only way while another thread reads from it
     */
    void close(long nanos) throws IOException {
        ended = true;
        connection.close();
        if (nanos == Long.MAX_VALUE || !transport.blocking()) {
            flush();
            return;
        }
        for (int turn = 0; turn < IDLE_TURNS && connection.want() == Want.WRITE; turn++) {
            transmit(NOTHING);
        }
        transport.flush(nanos);
    }

    void checkOpen() throws ClosedChannelException {
        if (ended) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Runs the task that TLS waits for, or waits until another thread has run it. Once the connection is the application's,
     * there is seldom one: the engines that have them are not the JDK's.
     */
    synchronized void runTask() {
        Optional<Runnable> task = connection.task();
        if (task.isPresent()) {
            task.get().run();
        }
    }

    private void move(ByteBuffer src) throws IOException {
        boolean taking = src.hasRemaining();
        for (int idle = 0; idle < IDLE_TURNS; idle++) {
            int waiting = src.remaining();
            if (transmit(src) || src.remaining() < waiting || transport.hasOutput()) {
                idle = 0;
            }
            if (taking && !src.hasRemaining()) {
                return;
            }
            Want want = connection.want();
            if (want == Want.TASK) {
                runTask();
            } else if (!src.hasRemaining() && want != Want.WRITE) {
                return;
            }
            if (!transport.flush()) {
                return;
            }
        }
    }

    /** Returns whether any octet was put out. */
    private boolean transmit(ByteBuffer src) throws IOException {
        ByteBuffer out = transport.out();
        int before = out.position();
        // There is no way back to plaintext from here.
        boolean secure = connection.state() == State.SECURE;
        boolean records = false;
        boolean put = false;
        try {
            connection.transmit(src, out);
            records = secure;
        } catch (Throwable e) {
            transport.wipeRoom();
            throw e;
        } finally {
            put = out.position() > before;
            if (records) {
                transport.putRecords();
            } else {
                transport.put();
            }
        }
        return put;
    }
}
