package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** One connection of a loop, connected, to the end of its dialogue. Only the loop's thread touches it. */
final class LoopedUpgrade extends Deadlines.Timed implements LoopMember {

    private final SelectorLoop loop;
    private final SelectionKey key;
    /** What goes first, to a proxy for instance; empty when that is done. */
    private Optional<Prelude> prelude;

    private UpgradeConnection connection;
    private StartTlsChannel channel;
    private final CompletableFuture<StartTlsChannel> future;
    /** Given the channel when its dialogue is over; hands it over. */
    private final Consumer<StartTlsChannel> receiver;
    /** Asked where it fails: whether another connection goes on in its place. */
    private final Predicate<UpgradeException> successor;
    /** Of the last phase that had one: so long the peer has for taking the last octets too. */
    private Optional<Long> lastDeadline = Optional.empty();
    /** The loop's turn in which it was driven last. */
    private long lastTurn;

    private boolean ended;
    /** The loop ends, or no caller waits for it: no other connection goes on in its place. */
    private boolean last;

    LoopedUpgrade(
            SelectorLoop loop,
            SelectionKey key,
            UpgradeConnection connection,
            CompletableFuture<StartTlsChannel> future) {
        this(loop, key, connection, future, unused -> false, Optional.empty());
    }

    /** An upgrade that has not begun, whose channel goes to those who wait for the future. */
    LoopedUpgrade(
            SelectorLoop loop,
            SelectionKey key,
            UpgradeConnection connection,
            CompletableFuture<StartTlsChannel> future,
            Predicate<UpgradeException> successor,
            Optional<Prelude> prelude) {
        this(loop, key, connection, future, done -> complete(future, done), successor, prelude);
    }

    /**
     * An upgrade that has not begun.
     *
     * @param key of its socket channel and the loop's selector
     * @param future fails if it does
     * @param receiver is given the channel when its dialogue is over, and hands it over
     * @param successor is given what it fails with, once its channel is closed; true if another takes its place
     * @param prelude what goes first, if anything does
     */
    LoopedUpgrade(
            SelectorLoop loop,
            SelectionKey key,
            UpgradeConnection connection,
            CompletableFuture<StartTlsChannel> future,
            Consumer<StartTlsChannel> receiver,
            Predicate<UpgradeException> successor,
            Optional<Prelude> prelude) {
        this.loop = loop;
        this.key = key;
        this.prelude = prelude;
        this.connection = prelude.map(Prelude::first).orElse(connection);
        this.channel = StartTlsChannel.over((SocketChannel) key.channel(), this.connection);
        this.future = future;
        this.receiver = receiver;
        this.successor = successor;
    }

    /** Begins with its first turn: what was connected or brought has waited for one already. */
    void begin() {
        join();
        drive();
    }

    /** Begins one of several that were accepted at once: each has its first turn before those of others go on. */
    void beginAccepted() {
        join();
        loop.first(this);
    }

    private void join() {
        loop.join(this);
        try {
            key.attach(this);
            Connector.withoutDelay((SocketChannel) key.channel());
            loop.whenCancelled(future, () -> abandoned(SelectorLoop.CANCELLED, Optional.empty()));
            connection.onWake(this::wake);
            channel.begin(loop.time().nanos(), loop.foreign());
            lastDeadline = connection.deadline();
        } catch (Throwable e) {
            fail(e);
        }
    }

    @Override
    public void selected(SelectionKey selected) {
        turn();
    }

    @Override
    public void turn() {
        // One inside TLS that was woken, or selected, in this turn of the loop has had its own; others have it in the
        // queue.
        if (lastTurn != loop.turns() || !insideTls()) {
            drive();
        }
    }

    @Override
    public boolean insideTls() {
        return channel.isSecure();
    }

    @Override
    public void waited(long nanos) {
        if (!ended) {
            connection.keptWaiting(nanos);
        }
    }

    @Override
    public void broken(Throwable thrown) {
        fail(thrown);
    }

    @Override
    public void abandoned(String detail, Optional<Throwable> cause) {
        last = true;
        if (!ended) {
            UpgradeException why = Failures.rejected(connection.phase(), detail);
            cause.ifPresent(why::initCause);
            fail(why);
        }
    }

