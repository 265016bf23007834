package dev.starttls.benchmarks.latency;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.smtp.SmtpClient;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;

/**
 * This library on a selector loop; the caller waits for the future, so that two threads hand over to one another. While the
 * loop's thread connects, the caller's, which has nothing else to do here, makes the ClientHello.
 */
final class LoopClient implements UpgradeClient {

    private final UpgradeLoop loop;

    LoopClient() throws IOException {
        loop = UpgradeLoop.open(10, Runnable::run);
        Thread thread = new Thread(loop, "client loop");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Closeable upgrade(int port, SSLContext context, String version) throws IOException {
        try {
            return SmtpClient.to("localhost", port)
                    .tls(TlsSettings.builder()
                            .context(context)
                            .versions(version)
                            .build())
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
