package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
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

    private final Selector selector;
    private final int most;
    private final Executor tasks;
    private final AtomicInteger underway = new AtomicInteger();
    private final ConcurrentLinkedQueue<Runnable> arrivals = new ConcurrentLinkedQueue<>();
    private final Deadlines deadlines = new Deadlines();
    private final List<Runnable> completions = new ArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile boolean abandoning;

    private UpgradeLoop(Selector selector, int most, Executor tasks) {
        this.selector = selector;
        this.most = most;
        this.tasks = tasks;
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
        return new UpgradeLoop(Selector.open(), most, tasks);
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
        return admit(future -> {
            if (address.isUnresolved()) {
                throw Connector.unknown(address.getHostString());
            }
            SocketChannel channel = SocketChannel.open();
            try {
                new LoopedUpgrade(this, channel, connection, future).connect(selector, address, timeout);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        });
    }

    /**
     * Upgrades a channel that is connected.
     *
     * @param channel connected; it is made non-blocking
     * @param connection not begun
     * @return as {@link #connect}
     */
    public CompletableFuture<StartTlsChannel> upgrade(SocketChannel channel, UpgradeConnection connection) {
        return admit(future -> new LoopedUpgrade(this, channel, connection, future).begin(selector));
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
        boolean taken = enqueue(() -> {
            try {
                server.configureBlocking(false);
                server.register(selector, SelectionKey.OP_ACCEPT, new Acceptor(this, server, connections, ready));
                begun.complete(null);
            } catch (IOException | RuntimeException e) {
                begun.completeExceptionally(e);
            }
        });
        if (!taken) {
            begun.completeExceptionally(rejected("Expected a running loop, got a closed one"));
        }
        return begun;
    }

    /**
     * How many connections are in the loop.
     *
     * @return from 0 to the most it takes
     */
    public int underway() {
        return underway.get();
    }

    /**
     * Shuts down in order: accepts nothing more, lets what is underway come to its end or its deadline, then ends {@link
     * #run}. Returns at once.
     */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
    }

    /** Shuts down now: what is underway is closed, its futures fail with {@link FailureReason#REJECTED}. */
    public void closeNow() {
        abandoning = true;
        close();
    }

    /**
     * Completed when {@link #run} has ended.
     *
     * @return never fails
     */
    public CompletableFuture<Void> stopped() {
        return stopped.copy();
    }

    /** Runs the loop on the calling thread until it is closed. To be called once. */
    @Override
    public void run() {
        try {
            while (!closing || underway.get() > 0) {
                if (abandoning) {
                    break;
                }
                turn();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Expected the selector to work, got " + e + "; all its connections are closed", e);
        } finally {
            closing = true;
            endAll();
            stopped.complete(null);
        }
    }

    private void turn() throws IOException {
        long wait = deadlines.millisToNext(System.nanoTime());
        if (!arrivals.isEmpty()) {
            selector.selectNow();
        } else {
            selector.select(wait);
        }
        for (Runnable arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
            arrival.run();
        }
        if (closing) {
            stopAccepting();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            ((Selected) key.attachment()).selected(key);
        }
        selector.selectedKeys().clear();
        deadlines.expire(System.nanoTime());
        complete();
    }

    /** Hands out what is finished, once the selector has forgotten it. */
    private void complete() throws IOException {
        if (!completions.isEmpty()) {
            selector.selectNow();
            selector.selectedKeys().clear();
            List<Runnable> due = List.copyOf(completions);
            completions.clear();
            due.forEach(Runnable::run);
        }
    }

    private void stopAccepting() {
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Acceptor acceptor) {
                acceptor.close(key);
            }
        }
    }

    private void endAll() {
        for (Runnable arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
            arrival.run();
        }
        for (SelectionKey key : List.copyOf(selector.keys())) {
            ((Selected) key.attachment()).abandoned(key);
        }
        try {
            complete();
            selector.close();
        } catch (IOException e) {
            // Nothing is registered any more: there is nothing to lose.
            completions.forEach(Runnable::run);
        }
    }

    private CompletableFuture<StartTlsChannel> admit(Admission admission) {
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        if (!reserve()) {
            future.completeExceptionally(rejected("Expected room for another connection, got " + most
                    + " underway; try again later, or open the loop for more"));
            return future;
        }
        if (!enqueue(() -> {
            try {
                admission.begin(future);
            } catch (IOException | RuntimeException e) {
                release();
                future.completeExceptionally(e);
            }
        })) {
            release();
            future.completeExceptionally(rejected("Expected a running loop, got a closed one"));
        }
        return future;
    }

    /** Returns false if the loop has stopped and the arrival will never run. */
    private boolean enqueue(Runnable arrival) {
        if (closing) {
            return false;
        }
        arrivals.add(arrival);
        selector.wakeup();
        return !stopped.isDone() || !arrivals.remove(arrival);
    }

    static UpgradeException rejected(String detail) {
        return new UpgradeException(FailureReason.REJECTED, Phase.CONNECT, detail);
    }

    /** Takes a place for a connection, if there is one. */
    boolean reserve() {
        int now = underway.get();
        while (now < most && !closing) {
            if (underway.compareAndSet(now, now + 1)) {
                return true;
            }
            now = underway.get();
        }
        return false;
    }

    void release() {
        if (underway.getAndDecrement() == most) {
            for (SelectionKey key : keys()) {
                if (key.isValid() && key.attachment() instanceof Acceptor) {
                    key.interestOps(SelectionKey.OP_ACCEPT);
                }
            }
        }
    }

    private Set<SelectionKey> keys() {
        return selector.isOpen() ? selector.keys() : Set.of();
    }

    void whenForgotten(Runnable completion) {
        completions.add(completion);
    }

    void run(Runnable onLoop) {
        arrivals.add(onLoop);
        selector.wakeup();
    }

    Deadlines deadlines() {
        return deadlines;
    }

    Executor tasks() {
        return tasks;
    }

    Selector selector() {
        return selector;
    }

    /** What a key of the loop's selector belongs to. */
    sealed interface Selected permits LoopedUpgrade, Acceptor {
        void selected(SelectionKey key);

        void abandoned(SelectionKey key);
    }

    /** Begins a connection on the loop's thread. */
    private interface Admission {
        void begin(CompletableFuture<StartTlsChannel> future) throws IOException;
    }

    /** A fault in the author's code goes where uncaught exceptions of this thread go; the loop serves the others on. */
    static void report(RuntimeException fault) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
    }

    static Peer peerOf(SocketChannel channel) throws IOException {
        SocketAddress address = channel.getRemoteAddress();
        return address instanceof InetSocketAddress inet
                ? new Peer(inet.getHostString(), inet.getPort())
                : new Peer(String.valueOf(address), -1);
    }
}
