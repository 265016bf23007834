package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.benchmarks.MinimalDialogue;
import dev.starttls.benchmarks.ResourceUsage;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;

/** This library on one selector thread, or on several that share a listener. */
final class LoopServer implements UpgradeServer {

    /** Also the backlog: no client of a measurement waits for a place. */
    private static final int MAX_CONNECTIONS = 10_000;

    private final List<UpgradeLoop> loops = new ArrayList<>();
    private final ExecutorService executor =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), DaemonThreads.named("tasks"));
    private final LongAdder taskNanos = new LongAdder();
    private final ServerSocketChannel listening;
    private final List<Thread> threads = new ArrayList<>();

    /** Where the delegated tasks of handshakes run. */
    enum Tasks {
        /** On the selector thread. */
        ON_THE_LOOP,
        /** On as many threads as there are processors. */
        ON_AN_EXECUTOR
    }

    LoopServer(SSLContext context, Tasks tasks, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            loops.add(UpgradeLoop.open(MAX_CONNECTIONS, tasks == Tasks.ON_THE_LOOP ? Runnable::run : this::execute));
            threads.add(DaemonThreads.named("loop").newThread(loops.get(i)));
            threads.get(i).start();
        }
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder().context(context).build());
        listening = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_CONNECTIONS);
        UpgradeLoop.listen(
                        loops,
                        listening,
                        peer -> new UpgradeConnection(new MinimalDialogue(Role.SERVER, INSIDE.strip()), settings, peer),
                        LoopServer::close)
                .join();
    }

    @Override
    public int port() {
        return listening.socket().getLocalPort();
    }

    @Override
    public long cpuNanos() {
        return threads.stream().mapToLong(ResourceUsage::nanosOf).sum() + taskNanos.sum();
    }

    @Override
    public void close() {
        loops.forEach(UpgradeLoop::closeNow);
        executor.shutdownNow();
    }

    private void execute(Runnable task) {
        executor.execute(() -> {
            long before = ResourceUsage.nanosOfThisThread();
            task.run();
            taskNanos.add(ResourceUsage.nanosOfThisThread() - before);
        });
    }

    private static void close(StartTlsChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
