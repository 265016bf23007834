package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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
 * future's. A server's dialogue that answers commands to the end of its session stays in the loop until it closes.
 *
 * <p>All methods may be called by any thread. Futures are completed by the loop's thread: what depends on them must not
 * block, or must run elsewhere ({@code thenAcceptAsync}).
 */
public final class UpgradeLoop implements Runnable, AutoCloseable {

    private final SelectorLoop loop;

    private UpgradeLoop(SelectorLoop loop) {
        this.loop = loop;
    }

    /**
     * Opens a loop that nobody runs yet.
     *
     * @param most how many connections it takes at once; at least 1. Others are rejected: a client's future fails with
     *     {@link FailureReason#REJECTED}, a server leaves them in its backlog
     * @param tasks runs the delegated tasks of handshakes, which compute for a millisecond or so; {@code Runnable::run}
     *     runs them on the loop's thread
     * @return a loop, to be run by a thread
     * @throws IOException if there is no selector
     */
    public static UpgradeLoop open(int most, Executor tasks) throws IOException {
        if (most < 1) {
            throw new IllegalArgumentException("most: expected at least 1 connection, got " + most);
        }
        return new UpgradeLoop(new SelectorLoop(Selector.open(), most, tasks));
    }

    /**
     * Connects and upgrades.
     *
     * @param address resolved
     * @param connection not begun
     * @param timeout for the TCP connection; positive. The phases behind it have the connection's own limits
     * @return completed with the channel when its dialogue is over; fails with an {@link UpgradeException}. Cancelling it
     *     closes the connection
     */
    public CompletableFuture<StartTlsChannel> connect(
            InetSocketAddress address, UpgradeConnection connection, Duration timeout) {
        return address.isUnresolved()
                ? CompletableFuture.failedFuture(Connector.unknown(address.getHostString()))
                : connect(List.of(address), connection, timeout, System.nanoTime());
    }

    /** The same with several addresses of one host, for a caller who began at some time. */
    CompletableFuture<StartTlsChannel> connect(
            List<InetSocketAddress> addresses, UpgradeConnection connection, Duration timeout, long began) {
        return admit(future -> new LoopedConnect(loop, connection, future, addresses, timeout, began).begin());
    }

    /**
     * Upgrades a channel that is connected.
     *
     * @param channel connected; it is made non-blocking
     * @param connection not begun
     * @return as {@link #connect}
     */
    public CompletableFuture<StartTlsChannel> upgrade(SocketChannel channel, UpgradeConnection connection) {
        return admit(future -> {
            try {
                channel.configureBlocking(false);
                new LoopedUpgrade(loop, channel.register(loop.selector(), 0), connection, future).begin();
            } catch (IOException | RuntimeException e) {
                Quietly.close(channel);
                loop.release();
                future.completeExceptionally(e);
            }
        });
    }

    /**
     * Accepts connections and upgrades each.
     *
     * @param server bound; it is made non-blocking, and closed with the loop. Closing it ends the accepting
     * @param connections makes the server side of a connection
     * @param ready given the channels whose dialogue handed them over; dialogues that close theirs are not heard of, and
     *     failures go to the listener of the connection's settings
     * @return completed when the accepting has begun
     */
    public CompletableFuture<Void> listen(
            ServerSocketChannel server,
            Function<Peer, UpgradeConnection> connections,
            Consumer<StartTlsChannel> ready) {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Acceptor acceptor = new Acceptor(loop, server, connections, ready);
        Arrivals.Arrival arrival = new Arrivals.Arrival() {
            @Override
            public void run() {
                if (loop.closing()) {
                    tooLate();
                    return;
                }
                try {
                    acceptor.begin();
                    begun.complete(null);
                } catch (IOException | RuntimeException e) {
                    begun.completeExceptionally(e);
                }
            }

            @Override
            public void tooLate() {
                begun.completeExceptionally(SelectorLoop.closed());
            }
        };
        if (loop.closing()) {
            arrival.tooLate();
        } else {
            loop.enqueue(arrival);
        }
        return begun;
    }

    /**
     * How many connections are in the loop.
     *
     * @return from 0 to the most it takes
     */
    public int underway() {
        return loop.underway();
    }

    /**
     * Shuts down in order: accepts nothing more, lets what is underway come to its end or its deadline, then ends {@link
     * #run}. Returns at once. A loop that nobody runs ends here if nothing is underway.
     */
    @Override
    public void close() {
        loop.close();
    }

    /** Shuts down now: what is underway is closed, its futures fail with {@link FailureReason#REJECTED}. */
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
     * Runs the loop on the calling thread until it is closed; interrupting that thread closes it at once. To be called
     * once.
     *
     * @throws IllegalStateException if it is run by a second thread, or again
     */
    @Override
    public void run() {
        loop.run();
    }

    private CompletableFuture<StartTlsChannel> admit(Consumer<CompletableFuture<StartTlsChannel>> admission) {
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        if (!loop.reserve()) {
            future.completeExceptionally(loop.noRoom());
            return future;
        }
        loop.enqueue(new Arrivals.Arrival() {
            @Override
            public void run() {
                admission.accept(future);
            }

            @Override
            public void tooLate() {
                loop.release();
                future.completeExceptionally(SelectorLoop.closed());
            }
        });
        return future;
    }

    static Peer peerOf(SocketChannel channel) throws IOException {
        SocketAddress address = channel.getRemoteAddress();
        return address instanceof InetSocketAddress inet
                ? new Peer(inet.getHostString(), inet.getPort())
                : new Peer(String.valueOf(address), -1);
    }
}
