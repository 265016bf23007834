package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritePendingException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A channel whose upgrade is done, on the loop that reads and writes it: at most one read and one write are under way. Any thread
 * may begin them; only the loop's thread goes on with them, in turns that a {@link TimeSlice} bounds, and ends them. What
 * depends on one and begins another, on the loop's thread, only leaves it here: it is found when that call has returned.
 */
final class LoopedChannel extends Deadlines.Timed implements LoopMember {

    private static final String CANCELLED =
            "Expected the session to go on, but the future of one of its reads or writes was"
                    + " cancelled, or completed by other code than the loop's";

    private final SelectorLoop loop;
    private final SelectionKey key;
    /** As its owner has it, and has it again once it is released. */
    private final StartTlsChannel original;
    /** The same, for this user alone. */
    private final StartTlsChannel channel;

    private final LoopedOutput output;

    private final AtomicReference<PendingOperation> reading = new AtomicReference<>(PendingOperation.NONE);
    private final AtomicReference<PendingOperation> writing = new AtomicReference<>(PendingOperation.NONE);

    private int interest;
    /** The loop's turn in which it was served last. */
    private long lastTurn = -1;

    private boolean serving;
    private volatile boolean ended;
    private volatile boolean released;
    /** Why it ended, but for a close. */
    private volatile Optional<Throwable> reason = Optional.empty();

    private LoopedChannel(SelectorLoop loop, SelectionKey key, StartTlsChannel original) {
        this.loop = loop;
        this.key = key;
        this.original = original;
        this.channel = new StartTlsChannel(original.halves(), original.connection());
        this.output = new LoopedOutput(channel);
    }

    /**
     * Makes a channel a member, in the place that was taken for it. To be called on the loop's thread.
     *
     * @throws IOException if it is closed
     * @throws IllegalStateException if another thread uses it, or it is not ready
     */
    static LoopedChannel adopt(SelectorLoop loop, StartTlsChannel original) throws IOException {
        if (!original.halves().tryLock()) {
            throw new IllegalStateException("Expected a channel that no other thread uses, got one that another thread"
                    + " reads or writes; adopt it once that has returned");
        }
        try {
            SocketChannel socket = Adoption.requireFree(original);
            socket.configureBlocking(false);
            LoopedChannel adopted = new LoopedChannel(loop, socket.register(loop.selector(), 0), original);
            adopted.key.attach(adopted);
            original.halves().writing().tasks(loop.tasks(), () -> loop.execute(adopted::next));
            original.halves().lend(adopted.channel, adopted::closed);
            loop.join(adopted);
            return adopted;
        } finally {
            original.halves().unlock();
        }
    }

    /** For what does not read or write. */
    StartTlsChannel channel() {
        return channel;
    }

    boolean isOpen() {
        return !ended && channel.isOpen();
    }

    /** Begins a read. Called by any thread, as the next ones. */
    void read(ByteBuffer dst, CompletableFuture<Integer> future) {
        if (!isOpen()) {
            tooLate(future);
            return;
        }
        PendingOperation read = new PendingOperation(
                PendingOperation.Kind.READ,
                dst,
                future,
                channel.network().readNanos(),
                loop.time().nanos());
        if (!reading.compareAndSet(PendingOperation.NONE, read)) {
            throw new ReadPendingException();
        }
        begin(reading, read);
    }

    void write(ByteBuffer src, CompletableFuture<Integer> future) {
        write(PendingOperation.Kind.WRITE, src, future);
    }

    void shutdownOutput(CompletableFuture<Integer> future) {
        write(PendingOperation.Kind.END, ByteBuffer.allocate(0), future);
    }

    private void write(PendingOperation.Kind kind, ByteBuffer src, CompletableFuture<Integer> future) {
        if (!isOpen()) {
            tooLate(future);
            return;
        }
        PendingOperation write = new PendingOperation(
                kind, src, future, channel.network().writeNanos(), loop.time().nanos());
        if (!writing.compareAndSet(PendingOperation.NONE, write)) {
            throw new WritePendingException();
        }
        begin(writing, write);
    }

