package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes connections for a loop as long as it has room; the others stay in the backlog of the server socket. */
final class Acceptor extends Deadlines.Timed implements SelectorLoop.Member {

    /** How long nothing is accepted after that failed, in nanoseconds: no file descriptor comes free sooner by asking. */
    private static final long PAUSE = 100_000_000;
    /**
     * How often it looks whether others have closed the server's channel, in nanoseconds. That wakes no selector, and the
     * port is bound until the next time that one selects.
     */
    private static final long LOOK = 250_000_000;
    /** Connections taken in one turn of the loop: each is greeted at once, and those underway have their turn between. */
    private static final int PER_TURN = 16;

    private final SelectorLoop loop;
    private final ServerSocketChannel server;
    private final Function<Peer, UpgradeConnection> connections;
    private final Consumer<StartTlsChannel> ready;
    private Optional<SelectionKey> key = Optional.empty();
    private Optional<Long> dueAt = Optional.empty();
    private boolean paused;

    Acceptor(
            SelectorLoop loop,
            ServerSocketChannel server,
            Function<Peer, UpgradeConnection> connections,
            Consumer<StartTlsChannel> ready) {
        this.loop = loop;
        this.server = server;
        this.connections = connections;
        this.ready = ready;
    }

    void begin() throws IOException {
        server.configureBlocking(false);
        loop.join(this);
        key = Optional.of(server.register(loop.selector(), SelectionKey.OP_ACCEPT, this));
        dueIn(LOOK);
    }

    @Override
    public void selected(SelectionKey selected) {
        for (int taken = 0; taken < PER_TURN && selected.isValid(); taken++) {
            if (!loop.reserve()) {
                watch(selected, 0);
                loop.whenRoom(this);
                return;
            }
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException e) {
                // This connection is lost, or there are no file descriptors left for it.
                loop.release();
                pause(selected);
                return;
            }
            if (channel == null) {
                loop.release();
                return;
            }
            serve(channel);
        }
    }

    @Override
    public void turn() {
        // Who waits to be accepted is selected again.
    }

    @Override
    public void broken(Throwable thrown) {
        close();
    }

    @Override
    public void abandoned(String detail, Optional<Throwable> cause) {
        close();
    }

    @Override
    Optional<Long> due() {
        return dueAt;
    }

    @Override
    void expired() {
        if (!server.isOpen()) {
            close();
            return;
        }
        dueIn(LOOK);
        if (paused) {
            paused = false;
            resume();
        }
    }

    /** Goes on accepting. */
    void resume() {
        key.filter(SelectionKey::isValid).ifPresent(mine -> watch(mine, SelectionKey.OP_ACCEPT));
    }

    void close() {
        key.ifPresent(SelectionKey::cancel);
        dueAt = Optional.empty();
        loop.deadlines().drop(this);
        loop.leave(this);
        Quietly.close(server);
    }

    /** Whoever closes the server's channel may do so from any thread, at any time. */
    private void watch(SelectionKey mine, int operations) {
        try {
            mine.interestOps(operations);
        } catch (CancelledKeyException e) {
            close();
        }
    }

    private void pause(SelectionKey selected) {
        paused = true;
        dueIn(PAUSE);
        watch(selected, 0);
    }

    private void dueIn(long nanos) {
        dueAt = Optional.of(loop.time().nanos() + nanos);
        loop.deadlines().set(this);
    }

    private void serve(SocketChannel channel) {
        Peer client;
        try {
            client = UpgradeLoop.peerOf(channel);
            channel.configureBlocking(false);
        } catch (IOException e) {
            // The client has gone before it was greeted.
            giveUp(channel);
            return;
        }
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        LoopedUpgrade upgrade;
        try {
            UpgradeConnection connection = connections.apply(client);
            LoopThread.takeInterrupt();
            if (connection == null) {
                giveUp(channel);
                return;
            }
            upgrade = new LoopedUpgrade(loop, channel.register(loop.selector(), 0), connection, future);
        } catch (Throwable e) {
            LoopThread.takeInterrupt();
            giveUp(channel);
            LoopThread.report(e);
            return;
        }
        var unused = future.whenComplete(this::ended);
        upgrade.begin();
    }

    private void giveUp(SocketChannel channel) {
        loop.release();
        Quietly.close(channel);
    }

    private void ended(StartTlsChannel upgraded, Throwable thrown) {
        if (thrown instanceof UpgradeException why && why.reason() == FailureReason.LOCAL_ERROR) {
            // Other failures are the listener's alone; this is one of the author's code.
            LoopThread.report(why.getCause() == null ? why : why.getCause());
        }
        try {
            if (thrown == null && upgraded.isOpen()) {
                ready.accept(upgraded);
            }
        } catch (Throwable fault) {
            Quietly.close(upgraded);
            LoopThread.report(fault);
        }
    }
}
