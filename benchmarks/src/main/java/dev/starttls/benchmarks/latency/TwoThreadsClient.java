package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.DaemonThreads;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * This library, blocking, with another thread that makes the ClientHello while the first connects and speaks the
 * protocol.
 */
final class TwoThreadsClient implements UpgradeClient {

    private final ExecutorService preparer = Executors.newSingleThreadExecutor(DaemonThreads.named("preparer"));

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        return MailProtocol.client(target, tls.settings(version))
                .preparation(preparer)
                .connect();
    }

    @Override
    public void close() {
        preparer.shutdown();
    }
}
