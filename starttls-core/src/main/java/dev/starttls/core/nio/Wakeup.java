package dev.starttls.core.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Selector;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Has the thread that made it wait for code of this side's own on another thread, as it would wait for a blocking channel. */
final class Wakeup implements Runnable {

    private final Thread waiting = Thread.currentThread();
    private final AtomicBoolean woken = new AtomicBoolean();
    /** What the thread waits in, if not here. */
    private volatile Optional<Selector> selector = Optional.empty();

    @Override
    public void run() {
        woken.set(true);
        LockSupport.unpark(waiting);
        selector.ifPresent(Selector::wakeup);
    }

    /** The thread is about to select, or has done so: it is woken there too. */
    void selectsIn(Optional<Selector> present) {
        selector = present;
    }

    /** Whether it was woken since the last time that this was asked. */
    boolean taken() {
        return woken.getAndSet(false);
    }

    /**
     * Waits until it is woken, or for so long, or until it has looked whether the channel is open: closing that wakes nothing.
     *
     * @param nanos how long at most, in nanoseconds
     * @throws ClosedByInterruptException if the thread is interrupted, which closes the channel, as if it read from it
     * @throws AsynchronousCloseException if the channel was closed by others
     */
    void await(long nanos, ByteChannel channel) throws IOException {
        if (nanos > 0 && !woken.get()) {
            LockSupport.parkNanos(this, Math.min(nanos, Acceptor.LOOK_NANOS));
        }
        woken.set(false);
        if (Thread.currentThread().isInterrupted()) {
            channel.close();
            throw new ClosedByInterruptException();
        }
        if (!channel.isOpen()) {
            throw new AsynchronousCloseException();
        }
    }
}
