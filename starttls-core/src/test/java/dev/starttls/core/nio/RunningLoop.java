package dev.starttls.core.nio;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A loop on a thread of its own, with what happens on it. */
final class RunningLoop implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofMinutes(4);

    /** For whatever is not meant to be given up, on whatever machine. */
    private static final UpgradeLimits PATIENT = UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMinutes(10));

    private final UpgradeLoop loop;
    private final Thread thread;
    private final LinkedBlockingQueue<StartTlsChannel> handedOver = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

    RunningLoop(int max, Executor tasks) throws IOException {
        loop = UpgradeLoop.open(max, tasks);
        thread = new Thread(loop, "loop");
        thread.setUncaughtExceptionHandler((where, fault) -> faults.add(fault));
        thread.start();
    }

    RunningLoop() throws IOException {
        this(5000, Runnable::run);
    }

    UpgradeLoop loop() {
        return loop;
    }

    Thread thread() {
        return thread;
    }

    /** What went to the handler of uncaught exceptions. */
    ConcurrentLinkedQueue<Throwable> faults() {
        return faults;
    }

    /** The channels that a listening server has handed over. */
    StartTlsChannel handedOver() throws InterruptedException {
        return handedOver.poll(30, TimeUnit.SECONDS);
    }

    ServerSocketChannel listen() throws Exception {
        ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort(), 1024);
        loop.listen(server, peer -> Pair.serverConnection(Pair.serverSettings().withLimits(PATIENT)), handedOver::add)
                .get(30, TimeUnit.SECONDS);
        return server;
    }

    CompletableFuture<StartTlsChannel> connect(ServerSocketChannel server) throws IOException {
        return connect(server, Pair.clientConnection(Pair.clientSettings().withLimits(PATIENT)));
    }

    CompletableFuture<StartTlsChannel> connect(ServerSocketChannel server, UpgradeConnection connection)
            throws IOException {
        return loop.connect((InetSocketAddress) server.getLocalAddress(), connection, CONNECT);
    }

    /** A thread that is kept from running may not see in time that it is connected: then it is tried once more. */
    static UpgradeException failureOnceConnected(Callable<UpgradeException> attempt) throws Exception {
        UpgradeException failed = attempt.call();
        while (failed.reason() == FailureReason.CONNECT_FAILED) {
            failed = attempt.call();
        }
        return failed;
    }

    static UpgradeException failure(CompletableFuture<?> failed) throws Exception {
        return (UpgradeException) thrown(failed);
    }

    static Throwable thrown(CompletableFuture<?> failed) throws Exception {
        try {
            failed.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return e.getCause();
        }
        throw new AssertionError("Expected a failure, got none");
    }

    /** Waits until the loop has ended. */
    void stop() {
        loop.stopped().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        loop.closeNow();
        stop();
    }
}