    private void begin(AtomicReference<PendingOperation> place, PendingOperation operation) {
        var unused = operation.future().whenComplete((count, thrown) -> {
            if (!operation.settled()) {
                loop.execute(() -> abandoned(CANCELLED, Optional.empty()));
            }
        });
        if (loop.inLoop() && !ended) {
            // What called this on the loop's thread returns first.
            if (!serving) {
                loop.again(this);
                loop.deadlines().nearer(this);
            }
            return;
        }
        loop.enqueue(new LoopTasks.Arrival() {
            @Override
            public void run() {
                next();
            }

            @Override
            public void tooLate() {
                // Otherwise the loop is about to abandon this member, and says why.
                if (ended) {
                    fail(place, operation, closedBecause(new AsynchronousCloseException()));
                }
            }
        });
    }

    /** Fails it as all are completed: by the loop's thread, as long as there is one. */
    private void tooLate(CompletableFuture<?> future) {
        LoopTasks.LastArrival arrival = () -> future.completeExceptionally(closedBecause(new ClosedChannelException()));
        loop.enqueue(arrival);
    }

    /** Closes at once, on whatever thread. */
    void close() throws IOException {
        if (!released) {
            channel.close();
        }
    }

    /** Gives the channel back, if nothing is under way. */
    void release(CompletableFuture<StartTlsChannel> future) {
        LoopTasks.Arrival arrival = new LoopTasks.Arrival() {
            @Override
            public void run() {
                if (ended || !channel.isOpen()) {
                    tooLate();
                } else if (reading.get().present() || writing.get().present()) {
                    future.completeExceptionally(
                            new IllegalStateException("Expected a channel on which nothing is under way, got a pending "
                                    + (reading.get().present() ? "read" : "write") + "; release it once that is done"));
                } else {
                    giveBack(future);
                }
            }

            @Override
            public void tooLate() {
                future.completeExceptionally(closedBecause(new ClosedChannelException()));
            }
        };
        if (loop.inLoop()) {
            arrival.run();
        } else {
            loop.enqueue(arrival);
        }
    }

    private void giveBack(CompletableFuture<StartTlsChannel> future) {
        released = true;
        leave();
        original.halves().writing().tasks(SameThread.INSTANCE, SameThread.INSTANCE);
        original.halves().takeBack();
        loop.passOn(() -> {
            if (!future.complete(original)) {
                Quietly.close(original);
            }
        });
        // One that has just begun, on another thread.
        failPending();
    }

    @Override
    public void selected(SelectionKey selected) {
        turn();
    }

    @Override
    public void turn() {
        if (lastTurn != loop.turns()) {
            serve();
        }
    }

    /** Sessions are served before handshakes, also the few that went on in plaintext. */
    @Override
    public boolean insideTls() {
        return true;
    }

    @Override
    public void broken(Throwable thrown) {
        end(Optional.of(thrown));
    }

    @Override
    public void abandoned(String detail, Optional<Throwable> cause) {
        end(Optional.of(Failures.sessionEnded(detail, cause)));
    }

    @Override
    Optional<Long> due() {
        return ended ? Optional.empty() : PendingOperation.soonest(reading.get(), writing.get());
    }

    /** What has come while the loop was busy with others counts. */
    @Override
    void expired() {
        serve();
        PendingOperation read = reading.get();
        if (read.late(loop.time().nanos())) {
            fail(reading, read, Failures.readTimedOut(read.limit()));
        }
        PendingOperation write = writing.get();
        if (write.late(loop.time().nanos())) {
            fail(writing, write, Failures.writeTimedOut(write.limit()));
        }
    }

    /** Something has begun, or a task has ended, on another thread. */
    private void next() {
        if (ended) {
            failPending();
        } else if (lastTurn == loop.turns()) {
            loop.again(this);
        } else {
            LoopThread.contained(this::serve, this::broken);
        }
    }

