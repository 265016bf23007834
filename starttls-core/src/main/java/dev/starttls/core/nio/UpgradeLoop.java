package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs many upgrades on one thread, the caller's: clients as futures, servers as they are accepted.
 *
 * <pre>{@code
 * UpgradeLoop loop = UpgradeLoop.open(1000, Runnable::run);
 * new Thread(loop, "upgrades").start();
 * CompletableFuture<StartTlsChannel> channel = loop.connect(address, connection, Duration.ofSeconds(10));
 * }</pre>
 *
 * <p>A channel leaves the loop when its dialogue is over: it is then non-blocking, registered with no selector, and the
 * future's. {@link #adopt} has a loop read and write it from there on. A server's dialogue that answers commands to the end of
 * its session stays in the loop until it closes.
 *
 * <p>In each pass of the loop, connections inside TLS are served before all others, each for a bounded time. Those that are not
 * (dialogues before TLS, handshakes, what is accepted or connected anew) follow, first come, first served, for 4 ms or as
 * long as those inside TLS have taken, and at least one of them; what was accepted just now, a few at a time, is greeted
 * before the others go on. So thousands of handshakes at once do not keep sessions waiting, nor the other way round, and what
 * waits for the loop with work to do has that time added to its limits. A loop of your own has to do as much: see {@link
 * UpgradeConnection}.
 *
 * <p>All methods may be called by any thread. Futures are completed by the loop's thread: what depends on them must not
 * block, or must run elsewhere ({@code thenAcceptAsync}).
 */
public final class UpgradeLoop implements Runnable, AutoCloseable {

    private static final Closeable NO_CHANNEL = () -> {};

    private final SelectorLoop loop;

    private UpgradeLoop(SelectorLoop loop) {
        this.loop = loop;
    }

    /**
     * Opens a loop that no thread runs yet.
     *
     * @param max how many connections it takes at once; at least 1. Others are rejected: a client's future fails with
     *     {@link FailureReason#REJECTED}, a server leaves them in its backlog
     * @param tasks runs the delegated tasks of handshakes, which compute for a millisecond or so; {@code Runnable::run}
     *     runs them on the loop's thread
     * @return a loop, to be run by a thread
     * @throws IOException if there is no selector
     * @throws IllegalArgumentException if {@code max} is less than 1
     * @throws NullPointerException if {@code tasks} is null
     */
    public static UpgradeLoop open(int max, Executor tasks) throws IOException {
        if (max < 1) {
            throw new IllegalArgumentException("max: expected at least 1 connection, got " + max);
        }
        Objects.requireNonNull(
                tasks, "tasks: expected an executor, got null; pass Runnable::run for the loop's thread");
        return new UpgradeLoop(new SelectorLoop(Selector.open(), max, tasks));
    }

    /**
     * Connects and upgrades.
     *
     * @param address resolved
     * @param connection not begun
     * @param timeout for the TCP connection; positive. The phases after it have the connection's own limits
     * @return completed with the channel when its dialogue is over; fails with an {@link UpgradeException}. Cancelling it
     *     closes the connection, and so does whatever else fails it but an {@link UpgradeException}, such as {@link
     *     CompletableFuture#orTimeout}; with that or with a value from outside, the connection is closed when its dialogue is
     *     over or a time limit of its own ends it
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public CompletableFuture<StartTlsChannel> connect(
            InetSocketAddress address, UpgradeConnection connection, Duration timeout) {
        Objects.requireNonNull(address, "address: expected a resolved one, got null");
        requireConnection(connection);
        Objects.requireNonNull(timeout, "timeout: expected a positive time for the TCP connection, got null");
        long began = System.nanoTime();
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "timeout: expected a positive time for the TCP connection, got " + timeout);
        }
        return address.isUnresolved()
                ? failed(connection, Connector.unknown(address.getHostString()))
                : connect(List.of(address), connection, new Connector.Attempts(timeout, began), began);
    }

    private static void requireConnection(UpgradeConnection connection) {
        Objects.requireNonNull(connection, "connection: expected one that has not begun, got null");
    }

    /** The same with several addresses of one host, for a call that began at some time. */
    CompletableFuture<StartTlsChannel> connect(
            List<? extends SocketAddress> addresses,
            UpgradeConnection connection,
            Connector.Attempts attempts,
            long began) {
        return admit(connection, NO_CHANNEL, future -> new LoopedConnect(loop, connection, future, attempts, began)
                .begin(addresses));
    }

