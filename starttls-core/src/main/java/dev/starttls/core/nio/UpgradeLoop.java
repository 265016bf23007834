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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final Arrivals arrivals = new Arrivals();
    private final Deadlines deadlines = new Deadlines();
    /** All that is underway, whether or not it has a key: its channel may have been closed by others. */
    private final Set<Selected> members = new HashSet<>();

    private final List<Acceptor> waitingForRoom = new ArrayList<>();
    private final List<Runnable> completions = new ArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final AtomicBoolean taken = new AtomicBoolean();
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
        return address.isUnresolved()
                ? CompletableFuture.failedFuture(Connector.unknown(address.getHostString()))
                : connect(List.of(address), connection, timeout, System.nanoTime());
    }

    /** The same with several addresses of one host, for a caller who began at some time. */
    CompletableFuture<StartTlsChannel> connect(
            List<InetSocketAddress> addresses, UpgradeConnection connection, Duration timeout, long began) {
        return admit(future -> new LoopedConnect(this, connection, future, addresses, timeout, began).begin());
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
                new LoopedUpgrade(this, channel.register(selector, 0), connection, future).begin();
            } catch (IOException | RuntimeException e) {
                Quietly.close(channel);
                release();
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
        Acceptor acceptor = new Acceptor(this, server, connections, ready);
        Arrivals.Arrival arrival = new Arrivals.Arrival() {
            @Override
            public void run() {
                if (closing) {
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
                begun.completeExceptionally(closed());
            }
        };
        if (closing) {
            arrival.tooLate();
        } else {
            enqueue(arrival);
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
     * #run}. Returns at once. A loop that nobody runs ends here if nothing is underway.
     */
    @Override
    public void close() {
        closing = true;
        if (underway.get() == 0) {
            endUnlessRun();
        }
        selector.wakeup();
    }

    /** Shuts down now: what is underway is closed, its futures fail with {@link FailureReason#REJECTED}. */
    public void closeNow() {
        closing = true;
        abandoning = true;
        endUnlessRun();
        selector.wakeup();
    }

    /**
     * Completed when {@link #run} has ended.
     *
     * @return never fails
     */
    public CompletableFuture<Void> stopped() {
        return stopped.copy();
    }

    /**
     * Runs the loop on the calling thread until it is closed; interrupting that thread closes it at once. To be called
     * once.
     *
     * @throws IllegalStateException if it is run by a second thread, or again
     */
    @Override
    public void run() {
        if (!taken.compareAndSet(false, true)) {
            if (closing) {
                return;
            }
            throw new IllegalStateException("Expected one thread to run the loop once, got another; open another loop");
        }
        try {
            while (!abandoning && (!closing || underway.get() > 0)) {
                turn();
                if (Thread.currentThread().isInterrupted()) {
                    abandoning = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Expected the selector to work, got " + e + "; all its connections are closed", e);
        } finally {
            end();
        }
    }

    private void endUnlessRun() {
        if (taken.compareAndSet(false, true)) {
            end();
        }
    }

    private void turn() throws IOException {
        if (arrivals.isEmpty()) {
            selector.select(deadlines.millisToNext(System.nanoTime()));
        } else {
            selector.selectNow();
        }
        arrivals.runAll();
        if (closing) {
            stopAccepting();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            ((Selected) key.attachment()).selected(key);
        }
        selector.selectedKeys().clear();
        deadlines.expire(System.nanoTime());
        complete();
        if (underway() < most) {
            waitingForRoom.forEach(Acceptor::resume);
            waitingForRoom.clear();
        }
    }

    /** Hands out what is finished, once the selector has forgotten it. */
    private void complete() throws IOException {
        while (!completions.isEmpty()) {
            selector.selectNow();
            selector.selectedKeys().clear();
            List<Runnable> due = List.copyOf(completions);
            completions.clear();
            due.forEach(Runnable::run);
        }
    }

    private void stopAccepting() {
        for (Selected member : List.copyOf(members)) {
            if (member instanceof Acceptor acceptor) {
                acceptor.close();
            }
        }
    }

    private void end() {
        closing = true;
        arrivals.end();
        for (Selected member : List.copyOf(members)) {
            member.abandoned(rejected("Expected the loop to go on, but it was shut down; use another"));
        }
        try {
            complete();
            selector.close();
        } catch (IOException e) {
            // Nothing is registered any more: there is nothing to lose.
            completions.forEach(Runnable::run);
        } finally {
            stopped.complete(null);
        }
    }

    private CompletableFuture<StartTlsChannel> admit(Consumer<CompletableFuture<StartTlsChannel>> admission) {
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        if (!reserve()) {
            future.completeExceptionally(
                    closing
                            ? closed()
                            : rejected("Expected room for another connection, got " + most
                                    + " underway; try again later, or open the loop for more"));
            return future;
        }
        enqueue(new Arrivals.Arrival() {
            @Override
            public void run() {
                admission.accept(future);
            }

            @Override
            public void tooLate() {
                release();
                future.completeExceptionally(closed());
            }
        });
        return future;
    }

    private void enqueue(Arrivals.Arrival arrival) {
        if (arrivals.add(arrival)) {
            selector.wakeup();
        } else {
            arrival.tooLate();
        }
    }

    /** Has something done on the loop's thread, or never if the loop ends before. */
    void execute(Runnable onLoop) {
        enqueue(onLoop::run);
    }

    /** Has something done on the loop's thread when the future is cancelled, by whatever thread. */
    void whenCancelled(CompletableFuture<?> future, Runnable onLoop) {
        var unused = future.whenComplete((done, thrown) -> {
            if (future.isCancelled()) {
                execute(onLoop);
            }
        });
    }

    /** To be called on the loop's thread: has the future of a connection completed once its key is forgotten. */
    void whenForgotten(Runnable completion) {
        completions.add(completion);
    }

    /** To be called on the loop's thread: has the acceptor resume when there is room. */
    void whenRoom(Acceptor acceptor) {
        waitingForRoom.add(acceptor);
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
        underway.decrementAndGet();
    }

    /** To be called on the loop's thread: who is to be abandoned when the loop ends. */
    void join(Selected member) {
        members.add(member);
    }

    void leave(Selected member) {
        members.remove(member);
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

    static UpgradeException rejected(String detail) {
        return new UpgradeException(FailureReason.REJECTED, Phase.CONNECT, detail);
    }

    static UpgradeException cancelled() {
        return rejected("Expected to go on, but the future was cancelled");
    }

    private static UpgradeException closed() {
        return rejected("Expected a running loop, got a closed one; open another");
    }

    /** What a key of the loop's selector belongs to. */
    sealed interface Selected permits LoopedConnect, LoopedUpgrade, Acceptor {

        void selected(SelectionKey key);

        /** To be closed, for a reason. */
        void abandoned(UpgradeException why);
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
