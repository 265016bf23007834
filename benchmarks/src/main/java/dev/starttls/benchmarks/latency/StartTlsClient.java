package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.Preparation;
import java.io.Closeable;
import java.io.IOException;

/** This library, blocking. */
final class StartTlsClient implements UpgradeClient {

    private final Preparation preparation;

    StartTlsClient(Preparation preparation) {
        this.preparation = preparation;
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        return MailProtocol.client(target, tls.settings(version))
                .preparation(preparation)
                .connect();
    }
}
