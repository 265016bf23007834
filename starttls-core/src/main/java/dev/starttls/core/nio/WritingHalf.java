package dev.starttls.core.nio;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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

    /**
     * How long a reader waits for the peer to take answers, of which it keeps no more: as long as a peer has for a phase by {@link
     * dev.starttls.core.upgrade.UpgradeLimits#DEFAULT}.
     */
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    /** How often such a reader looks whether the writer has sent what was kept: a small part of a round trip on the Internet. */
    private static final Duration LOOK = Duration.ofMillis(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Transport transport;
    private final UpgradeConnection connection;
    /** A reader has found that TLS has something to send, and has not seen all of it leave: the next to write sends it. */
    private volatile boolean answerLeft;
    /** Answers were put out or set aside since the application's last octets; a peer takes few of them in a row. */
    private volatile boolean answered;

    private Executor tasks = SameThread.INSTANCE;
    private Runnable taskEnded = SameThread.INSTANCE;
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

    /** The same for the octets of one call. Returns how many were taken. */
    int put(ByteBuffer src) throws IOException {
        checkOpen();
        int waiting = src.remaining();
        if (waiting > 0) {
            take(src);
        }
        return waiting - src.remaining();
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
            if (src.hasRemaining() && !transport.hasOutput() && connection.want() != Want.TASK) {
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
        boolean due = left && outputDue();
        while (due) {
            boolean put = move(NOTHING);
            answered(put);
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
        long deadline = System.nanoTime() + nanos;
        boolean left = transport.flush(nanos);
        for (int turn = 0; turn < MAX_OUTPUT_TURNS && left && outputDue(); turn++) {
            answered(transmit(NOTHING));
            left = transport.flush(deadline - System.nanoTime());
        }
        return left && !outputDue();
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
     * <p>No more is kept than what TLS holds and as much again: each answer changes the keys, so that none can be left out, and a
     * peer like this one takes 32 in a row without data ({@code RecordReader}). A reader that would have to keep more waits for
     * room after all, as long as {@link #MAX_WAIT} where writes can be timed.
     *
     * @param stuck whether TLS takes nothing more from the peer before its answers were taken
     */
    void answer(boolean stuck) throws IOException {
        boolean full = stuck && !setAside();
        answerLeft = true;
        if (full && transport.blocking()) {
            awaitRoom();
            return;
        }
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

    /** Tasks run where a loop has them run, which is woken when one has. To be called with both locks held. */
    void tasks(Executor executor, Runnable wake) {
        tasks = executor;
        taskEnded = wake;
    }

    /**
     * Runs the task that TLS waits for, or waits until another thread has run it, but where an executor of a loop does. Once
     * the connection is the application's, there is seldom one: the engines that have them are not the JDK's. Returns false if
     * it still runs.
     */
    boolean runTask() throws UpgradeException {
        if (tasks != SameThread.INSTANCE) {
            return HandedOutTask.run(connection, tasks, taskEnded);
        }
        runTaskHere();
        return true;
    }

    private synchronized void runTaskHere() {
        Optional<Runnable> task = connection.task();
        if (task.isPresent()) {
            task.get().run();
        }
    }

    /** Never back to false here, where a reader may have set something aside in the meantime. */
    private void answered(boolean put) {
        if (put) {
            answered = true;
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
                if (!runTask()) {
                    return any;
                }
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
     * blocked in the transport meanwhile, with its lock and its own octets. Returns false, and takes nothing, where answers are
     * kept already.
     */
    private boolean setAside() throws IOException {
        synchronized (transport) {
            if (transport.hasAnswers() || answered) {
                return false;
            }
            answered = true;
            try {
                ByteBuffer room = transport.answers();
                for (int turn = 0; turn < MAX_OUTPUT_TURNS && connection.want() == Want.WRITE; turn++) {
                    connection.transmit(NOTHING, room);
                }
            } finally {
                transport.keepAnswers();
            }
            return true;
        }
    }

    /**
     * Of a reader: waits until a writer at work has sent what is kept, and keeps what TLS has to say next; or until it is done, and
     * then until the peer has taken all of it.
     */
    private void awaitRoom() throws IOException {
        long limit = transport.readNanos();
        long wait = limit > 0 ? Math.min(limit, MAX_WAIT.toNanos()) : MAX_WAIT.toNanos();
        long deadline = System.nanoTime() + wait;
        boolean locked = false;
        while (!locked) {
            if (setAside()) {
                return;
            }
            if (deadline - System.nanoTime() <= 0) {
                throw unread(wait);
            }
            locked = lockSoon();
        }
        try {
            answerLeft = transport.timed() ? !flush(deadline - System.nanoTime()) : !flush();
        } finally {
            lock.unlock();
        }
        if (answerLeft) {
            throw unread(wait);
        }
    }

    private boolean lockSoon() throws IOException {
        try {
            return lock.tryLock(LOOK.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // As a channel does that is interrupted while it blocks.
            Thread.currentThread().interrupt();
            transport.channel().close();
            throw new ClosedByInterruptException();
        }
    }

    private static IOException unread(long nanos) {
        return new SSLException(
                "Expected the peer to take the answers to its requests for new keys (KeyUpdate, RFC 8446 section"
                        + " 4.6.3) within " + Duration.ofNanos(nanos).toMillis()
                        + " ms, but it does not read; read again to wait on, or close the"
                        + " channel");
    }

    /**
     * Returns whether any octet was put out. Records leave in the order in which TLS has made them: those that a reader has
     * set aside come first, and it sets none aside meanwhile.
     */
    private boolean transmit(ByteBuffer src) throws IOException {
        synchronized (transport) {
            int waiting = src.remaining();
            boolean put = transport.hasAnswers() ? transport.putAnswers() : transmitNext(src);
            if (src.remaining() < waiting) {
                answered = false;
            }
            return put;
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
