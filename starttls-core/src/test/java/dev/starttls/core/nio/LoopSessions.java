package dev.starttls.core.nio;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A loop whose clock is the test's, on a thread of its own, and pairs of which it has adopted one side. */
final class LoopSessions implements AutoCloseable {

    static final String PLAINTEXT = "plaintext";
    /** Of the kernel for each direction, in octets: soon full. */
    private static final int SOCKET_BUFFER = 16_384;

    private final AtomicLong now = new AtomicLong();
    private final SelectorLoop loop;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

    LoopSessions(int max, Executor tasks) throws IOException {
        loop = new SelectorLoop(Selector.open(), max, tasks, now::get);
        thread = new Thread(loop::run, "sessions");
        thread.setUncaughtExceptionHandler((where, fault) -> faults.add(fault));
        thread.start();
    }

    LoopSessions() throws IOException {
        this(1_000, Runnable::run);
    }

    /**
     * Both sides of a session.
     *
     * @param loop the client's, which the loop has adopted
     * @param peer the server's, blocking
     * @param original what was adopted
     */
    record Session(LoopChannel loop, StartTlsChannel peer, StartTlsChannel original, Loopback sockets) {}

    SelectorLoop loop() {
        return loop;
    }

    Thread thread() {
        return thread;
    }

    ConcurrentLinkedQueue<Throwable> faults() {
        return faults;
    }

    /** By a version of TLS, or {@link #PLAINTEXT}. */
    Session session(String version) throws Exception {
        return session(version, UnaryOperator.identity());
    }

    Session session(String version, UnaryOperator<ByteChannel> peerSide) throws Exception {
        Pair pair = upgraded(version, peerSide);
        return new Session(await(adopt(pair.client())), pair.server(), pair.client(), pair.sockets());
    }

    static Pair upgraded(String version, UnaryOperator<ByteChannel> peerSide) throws Exception {
        boolean plaintext = version.equals(PLAINTEXT);
        UpgradeSettings clients = plaintext
                ? Pair.clientSettings().withPolicy(TlsPolicy.OPPORTUNISTIC)
                : Pair.clientSettings()
                        .withTls(Pair.clientTls().versions(version).build());
        UpgradeSettings servers =
                plaintext ? Pair.serverSettings().withPolicy(TlsPolicy.DISABLED) : Pair.serverSettings();
        Pair pair = Pair.connected(clients, servers, UnaryOperator.identity(), peerSide);
        for (SocketChannel socket :
                new SocketChannel[] {pair.sockets().client(), pair.sockets().server()}) {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        return pair.upgrade();
    }

    CompletableFuture<LoopChannel> adopt(StartTlsChannel channel) {
        return UpgradeLoop.adopt(loop, channel);
    }

    /** Runs it on the loop's thread, and waits for its end. */
    void inLoop(Pair.Work work) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        await(done);
    }

    /** Returns when the loop has served what had come before. */
    void pass() throws Exception {
        // What is selected is served after what has arrived: once more, and it has been.
        inLoop(() -> {});
        inLoop(() -> {});
        inLoop(() -> {});
    }

    /** Moves the clock, and no more. */
    void clock(long nanos) {
        now.addAndGet(nanos);
    }

    /** Moves the clock, and has the loop look at it. */
    void elapse(long nanos) throws Exception {
        now.addAndGet(nanos);
        pass();
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(100, TimeUnit.SECONDS);
    }

    /** Reads so many octets by futures, one read after the other. */
    static CompletableFuture<byte[]> readAll(LoopChannel channel, int count) {
        return readInto(channel, ByteBuffer.allocate(count)).thenApply(ByteBuffer::array);
    }

    private static CompletableFuture<ByteBuffer> readInto(LoopChannel channel, ByteBuffer dst) {
        return channel.read(dst)
                .thenCompose(read -> dst.hasRemaining() && read >= 0
                        ? readInto(channel, dst)
                        : CompletableFuture.completedFuture(dst));
    }

    @Override
    public void close() {
        loop.closeNow();
        loop.stopped().copy().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