    @Override
    public void shutDown(String detail) {
        last = true;
        if (ended) {
            return;
        }
        try {
            connection.shutDown();
            Want unused = channel.advance(loop.tasks(), this::wake, TimeSlice.shared(loop.time()), loop.foreign());
        } catch (Throwable e) {
            fail(e);
        }
        // A client's dialogue, one that says nothing, or a peer that does not take its last lines.
        abandoned(detail, Optional.empty());
    }

    @Override
    Optional<Long> due() {
        if (ended) {
            return Optional.empty();
        }
        Optional<Long> present = connection.deadline();
        return present.isPresent() ? present : lastDeadline;
    }

    @Override
    void expired() {
        if (connection.deadline().isPresent() && insideTls()) {
            drive();
        } else if (connection.deadline().isPresent()) {
            loop.late(this);
        } else {
            fail(Failures.doesNotRead(connection.phase()));
        }
    }

    private void drive() {
        if (ended) {
            return;
        }
        lastTurn = loop.turns();
        try {
            Want want = channel.advance(loop.tasks(), this::wake, TimeSlice.shared(loop.time()), loop.foreign());
            lastDeadline = due();
            loop.deadlines().nearer(this);
            switch (want) {
                case READ -> key.interestOps(SelectionKey.OP_READ);
                case WRITE -> key.interestOps(SelectionKey.OP_WRITE);
                case TASK, ANSWER -> key.interestOps(0);
                case AGAIN -> loop.again(this);
                case NOTHING -> {
                    if (prelude.isPresent()) {
                        follow(prelude.get());
                    } else {
                        finish();
                    }
                }
            }
        } catch (CancelledKeyException e) {
            // Another thread has just closed the channel.
            ClosedChannelException closed = new ClosedChannelException();
            closed.initCause(e);
            fail(closed);
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void wake() {
        loop.execute(this::woken);
    }

    private void woken() {
        if (insideTls()) {
            drive();
        } else if (!ended) {
            loop.again(this);
        }
    }

    /** What goes first is done, and octets that follow it may have come already. */
    private void follow(Prelude opened) throws IOException {
        channel.connection().handOver();
        loop.foreign().ran();
        connection = opened.opened();
        prelude = Optional.empty();
        channel = channel.followedBy(connection);
        channel.begin(loop.time().nanos(), loop.foreign());
        lastDeadline = connection.deadline();
        loop.deadlines().set(this);
        loop.again(this);
    }

    private void finish() {
        end();
        loop.passOn(() -> receiver.accept(channel));
    }

    private static void complete(CompletableFuture<StartTlsChannel> future, StartTlsChannel channel) {
        if (future.isDone()) {
            // Nobody waits for it any more.
            giveUp(channel, Failures.rejected(channel.connection().phase(), SelectorLoop.CANCELLED));
            return;
        }
        channel.connection().handOver();
        LoopThread.takeInterrupt();
        if (!future.complete(channel)) {
            Quietly.close(channel);
        }
    }

    /** On the loop's thread: a channel whose dialogue is over cannot be handed over, and its session ends with that. */
    static void giveUp(StartTlsChannel channel, Throwable thrown) {
        UpgradeException unused = channel.failed(thrown, LoopThread::takeInterrupt);
        Quietly.close(channel);
    }

    private void fail(Throwable thrown) {
        if (ended) {
            return;
        }
        end();
        boolean replaced = false;
        try {
            UpgradeException failed = channel.failed(thrown, loop.foreign());
            Quietly.close(channel);
            UpgradeException why = prelude.map(first -> first.failed(failed)).orElse(failed);
            loop.foreign().ran();
            replaced = !last && successor.test(why);
            if (!replaced) {
                loop.whenForgotten(() -> future.completeExceptionally(why));
            }
        } finally {
            // Not before: another connection may take the place.
            if (!replaced) {
                loop.release();
            }
        }
    }

    private void end() {
        ended = true;
        key.cancel();
        loop.deadlines().drop(this);
        loop.leave(this);
    }
}