    /** The same with a host that an executor looks up. */
    CompletableFuture<StartTlsChannel> connect(
            Peer peer, Executor lookup, UpgradeConnection connection, Connector.Attempts attempts, long began) {
        return admit(connection, NO_CHANNEL, future -> new LoopedConnect(loop, connection, future, attempts, began)
                .begin(peer, lookup));
    }

    /** An upgrade that could not begin. */
    static CompletableFuture<StartTlsChannel> failed(UpgradeConnection connection, UpgradeException why) {
        connection.abort(why);
        connection.end();
        return CompletableFuture.failedFuture(why);
    }

    /**
     * Upgrades a channel that is connected, be it over TCP or a Unix-domain one.
     *
     * @param channel connected; it is made non-blocking. To give it up, cancel the future: that others have closed it is
     *     noticed when its deadline comes. It is closed when the upgrade fails, also when the loop takes no
     *     more, but for a channel that is in this loop already
     * @param connection not begun
     * @return as {@link #connect}
     */
    public CompletableFuture<StartTlsChannel> upgrade(SocketChannel channel, UpgradeConnection connection) {
        Objects.requireNonNull(channel, "channel: expected a connected one, got null");
        requireConnection(connection);
        return admit(connection, channel, future -> {
            try {
                if (channel.keyFor(loop.selector()) != null) {
                    throw new IllegalArgumentException(
                            "channel: expected one that is in no loop, got one that is in this loop already");
                }
                channel.configureBlocking(false);
                new LoopedUpgrade(loop, channel.register(loop.selector(), 0), connection, future).begin();
            } catch (IllegalArgumentException e) {
                // The channel stays open: the upgrade that registered it goes on.
                loop.release();
                future.completeExceptionally(refused(connection, e));
            } catch (Throwable e) {
                Quietly.close(channel);
                loop.release();
                future.completeExceptionally(refused(connection, e));
            }
        });
    }

    /**
     * Reads and writes a channel from here on, whose upgrade is done, for the application: see {@link LoopChannel}. It takes a
     * place of the loop until it is closed or released. What depends on the future of {@link #connect} or {@link #upgrade}, or
     * receives what a server hands over, and calls this at once on the loop's thread, always finds one: that of the upgrade.
     *
     * <pre>{@code
     * loop.connect(address, connection, Duration.ofSeconds(10)).thenCompose(loop::adopt);
     * }</pre>
     *
     * @param channel over a {@link SocketChannel}, TCP or a Unix-domain one, which is made non-blocking. From here on it is not
     *     to be read or written but through the new channel: that throws an {@link IllegalStateException}. It is closed
     *     if the loop takes no more; where it could not be adopted for another reason, it is left as it is
     * @return completed by the loop's thread; on that thread, at once. Cancelling it closes the channel. Fails with
     *     <ul>
     *       <li>an {@link UpgradeException} of reason {@link FailureReason#REJECTED} if the loop is full or closed,
     *       <li>an {@link IllegalStateException} if the upgrade is not done, another thread reads or writes, or the
     *           channel is in a loop or registered with a selector,
     *       <li>an {@link IllegalArgumentException} if its transport is no socket channel,
     *       <li>a {@link java.nio.channels.ClosedChannelException} if it is closed
     *     </ul>
     */
    public CompletableFuture<LoopChannel> adopt(StartTlsChannel channel) {
        Objects.requireNonNull(channel, "channel: expected one whose upgrade is done, got null");
        return adopt(loop, channel);
    }

