package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.core.nio.UpgradeLoop;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletionException;

/**
 * This library on a selector loop; the caller waits for the future, so that there is a switch between two threads.
 * While the loop's thread connects, the caller's thread, which is otherwise idle, makes the ClientHello.
 */
final class LoopClient implements UpgradeClient {

    private final UpgradeLoop loop;

    LoopClient() throws IOException {
        loop = UpgradeLoop.open(10, Runnable::run);
        DaemonThreads.start("client loop", loop);
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        try {
            return MailProtocol.client(target, tls.settings(version))
                    .preparation(Runnable::run)
                    .connect(loop)
                    .join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        loop.closeNow();
    }
}
