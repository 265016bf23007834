package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Takes connections on one loop, for itself and perhaps others, as long as any of them has room; more of them stay in the
 * backlog of the server socket. When its loop ends, another goes on accepting.
 */
final class Acceptor extends Deadlines.Timed implements LoopMember {

    /**
     * How long nothing is accepted after that failed, in nanoseconds. No file descriptor comes free sooner by asking, and a
     * client that waits a tenth of a second more does not notice.
     */
    private static final long PAUSE_NANOS = 100_000_000;
    /**
     * How often it looks whether others have closed the server's channel, in nanoseconds. That wakes no selector, and the
     * port is bound until the next time that one selects. Four times a second costs an idle server nothing that shows, and a
     * program that closes and binds again waits no longer than a person would.
     */
    static final long LOOK_NANOS = 250_000_000;
    /**
     * Connections taken in one turn. Each is greeted before others have their next turn, so that with a greeting of some 0.1
     * ms they are kept waiting for as long as by one or two of their own; and of 100 that are at work, each of which has a
     * turn of 0.5 ms meanwhile, 300 connections a second are taken.
     */
    private static final int PER_TURN = 16;

    private final SelectorLoop loop;
    private final ServingLoops serving;
    private final ServingLoops.RoomWatch room;
    private final ServerSocketChannel server;
    private final Prefaces prefaces;
    private final Function<Peer, UpgradeConnection> connections;
    private final BiConsumer<SelectorLoop, StartTlsChannel> ready;
    private Optional<SelectionKey> key = Optional.empty();
    private Optional<Long> dueAt = Optional.empty();
    private boolean paused;

    Acceptor(
            SelectorLoop loop,
            ServerSocketChannel server,
            Function<Peer, UpgradeConnection> connections,
            Consumer<StartTlsChannel> ready) {
        this(loop, new ServingLoops(List.of(loop)), server, Prefaces.NONE, connections, handingTo(ready));
    }

    /**
     * An acceptor that has not begun.
     *
     * @param loop that it accepts on
     * @param serving the loops that serve, that one among them
     * @param ready called by the thread of the loop that it is given; hands the channel over
     */
    Acceptor(
            SelectorLoop loop,
            ServingLoops serving,
            ServerSocketChannel server,
            Prefaces prefaces,
            Function<Peer, UpgradeConnection> connections,
            BiConsumer<SelectorLoop, StartTlsChannel> ready) {
        this.loop = loop;
        this.serving = serving;
        this.room = serving.watch(loop, this::resume);
        this.server = server;
        this.prefaces = prefaces;
        this.connections = connections;
        this.ready = ready;
    }

    /** On the loop's thread: hands over, and calls the receiver. */
    static BiConsumer<SelectorLoop, StartTlsChannel> handingTo(Consumer<StartTlsChannel> receiver) {
        return (unusedLoop, channel) -> {
            channel.connection().handOver();
            LoopThread.takeInterrupt();
            receiver.accept(channel);
        };
    }

    void begin() throws IOException {
        if (server.isOpen() && server.getLocalAddress() == null) {
            throw new IllegalArgumentException(
                    "server: expected a bound channel, got one that is not; call bind before");
        }
        server.configureBlocking(false);
        loop.join(this);
        key = Optional.of(server.register(loop.selector(), SelectionKey.OP_ACCEPT, this));
        dueIn(LOOK_NANOS);
    }