    /** The same on a loop that has no other face. */
    static CompletableFuture<LoopChannel> adopt(SelectorLoop loop, StartTlsChannel channel) {
        try {
            var unused = Adoption.requireFree(channel);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (!loop.reserve()) {
            Quietly.close(channel);
            return CompletableFuture.failedFuture(loop.noRoom());
        }
        CompletableFuture<LoopChannel> future = new CompletableFuture<>();
        LoopTasks.Arrival arrival = new LoopTasks.Arrival() {
            @Override
            public void run() {
                LoopChannel adopted;
                try {
                    adopted = new LoopChannel(LoopedChannel.adopt(loop, channel));
                } catch (Throwable e) {
                    loop.release();
                    future.completeExceptionally(e);
                    return;
                }
                if (!future.complete(adopted)) {
                    Quietly.close(adopted);
                }
            }

            @Override
            public void tooLate() {
                loop.release();
                Quietly.close(channel);
                future.completeExceptionally(SelectorLoop.closed());
            }
        };
        if (loop.inLoop()) {
            arrival.run();
        } else {
            loop.enqueue(arrival);
        }
        return future;
    }

    /** The same at once, in the place of the connection that is passed on: on the loop's thread. */
    static LoopChannel adoptHere(SelectorLoop loop, StartTlsChannel channel) throws IOException {
        var unused = Adoption.requireFree(channel);
        if (!loop.reserve()) {
            throw loop.noRoom();
        }
        try {
            return new LoopChannel(LoopedChannel.adopt(loop, channel));
        } catch (Throwable e) {
            loop.release();
            throw e;
        }
    }

    private static UpgradeException refused(UpgradeConnection connection, Throwable thrown) {
        UpgradeException why = thrown instanceof IOException closed
                ? Failures.closedHere(closed, Phase.CONNECT)
                        .orElseGet(() -> Failures.ofClientCode(closed, Phase.CONNECT))
                : Failures.ofClientCode(thrown, Phase.CONNECT);
        connection.abort(why);
        connection.end();
        return why;
    }

    /**
     * Accepts connections and upgrades each.
     *
     * @param server bound; it is made non-blocking, and closed with the loop. Closing it ends the accepting: the loop looks
     *     for that four times a second, and until then the port is bound
     * @param connections makes the server side of a connection; {@code null} refuses the client, whose connection is then
     *     closed without a word. What it throws closes that connection, and goes to the uncaught-exception handler of the
     *     loop's thread
     * @param ready given the channels whose dialogue handed them over; dialogues that close theirs are not heard of, and
     *     failures go to the listener of the connection's settings
     * @return completed when the accepting has begun
     */
    public CompletableFuture<Void> listen(
            ServerSocketChannel server,
            Function<Peer, UpgradeConnection> connections,
            Consumer<StartTlsChannel> ready) {
        return listen(List.of(this), server, connections, ready);
    }

    /**
     * Accepts connections and upgrades each on one of several loops, so that a server uses as many cores: each connection goes
     * to the loop that has the fewest, and stays there.
     *
     * <p>One of the loops accepts for all, and so must not be kept from it by code of the application that blocks. A full loop
     * gets no more connections, nor does one that is closed or has ended: the others go on, one of them accepting if need be.
     * When all are full, connections stay in the backlog; when all are closed, the server is.
     *
     * @param loops at least one, each run by a thread of its own
     * @param server as with {@link #listen(ServerSocketChannel, Function, Consumer)}
     * @param connections the same; called by the threads of all loops, at the same time
     * @param ready the same
     * @return completed when the accepting has begun
     * @throws IllegalArgumentException if there is no loop
     */
    public static CompletableFuture<Void> listen(
            List<UpgradeLoop> loops,
            ServerSocketChannel server,
            Function<Peer, UpgradeConnection> connections,
            Consumer<StartTlsChannel> ready) {
        Objects.requireNonNull(
                ready, "ready: expected a consumer of the channels, got null; pass channel -> {} to drop them");
        return listen(loops, server, Prefaces.NONE, connections, Acceptor.handingTo(ready));
    }

    /**
     * The same with what comes before the sessions, and a receiver that is given the loop, too, on whose thread it is
     * called, and hands the channel over.
     */
    static CompletableFuture<Void> listen(
            List<UpgradeLoop> loops,
            ServerSocketChannel server,
            Prefaces prefaces,
            Function<Peer, UpgradeConnection> connections,
            BiConsumer<SelectorLoop, StartTlsChannel> ready) {
        ServingLoops serving = new ServingLoops(requireLoops(loops));
        Objects.requireNonNull(server, "server: expected a bound channel, got null");
        Objects.requireNonNull(
                connections, "connections: expected a function that makes the server side of each, got null");
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Optional<SelectorLoop> first = serving.open();
        if (first.isEmpty()) {
            begun.completeExceptionally(SelectorLoop.closed());
            return begun;
        }
        SelectorLoop accepting = first.get();
        Acceptor acceptor = new Acceptor(accepting, serving, server, prefaces, connections, ready);
        LoopTasks.Arrival arrival = new LoopTasks.Arrival() {
            @Override
            public void run() {
                if (accepting.closing()) {
                    tooLate();
                    return;
                }
                try {
                    acceptor.begin();
                    begun.complete(null);
                } catch (Throwable e) {
                    acceptor.close();
                    begun.completeExceptionally(e);
                }
            }

            @Override
            public void tooLate() {
                begun.completeExceptionally(SelectorLoop.closed());
            }
        };
        accepting.enqueue(arrival);
        return begun;
    }

    static List<SelectorLoop> requireLoops(List<UpgradeLoop> loops) {
        Objects.requireNonNull(loops, "loops: expected those to serve on, got null");
        if (loops.isEmpty()) {
            throw new IllegalArgumentException("loops: expected at least one to serve on, got none");
        }
        return loops.stream()
                .map(each ->
                        Objects.requireNonNull(each, "loops: expected loops to serve on, got null among them").loop)
                .distinct()
                .toList();
    }

    /**
     * How many connections are in the loop, those that it has {@linkplain #adopt adopted} among them.
     *
     * @return from 0 to as many as it takes
     */
    public int underway() {
        return loop.underway();
    }

    /**
     * Shuts down in order: accepts nothing more, lets what is underway come to its end or its deadline, then ends {@link
     * #run}. Returns at once. A loop that no thread runs ends here if nothing is underway. A channel that was {@linkplain
     * #adopt adopted} is underway until it is closed or released.
     */
    @Override
    public void close() {
        loop.close();
    }

    /**
     * Shuts down now: what is underway is closed, its futures fail with {@link FailureReason#REJECTED} in the phase that
     * they were in. Servers say so first where their protocol has words for it (421, BYE) and their client takes them at
     * once. Channels that were {@linkplain #adopt adopted} say close_notify if it leaves at once.
     */
    public void closeNow() {
        loop.closeNow();
    }

    /**
     * Completed when {@link #run} has ended.
     *
     * @return never fails
     */
    public CompletableFuture<Void> stopped() {
        return loop.stopped().copy();
    }

    /**
     * Runs the loop on the calling thread until it is closed; interrupting that thread while it waits for its connections
     * closes it at once. While it serves one, an interrupt looks like one that code of the application has left
     * there (a handler, a listener, a future's dependent): it is taken back, and reported to the uncaught-exception handler
     * of the thread. {@link #closeNow} ends the loop at any time. To be called once.
     *
     * @throws IllegalStateException if it is run by a second thread, or again
     */
    @Override
    public void run() {
        loop.run();
    }

    /** One line for people: how many connections are underway, and whether it runs. Any thread may call it. */
    @Override
    public String toString() {
        return "UpgradeLoop[" + loop + "]";
    }

    /**
     * Has the loop's thread begin something, if there is room.
     *
     * @param channel closed if the loop does not take it
     */
    private CompletableFuture<StartTlsChannel> admit(
            UpgradeConnection connection, Closeable channel, Consumer<CompletableFuture<StartTlsChannel>> admission) {
        if (Failures.isBegun(connection)) {
            // Its session goes on over another channel, or over this one.
            if (!(channel instanceof SelectableChannel own && own.isRegistered())) {
                Quietly.close(channel);
            }
            return CompletableFuture.failedFuture(
                    Failures.ofClientCode(Failures.begun(connection.state()), Phase.CONNECT));
        }
        if (!loop.reserve()) {
            Quietly.close(channel);
            return failed(connection, loop.noRoom());
        }
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        loop.admit(new LoopTasks.Arrival() {
            @Override
            public void run() {
                admission.accept(future);
            }

            @Override
            public void tooLate() {
                loop.release();
                Quietly.close(channel);
                UpgradeException closed = SelectorLoop.closed();
                connection.abort(closed);
                connection.end();
                future.completeExceptionally(closed);
            }
        });
        return future;
    }
}
