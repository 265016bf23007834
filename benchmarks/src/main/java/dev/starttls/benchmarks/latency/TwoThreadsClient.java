package dev.starttls.benchmarks.latency;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** This library, blocking, with a thread beside it that makes the ClientHello while the other connects and converses. */
final class TwoThreadsClient implements UpgradeClient {

    private final ExecutorService preparer = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "preparer");
        thread.setDaemon(true);
        return thread;
    });

    @Override
    public SmtpConnection upgrade(int port, SSLContext context, String version) throws IOException {
        return SmtpClient.to("localhost", port)
                .tls(TlsSettings.builder().context(context).versions(version).build())
                .preparation(preparer)
                .connect();
    }

    @Override
    public void close() {
        preparer.shutdown();
    }
}
