package dev.starttls.core.nio;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;

/**
 * One direction of a channel that is the application's: takes its octets. All but the lock is for the thread that holds it,
 * except for {@link #answer}, which is the reader's.
 */
final class WritingHalf {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /**
     * How many turns in a row may put out nothing before the connection is taken to have nothing more to say, and how many
     * turns a {@link #flush(long)} has: the answers that were set aside, a task, the output that it was for and close_notify
     * take one each.
     */
    private static final int MAX_OUTPUT_TURNS = 4;
    /** What one call takes on a non-blocking transport, however much the peer does: sixteen records of the greatest length. */
    private static final int MAX_PER_CALL = 16 * 16_384;

    private final ReentrantLock lock = new ReentrantLock();
    private final Transport transport;
    private final UpgradeConnection connection;
    /** A reader has found that TLS has something to send, and has not seen all of it leave: the next to write sends it. */
    private volatile boolean answerLeft;

    private boolean ended;
    private boolean shutdownDue;

    WritingHalf(Transport transport, UpgradeConnection connection) {
        this.transport = transport;
        this.connection = connection;
    }

    ReentrantLock lock() {
        return lock;
    }

    /**
     * Gives the lock up at the end of a write, and sends what a reader has left to its holder: it may have found the lock
     * held after the writer had asked TLS for the last time.
     */
    void unlock() {
        lock.unlock();
        while (answerLeft && lock.tryLock()) {
            try {
                flush();
            } catch (IOException e) {
                // The write itself is done. What the transport or TLS has failed with, the next call meets.
                return;
            } finally {
                lock.unlock();
            }
        }
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
     * the transport may have blocked that one for long. TLS is asked until it has nothing more to say, since the next answer
     * may come up while the last one leaves. Returns whether all of it has left.
     */
    boolean flush() throws IOException {
        answerLeft = false;
        boolean left = transport.flush();
        boolean due = outputDue();
        while (due) {
            boolean put = move(NOTHING);
            left = transport.flush();
            due = put && left && outputDue();
        }
        if (left && shutdownDue) {
            shutdownDue = false;
            transport.shutdownOutput();
        }
        return left;
    }

    /**
     * Writes what waits and what TLS has to say, and waits no longer than a time where the transport can be timed; on another
     * blocking one as long as that blocks. No other thread may read meanwhile. Returns whether all of it has left.
     */
    private boolean flush(long nanos) throws IOException {
        for (int turn = 0; turn < MAX_OUTPUT_TURNS && outputDue(); turn++) {
            boolean unusedPut = transmit(NOTHING);
        }
        return transport.flush(nanos) && !outputDue();
    }

    /**
     * Of a reader, which holds its own lock: sends what TLS has to say as far as that leaves without a wait. A reader that
     * waited for the peer to read could wait forever, as the peer's may be waiting for this one: both sides may have asked for
     * new keys more often than there is room for the answers. What does not leave now is sent by a writer at work, or with
     * the next call of either side; an answer is due before the next octets of the application, not earlier (RFC 8446
     * section 4.6.3).
     *
     * <p>On a blocking transport that cannot be timed nothing leaves without the risk of a wait, so that answers are left to
     * the next write. What ends the session is written all the same: nothing more is read that could be kept waiting.
     *
     * @param stuck whether TLS takes nothing more from the peer before its answers were taken
     */
    void answer(boolean stuck) throws IOException {
        if (stuck) {
            setAside();
        }
        answerLeft = true;
        if (!lock.tryLock()) {
            return;
        }
        try {
            boolean over = connection.inputEnded() || connection.state() == State.FAILED;
            if (!transport.blocking()) {
                // Octets that the transport does not take are the caller's to flush, as after a write.
                boolean unusedLeft = flush(0);
                answerLeft = false;
            } else if (transport.timed() || over) {
                answerLeft = !flush(0);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #answer} is due again: something that a reader has found may not have left yet. */
    boolean answerLeft() {
        return answerLeft;
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
        boolean unusedLeft = flush(nanos);
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

    /** Whether TLS has something to say, or needs a task for that, or a reader has set aside what it had to say. */
    private boolean outputDue() {
        Want want = connection.want();
        return want == Want.WRITE || want == Want.TASK || transport.hasAnswers();
    }

    /** Returns whether any octet was put out. */
    private boolean move(ByteBuffer src) throws IOException {
        boolean taking = src.hasRemaining();
        boolean any = false;
        for (int idle = 0; idle < MAX_OUTPUT_TURNS; idle++) {
            int waiting = src.remaining();
            boolean put = transmit(src);
            any |= put;
            if (put || src.remaining() < waiting || transport.hasOutput()) {
                idle = 0;
            }
            if (taking && !src.hasRemaining()) {
                return any;
            }
            if (connection.want() == Want.TASK) {
                runTask();
            } else if (!src.hasRemaining() && !outputDue()) {
                return any;
            }
            if (!transport.flush()) {
                return any;
            }
        }
        return any;
    }

    /**
     * Takes what TLS has to say, so that it takes more from the peer, and keeps it until there is room for it. A writer may be
     * blocked in the transport meanwhile, with its lock and its own octets. A peer that does not read can make this side keep
     * one buffer: more than 400 answers, of 43 octets each with SunJSSE (RFC 8446 section 4.6.3), and a record of the writer's.
     */
    private void setAside() throws IOException {
        synchronized (transport) {
            boolean full = false;
            try {
                ByteBuffer room = transport.answers();
                connection.transmit(NOTHING, room);
                full = !room.hasRemaining();
            } finally {
                transport.keepAnswers();
            }
            if (full) {
                throw new SSLException(
                        "Expected the peer to read the answers to its requests for new keys (KeyUpdate, RFC"
                                + " 8446 section 4.6.3), got " + BufferPool.SIZE + " octets that it has not read");
            }
        }
    }

    /**
     * Returns whether any octet was put out. Records leave in the order in which TLS has made them: those that a reader has
     * set aside come first, and it sets none aside meanwhile.
     */
    private boolean transmit(ByteBuffer src) throws IOException {
        synchronized (transport) {
            return transport.hasAnswers() ? transport.putAnswers() : transmitNext(src);
        }
    }

    private boolean transmitNext(ByteBuffer src) throws IOException {
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