    /** One turn: goes on with what is under way, and with what is begun meanwhile, until that waits or the turn is over. */
    private void serve() {
        if (ended) {
            return;
        }
        lastTurn = loop.turns();
        TimeSlice slice = TimeSlice.shared(loop.time());
        boolean worked = true;
        serving = true;
        try {
            while (worked && !ended && !slice.over(slice.now())) {
                boolean wrote = write(slice);
                worked = (!ended && read(slice)) || wrote;
            }
        } finally {
            serving = false;
        }
        if (!ended) {
            await(worked);
        }
    }

    private void await(boolean worked) {
        if (worked || output.ready(writing.get())) {
            loop.again(this);
        } else {
            int wanted = 0;
            // With octets that TLS does not take yet, it waits for something else than the peer's next ones.
            if (reading.get().present()
                    && !channel.network().in().hasRemaining()
                    && channel.connection().want() != Want.TASK) {
                wanted = SelectionKey.OP_READ;
            }
            if (output.wantsTransport()) {
                wanted |= SelectionKey.OP_WRITE;
            }
            if (wanted != interest) {
                try {
                    key.interestOps(wanted);
                } catch (CancelledKeyException e) {
                    // Another thread has just closed the transport.
                    end(Optional.empty());
                    return;
                }
                interest = wanted;
            }
        }
        loop.deadlines().nearer(this);
    }

    /** Returns whether anything has come of it. */
    private boolean read(TimeSlice slice) {
        PendingOperation read = reading.get();
        if (!read.present()) {
            return false;
        }
        try {
            int count = channel.read(read.buffer());
            loop.foreign().ran();
            if (count == 0 && read.buffer().hasRemaining()) {
                return false;
            }
            slice.taken(Math.max(1, count));
            if (reading.compareAndSet(read, PendingOperation.NONE)) {
                read.complete(count);
            }
        } catch (Throwable e) {
            failed(reading, read, e);
        }
        return true;
    }

    private boolean write(TimeSlice slice) {
        PendingOperation write = writing.get();
        if (!write.present()) {
            return output.flush();
        }
        try {
            boolean worked = output.advance(write, slice);
            loop.foreign().ran();
            if (output.done(write) && writing.compareAndSet(write, PendingOperation.NONE)) {
                write.complete();
            }
            return worked;
        } catch (Throwable e) {
            failed(writing, write, e);
            return true;
        }
    }

    /** What the channel throws ends an operation; what an engine or a buffer throws that it should not, the channel too. */
    private void failed(AtomicReference<PendingOperation> place, PendingOperation operation, Throwable thrown) {
        loop.foreign().ran();
        boolean closed =
                thrown instanceof ClosedChannelException && (original.halves().closing() || !channel.isOpen());
        if (!(thrown instanceof IOException)) {
            Quietly.close(channel);
        }
        fail(place, operation, closed ? closedBecause(new AsynchronousCloseException()) : thrown);
        if (!channel.isOpen()) {
            end(closed ? Optional.empty() : Optional.of(thrown));
        }
    }

    private static void fail(AtomicReference<PendingOperation> place, PendingOperation operation, Throwable why) {
        if (operation.present() && place.compareAndSet(operation, PendingOperation.NONE)) {
            operation.fail(why);
        }
    }

    /** Called by whatever thread closes the channel, this one too. */
    private void closed() {
        if (!ended) {
            loop.execute(() -> end(Optional.empty()));
        }
    }

    private void end(Optional<Throwable> why) {
        if (ended) {
            return;
        }
        reason = why;
        leave();
        loop.release();
        Quietly.close(channel);
        failPending();
    }

    private void leave() {
        ended = true;
        key.cancel();
        loop.deadlines().drop(this);
        loop.leave(this);
    }

    private void failPending() {
        fail(reading, reading.get(), closedBecause(new AsynchronousCloseException()));
        fail(writing, writing.get(), closedBecause(new AsynchronousCloseException()));
    }

    private IOException closedBecause(IOException closed) {
        reason.ifPresent(closed::initCause);
        return closed;
    }
}
