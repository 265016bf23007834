package dev.starttls.core.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A channel that can be waited for with a limit in time, by a reader and a writer at once: a blocking socket channel is
 * non-blocking as long as any thread of this class waits for it, and blocking again when the last one leaves.
 */
final class TimedChannel {

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** How often a wait looks whether the channel was closed by others, which wakes no selector: as often as an acceptor. */
    private static final long LOOK_MILLIS = Acceptor.LOOK_NANOS / NANOS_PER_MILLI;

    private final ByteChannel channel;
    /** Odd while this class has made a blocking channel non-blocking. */
    private final AtomicInteger switches = new AtomicInteger();
    /** The threads that are inside; guarded by the monitor of this object. */
    private int inside;

    TimedChannel(ByteChannel channel) {
        this.channel = channel;
    }

    /** One try of something that a non-blocking channel may not be ready for. */
    interface Attempt {
        Optional<Integer> make() throws IOException;
    }

    /** As its user has set it, also while a thread of this class has switched it. */
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

    /**
     * Tries again and again, whenever the channel is ready, as long as there is no result and time is left. To be called where
     * the channel is {@link #blocking}, and where no other thread is blocked in it but in this method: it would be waited for.
     *
     * @param nanos how long; 0 or less to try once
     * @throws AsynchronousCloseException if another thread closes the channel meanwhile
     * @throws ClosedByInterruptException if the thread is interrupted, before or meanwhile; the channel is then closed
     */
    Optional<Integer> within(SocketChannel socket, int operation, long nanos, Attempt attempt) throws IOException {
        return within(socket, operation, nanos, attempt, Optional.empty());
    }

    /** The same, and tries again whenever it is woken, too. */
    Optional<Integer> within(SocketChannel socket, int operation, long nanos, Attempt attempt, Optional<Wakeup> wakeup)
            throws IOException {
        long deadline = System.nanoTime() + nanos;
        enter(socket);
        try {
            checkInterrupt(socket);
            Optional<Integer> result = attempt.make();
            return result.isPresent() || nanos <= 0 ? result : await(socket, operation, deadline, attempt, wakeup);
        } finally {
            leave(socket);
        }
    }

    private static Optional<Integer> await(
            SocketChannel socket, int operation, long deadline, Attempt attempt, Optional<Wakeup> wakeup)
            throws IOException {
        Optional<Integer> result = Optional.empty();
        try (Selector selector = socket.provider().openSelector()) {
            socket.register(selector, operation);
            if (wakeup.isPresent()) {
                wakeup.get().selectsIn(Optional.of(selector));
                // It may have been woken before there was anything to wake.
                result = attempt.make();
            }
            for (long left = deadline - System.nanoTime();
                    result.isEmpty() && left > 0;
                    left = deadline - System.nanoTime()) {
                selector.select(Math.min(LOOK_MILLIS, left / NANOS_PER_MILLI + 1));
                selector.selectedKeys().clear();
                checkInterrupt(socket);
                // Throws if the channel was closed in the meantime.
                result = attempt.make();
            }
        } catch (ClosedChannelException e) {
            // As a socket channel says it to a thread that is blocked in it.
            throw e instanceof AsynchronousCloseException ? e : closedMeanwhile(e);
        } finally {
            wakeup.ifPresent(mine -> mine.selectsIn(Optional.empty()));
        }
        return result;
    }

    /** As a channel does that is interrupted while it blocks; one that is non-blocking takes no notice. */
    private static void checkInterrupt(SocketChannel socket) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            socket.close();
            throw new ClosedByInterruptException();
        }
    }

    private static IOException closedMeanwhile(ClosedChannelException thrown) {
        IOException closed = new AsynchronousCloseException();
        closed.initCause(thrown);
        return closed;
    }

    private synchronized void enter(SocketChannel socket) throws IOException {
        if (inside == 0) {
            switches.incrementAndGet();
            try {
                socket.configureBlocking(false);
            } catch (Throwable e) {
                switches.incrementAndGet();
                throw e;
            }
        }
        inside++;
    }

    private synchronized void leave(SocketChannel socket) throws IOException {
        inside--;
        if (inside > 0) {
            return;
        }
        try {
            if (socket.isOpen()) {
                socket.configureBlocking(true);
            }
        } catch (ClosedChannelException e) {
            // Another thread has closed it just now: there is no mode to give back.
            return;
        } finally {
            switches.incrementAndGet();
        }
    }
}
