package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;

/** One direction of a channel that is the application's: gives it octets. All but the lock is for the thread that holds it. */
final class ReadingHalf {

    /**
     * How often in a row the connection may take nothing of what it is given before it is taken to be at fault. A sound one
     * does so for a task, an answer and decrypted octets that wait, once each; an engine may be slow to say which.
     */
    private static final int MAX_STUCK_TURNS = 16;
    /** What is let go of while the peer's close_notify is awaited: more than a peer has under way when it hears of ours. */
    private static final int MAX_DROPPED = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    /** Knows what both have in common: a channel is held for long, and this is held with it. */
    private final WritingHalf writing;

    ReadingHalf(WritingHalf writing) {
        this.writing = writing;
    }

    ReentrantLock lock() {
        return lock;
    }

    /**
     * At least one octet, -1 at the end, or 0 if the transport has nothing now.
     *
     * @throws SocketTimeoutException if a blocking transport has brought none in the time for reads
     */
    int read(ByteBuffer dst) throws IOException {
        // Where no read waits, none is late.
        long limit = transport().blocking() ? transport().readNanos() : 0;
        long deadline = System.nanoTime() + limit;
        int idle = 0;
        while (idle < MAX_STUCK_TURNS) {
            int waiting = transport().in().remaining();
            int count = readHeld(dst);
            boolean stuck = waiting > 0 && count == 0 && transport().in().remaining() == waiting;
            answer(stuck, count > 0);
            if (count > 0) {
                return count;
            }
            if (connection().inputEnded()) {
                transport().discardInput();
                return -1;
            }
            if (stuck && !transport().blocking() && waitsForOthers()) {
                return 0;
            }
            if (transport().in().hasRemaining()) {
                idle = stuck ? idle + 1 : 0;
            } else {
                idle = 0;
                int filled = limit > 0 ? fill(deadline, limit) : transport().fill();
                if (filled == 0) {
                    return 0;
                }
                if (filled < 0) {
                    connection().endOfInput();
                }
            }
        }
        throw new SSLException("Expected the connection to take a record or to say what it needs, got neither in state "
                + connection().state() + "; the engine is at fault");
    }

    /** Whether TLS takes more once a task has run, or once the peer has taken what waits for it. */
    private boolean waitsForOthers() {
        return connection().want() == Want.TASK
                || writing.answerLeft()
                || transport().hasOutput();
    }

    /** However few octets a peer sends at a time, it has no more time than one that sends none. */
    private int fill(long deadline, long limit) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw Failures.readTimedOut(limit);
        }
        try {
            return transport().fill(left);
        } catch (SocketTimeoutException e) {
            SocketTimeoutException late = Failures.readTimedOut(limit);
            late.initCause(e);
            throw late;
        }
    }

    /** What has come already, without reading from the transport. */
    int readHeld(ByteBuffer dst) throws IOException {
        int from = dst.position();
        try {
            connection().receive(transport().in(), dst);
        } finally {
            transport().taken();
        }
        return dst.position() - from;
    }

    /**
     * Waits for the peer's close_notify, and lets go of what comes before it, up to a mebioctet.
     *
     * @param nanos how long at most, on a transport whose reads can be timed; on others, not at all
     */
    void awaitEnd(long nanos) throws IOException {
        long deadline = System.nanoTime() + nanos;
        ByteBuffer rest = ByteBuffer.allocate(1024);
        int dropped = 0;
        for (long left = nanos;
                left > 0 && transport().timed() && dropped < MAX_DROPPED;
                left = deadline - System.nanoTime()) {
            int idle = 0;
            while (idle < MAX_STUCK_TURNS
                    && (transport().in().hasRemaining() || connection().holdsInput())) {
                int waiting = transport().in().remaining();
                int count = readHeld(rest.clear());
                dropped += count;
                idle = count > 0 || transport().in().remaining() < waiting ? 0 : idle + 1;
            }
            if (connection().inputEnded() || idle > 0 || transport().fill(left) < 0) {
                return;
            }
        }
    }

    /**
     * Runs a task that reading has called for, and has an answer of TLS leave, or keeps it. An answer that fails does not cost
     * what was read: the next write meets it.
     */
    private void answer(boolean stuck, boolean any) throws IOException {
        Want want = connection().want();
        if (want == Want.TASK) {
            writing.runTask();
            want = connection().want();
        }
        if (want != Want.WRITE && !writing.answerLeft()) {
            return;
        }
        try {
            writing.answer(stuck && want == Want.WRITE);
        } catch (IOException e) {
            boolean needed = stuck || e instanceof SSLException || e instanceof UpgradeException;
            if (needed && !any && !connection().inputEnded()) {
                throw e;
            }
            // The peer has closed the transport after what it has sent last, and takes no answer.
        }
    }

    private Transport transport() {
        return writing.transport();
    }

    private UpgradeConnection connection() {
        return writing.connection();
    }
}
