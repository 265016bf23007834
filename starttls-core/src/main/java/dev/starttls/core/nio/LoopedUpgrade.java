package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
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
import java.util.concurrent.RejectedExecutionException;

/** One connection of a loop, connected, to the end of its dialogue. Only the loop's thread touches it. */
final class LoopedUpgrade extends Deadlines.Timed implements SelectorLoop.Member {

    private final SelectorLoop loop;
    private final SelectionKey key;
    private final UpgradeConnection connection;
    private final StartTlsChannel channel;
    private final CompletableFuture<StartTlsChannel> future;
    /** Of the last phase that had one: so long the peer has for taking the last octets too. */
    private Optional<Long> lastDeadline = Optional.empty();

    private boolean ended;

    /**
     * An upgrade that has not begun.
     *
     * @param key of its socket channel and the loop's selector
     */
    LoopedUpgrade(
            SelectorLoop loop,
            SelectionKey key,
            UpgradeConnection connection,
            CompletableFuture<StartTlsChannel> future) {
        this.loop = loop;
        this.key = key;
        this.connection = connection;
        this.channel = StartTlsChannel.over((SocketChannel) key.channel(), connection);
        this.future = future;
    }

    void begin() {
        key.attach(this);
        loop.join(this);
        Connector.withoutDelay((SocketChannel) key.channel());
        loop.whenCancelled(future, () -> abandoned(SelectorLoop.cancelled()));
        try {
            channel.begin();
            lastDeadline = connection.deadline();
            loop.deadlines().set(this);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        drive();
    }

    @Override
    public void selected(SelectionKey selected) {
        drive();
    }

    @Override
    public void abandoned(UpgradeException why) {
        if (!ended) {
            fail(why);
        }
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
        if (connection.deadline().isPresent()) {
            drive();
        } else {
            abandoned(new UpgradeException(
                    FailureReason.TIMEOUT,
                    connection.phase(),
                    "Expected the peer to take the last octets of the dialogue in time, but it does not read"));
        }
    }

    private void drive() {
        if (ended) {
            return;
        }
        try {
            Want want = channel.advance(loop.tasks(), this::wake);
            Optional<Long> present = connection.deadline();
            lastDeadline = present.isPresent() ? present : lastDeadline;
            switch (want) {
                case READ -> key.interestOps(SelectionKey.OP_READ);
                case WRITE -> key.interestOps(SelectionKey.OP_WRITE);
                case TASK -> key.interestOps(0);
                case NOTHING -> finish();
            }
        } catch (RejectedExecutionException e) {
            UpgradeException why = new UpgradeException(
                    FailureReason.REJECTED,
                    connection.phase(),
                    "Expected the loop's executor to take a task of the handshake, but it rejected it; give it more room");
            why.initCause(e);
            fail(why);
        } catch (CancelledKeyException e) {
            // Somebody has closed the channel just now, which is no fault of anybody's.
            ClosedChannelException closed = new ClosedChannelException();
            closed.initCause(e);
            fail(closed);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void wake() {
        loop.execute(this::drive);
    }

    private void finish() {
        end();
        loop.whenForgotten(() -> {
            if (!future.complete(channel)) {
                Quietly.close(channel);
            }
        });
    }

    private void fail(Exception why) {
        Quietly.close(channel);
        end();
        loop.whenForgotten(() -> future.completeExceptionally(why));
    }

    private void end() {
        ended = true;
        key.cancel();
        loop.deadlines().drop(this);
        loop.leave(this);
        loop.release();
    }
}