    @Override
    public void selected(SelectionKey selected) {
        for (int taken = 0; taken < PER_TURN && selected.isValid(); taken++) {
            Optional<SelectorLoop> place = serving.reserve();
            if (place.isEmpty()) {
                watch(selected, 0);
                room.ask();
                return;
            }
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException e) {
                // This connection is lost, or there are no file descriptors left for it.
                place.get().release();
                pause(selected);
                return;
            }
            if (channel == null) {
                place.get().release();
                return;
            }
            handTo(place.get(), channel);
        }
    }

    /** On the thread of the accepting loop: has a loop serve a connection, in the place that was taken for it there. */
    private void handTo(SelectorLoop place, SocketChannel channel) {
        if (place == loop) {
            serve(place, channel);
        } else {
            send(place, channel);
        }
    }

    /** The same, from any thread. */
    private void send(SelectorLoop place, SocketChannel channel) {
        place.admit(new LoopTasks.Arrival() {
            @Override
            public void run() {
                serve(place, channel);
            }

            @Override
            public void tooLate() {
                // It has ended just now; another one serves it. Where there is no room, it has not been greeted.
                place.release();
                serving.reserve().ifPresentOrElse(other -> send(other, channel), () -> Quietly.close(channel));
            }
        });
    }

    @Override
    public void turn() {
        // Connections that wait to be accepted are selected again.
    }

    @Override
    public void stopAccepting() {
        moveOn();
    }

    @Override
    public void broken(Throwable thrown) {
        close();
    }

    @Override
    public void abandoned(String detail, Optional<Throwable> cause) {
        moveOn();
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
        dueIn(LOOK_NANOS);
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
        leave();
        Quietly.close(server);
    }

    /** Its loop accepts nothing more: another of those that serve goes on; if there is no other, the server is closed. */
    void moveOn() {
        leave();
        Optional<SelectorLoop> next = serving.open().filter(unused -> server.isOpen());
        if (next.isEmpty()) {
            Quietly.close(server);
            return;
        }
        Acceptor successor = new Acceptor(next.get(), serving, server, prefaces, connections, ready);
        next.get().enqueue(new LoopTasks.Arrival() {
            @Override
            public void run() {
                try {
                    successor.begin();
                } catch (Throwable e) {
                    successor.close();
                    LoopThread.report(e);
                }
            }

            @Override
            public void tooLate() {
                successor.moveOn();
            }
        });
    }

    private void leave() {
        key.ifPresent(SelectionKey::cancel);
        key = Optional.empty();
        dueAt = Optional.empty();
        loop.deadlines().drop(this);
        loop.leave(this);
    }

    /** Any thread may close the server's channel at any time. */
    private void watch(SelectionKey mine, int operations) {
        try {
            mine.interestOps(operations);
        } catch (CancelledKeyException e) {
            close();
        }
    }

    private void pause(SelectionKey selected) {
        paused = true;
        dueIn(PAUSE_NANOS);
        watch(selected, 0);
    }

    private void dueIn(long nanos) {
        dueAt = Optional.of(loop.time().nanos() + nanos);
        loop.deadlines().set(this);
    }

    private void serve(SelectorLoop place, SocketChannel channel) {
        Peer client;
        try {
            client = Connector.peerOf(channel);
            channel.configureBlocking(false);
        } catch (IOException e) {
            // The client has gone before it was greeted.
            giveUp(place, channel);
            return;
        }
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        LoopedUpgrade upgrade;
        Optional<UpgradeConnection> made = Optional.empty();
        try {
            Optional<Prelude> prelude = prefaces.before(client, connections);
            UpgradeConnection connection = prelude.isPresent() ? prelude.get().first() : connections.apply(client);
            LoopThread.takeInterrupt();
            if (connection == null) {
                giveUp(place, channel);
                return;
            }
            made = Optional.of(connection);
            upgrade = new LoopedUpgrade(
                    place,
                    channel.register(place.selector(), 0),
                    connection,
                    future,
                    served -> handOver(place, served),
                    unused -> false,
                    prelude);
        } catch (Throwable e) {
            LoopThread.takeInterrupt();
            made.ifPresent(begun -> begun.abort(Failures.ofLocalCode(e, Phase.GREETING)));
            giveUp(place, channel);
            LoopThread.report(e);
            return;
        }
        var unused = future.exceptionally(Acceptor::failed);
        if (place == loop) {
            upgrade.beginAccepted();
        } else {
            upgrade.begin();
        }
    }

    private static void giveUp(SelectorLoop place, SocketChannel channel) {
        place.release();
        Quietly.close(channel);
    }

    private static StartTlsChannel failed(Throwable thrown) {
        if (thrown instanceof UpgradeException why && why.reason() == FailureReason.LOCAL_ERROR) {
            // Other failures are the listener's alone; this is one of the author's code.
            LoopThread.report(why.getCause() == null ? why : why.getCause());
        }
        return null;
    }

    /** There is nothing to hand over where the dialogue has closed the connection. */
    private void handOver(SelectorLoop place, StartTlsChannel served) {
        if (served.connection().ready()) {
            LoopThread.contained(() -> ready.accept(place, served), unused -> Quietly.close(served));
        }
    }
}
