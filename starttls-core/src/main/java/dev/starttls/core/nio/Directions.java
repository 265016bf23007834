package dev.starttls.core.nio;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The two directions of a channel, and what they have in common: the upgrade before they part, a failure of TLS, and
 * their end. Whoever holds both locks has taken the reader's first.
 */
final class Directions {

    /** A peer that has taken nothing for so long that there is no room for an alert will not read it either: 5 s. */
    private static final long CLOSE_NANOS = 5_000_000_000L;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final WritingHalf writing;
    private final ReadingHalf reading;

    Directions(Transport transport, UpgradeConnection connection) {
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

    void unlock() {
        writing.lock().unlock();
        reading.lock().unlock();
    }

    /** What TLS fails of, it fails of for good; and the peer is told why, unless a writer is at work: it does that then. */
    void failed() {
        if (connection().state() != State.FAILED) {
            return;
        }
        if (writing.lock().tryLock()) {
            try {
                writing.flush();
            } catch (IOException e) {
                // The failure that is on its way to the caller matters more.
                connection().close();
            } finally {
                writing.lock().unlock();
            }
        }
    }

    /** A writer is to hear of it too; the connection, which remembers it, takes nothing any more and throws it again. */
    void requireNotFailed() throws IOException {
        if (connection().state() == State.FAILED) {
            connection().receive(NOTHING, NOTHING);
        }
    }

    /** Sends close_notify and awaits the peer's, as far as no other thread is in the way. */
    void sayGoodbye() throws IOException {
        if (writing.lock().isHeldByCurrentThread()) {
            // Closed in the middle of its own work, by a listener or a task: there is no order to keep any more.
            return;
        }
        boolean alone = reading.lock().tryLock();
        try {
            if ((alone || connection().ready()) && writing.lock().tryLock()) {
                try {
                    writing.close(alone ? CLOSE_NANOS : Long.MAX_VALUE);
                } finally {
                    writing.lock().unlock();
                }
            }
            if (alone && connection().state() == State.CLOSING) {
                reading.awaitEnd(connection().timeToClose().toNanos());
            }
        } finally {
            if (alone) {
                reading.lock().unlock();
            }
        }
    }

    /**
     * Lets go of everything once nobody reads or writes any more. To be called by all who leave a closed channel: the last
     * one does it.
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

    private UpgradeConnection connection() {
        return writing.connection();
    }

    /** Not held, or about to be given up by a thread that will come here itself. */
    private static boolean free(ReentrantLock lock) {
        return !lock.isLocked();
    }
}
