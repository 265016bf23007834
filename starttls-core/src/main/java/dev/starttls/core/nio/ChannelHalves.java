package dev.starttls.core.nio;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The two directions of a channel, and what they have in common: the upgrade, which uses both, a failure of TLS, and their
 * end. A thread that holds both locks has taken the reader's first.
 */
final class ChannelHalves {

    /**
     * A peer that has taken nothing for so long that there is no room for an alert will not read it either. 5 s leave time for
     * two retransmissions of a lost segment, after 1 s and 3 s (RFC 6298 sections 2.1 and 5.5).
     */
    private static final long CLOSE_NANOS = 5_000_000_000L;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final WritingHalf writing;
    private final ReadingHalf reading;

    private volatile Condition condition = Condition.UNUSED;
    /** The loop that reads and writes in the place of others. */
    private volatile Optional<Borrower> borrower = Optional.empty();

    /**
     * Reads and writes in the place of others.
     *
     * @param user the channel by which it does
     * @param closed called by any thread that closes the channel, perhaps more than once
     */
    private record Borrower(Object user, Runnable closed) {}

    /** How far the channel has come; never back. */
    enum Condition {
        /** Its upgrade has not begun. */
        UNUSED,
        /** It has, and may be over. */
        IN_USE,
        /** A thread closes it, and may say so to the peer first. */
        CLOSING,
        /** It cannot be used any more. */
        CLOSED
    }

    ChannelHalves(Transport transport, UpgradeConnection connection) {
        this.writing = new WritingHalf(transport, connection);
        this.reading = new ReadingHalf(writing);
    }

    WritingHalf writing() {
        return writing;
    }

    ReadingHalf reading() {
        return reading;
    }

    Transport transport() {
        return writing.transport();
    }

    void lock() {
        reading.lock().lock();
        writing.lock().lock();
    }

    /** Returns false, and takes neither, if another thread reads or writes. */
    boolean tryLock() {
        boolean first = reading.lock().tryLock();
        boolean both = first && writing.lock().tryLock();
        if (first && !both) {
            reading.lock().unlock();
        }
        return both;
    }

    /** From here one user alone may read and write. To be called with both locks held. */
    void lend(Object user, Runnable closed) {
        borrower = Optional.of(new Borrower(user, closed));
    }

    /** All may read and write again. */
    void takeBack() {
        borrower = Optional.empty();
    }

    /**
     * The upgrade has failed, or its dialogue has closed the connection: no thread reads or writes. One that a loop has adopted
     * goes on there, whatever its owner calls.
     */
    void abandon() {
        if (!lent()) {
            closes();
            transport().hangUp();
        }
    }

    boolean lent() {
        return borrower.isPresent();
    }

    void requireUser(Object user) {
        Optional<Borrower> present = borrower;
        if (present.isPresent() && present.get().user() != user) {
            throw new IllegalStateException(
                    "Expected a channel that is read and written by its owner, got one that a loop"
                            + " has adopted; use the LoopChannel, or call its release() first");
        }
    }

    void unlock() {
        writing.lock().unlock();
        reading.lock().unlock();
    }

    /** Returns whether it is this call that begins the upgrade. */
    synchronized boolean startUse() {
        boolean first = condition == Condition.UNUSED;
        if (first) {
            condition = Condition.IN_USE;
        }
        return first;
    }

    /** Returns what it was before: of several threads that close it, one finds it open. */
    synchronized Condition startClosing() {
        Condition before = condition;
        if (before == Condition.UNUSED) {
            condition = Condition.CLOSED;
        } else if (before == Condition.IN_USE) {
            condition = Condition.CLOSING;
        }
        return before;
    }

    /** From here it cannot be used any more. */
    void closes() {
        markClosed();
        borrower.ifPresent(present -> present.closed().run());
    }

    private synchronized void markClosed() {
        condition = Condition.CLOSED;
    }

    boolean closed() {
        return condition == Condition.CLOSED;
    }

    /** Whether it is closed, or a thread is about to. */
    boolean closing() {
        return condition == Condition.CLOSED || condition == Condition.CLOSING;
    }

    /**
     * What TLS fails of, it fails of for good, and the peer is sent the alert that says why. A reader does not wait until the
     * peer takes it: what does not leave now does so when the channel is closed, or with the write that is under way.
     */
    void failed() {
        if (connection().state() != State.FAILED) {
            return;
        }
        try {
            if (reading.lock().isHeldByCurrentThread()) {
                writing.answer(false);
            } else if (writing.lock().isHeldByCurrentThread()) {
                writing.flush();
            }
        } catch (IOException e) {
            // The failure that is on its way to the caller matters more.
            connection().close();
        }
    }

    /** A writer is to hear of it too that the session has failed: the connection remembers it, and throws it again. */
    void requireNotFailed() throws IOException {
        if (connection().state() == State.FAILED && connection().ready()) {
            connection().receive(NOTHING, NOTHING);
        }
    }

    /** Sends close_notify and awaits the peer's, as far as no other thread is in the way. */
    void endSession() {
        if (!transport().channel().isOpen()) {
            return;
        }
        try {
            exchangeCloseNotify();
        } catch (IOException e) {
            // The peer has closed the transport already.
            closes();
        }
    }

    private void exchangeCloseNotify() throws IOException {
        if (writing.lock().isHeldByCurrentThread()) {
            // Closed in the middle of its own work, by a listener or a task: there is no order to keep any more.
            return;
        }
        boolean alone = reading.lock().tryLock();
        boolean said = false;
        try {
            if ((alone || connection().ready()) && writing.lock().tryLock()) {
                said = true;
                try {
                    writing.close(alone ? CLOSE_NANOS : Long.MAX_VALUE);
                } finally {
                    writing.lock().unlock();
                }
            }
            // A read that is timed by switching the channel's mode would wait for a thread that is blocked in a write.
            if (alone
                    && (said || transport().timedBesideWriter())
                    && connection().state() == State.CLOSING) {
                reading.awaitEnd(connection().timeToClose().toNanos());
            }
        } finally {
            if (alone) {
                reading.lock().unlock();
            }
        }
    }

    /**
     * Releases everything once no thread reads or writes any more. To be called by each thread that leaves a closed channel:
     * the last one does it.
     */
    void end() {
        while (free(reading.lock()) && free(writing.lock())) {
            if (reading.lock().tryLock()) {
                boolean both = writing.lock().tryLock();
                try {
                    if (both) {
                        connection().end();
                        transport().release();
                    }
                } finally {
                    if (both) {
                        writing.lock().unlock();
                    }
                    reading.lock().unlock();
                }
                if (both) {
                    return;
                }
            }
        }
    }

    /** What a channel says of itself, without its locks. */
    @Override
    public String toString() {
        UpgradeReport report = connection().report();
        return report.protocol() + " " + report.role().name().toLowerCase(Locale.ROOT) + ", peer "
                + Connector.shownPeer(transport().channel()) + ", "
                + connection().state()
                + report.tls()
                        .map(agreed -> ", " + agreed.version() + " " + agreed.suite())
                        .orElse("");
    }

    private UpgradeConnection connection() {
        return writing.connection();
    }

    /** Not held, or about to be given up by a thread that will come here itself. */
    private static boolean free(ReentrantLock lock) {
        return !lock.isLocked();
    }
}
