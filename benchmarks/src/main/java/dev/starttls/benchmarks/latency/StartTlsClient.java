package dev.starttls.benchmarks.latency;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.IOException;
import javax.net.ssl.SSLContext;

/** This library, blocking. */
final class StartTlsClient implements UpgradeClient {

    private final Preparation preparation;

    StartTlsClient(Preparation preparation) {
        this.preparation = preparation;
    }

    @Override
    public SmtpConnection upgrade(int port, SSLContext context, String version) throws IOException {
        return SmtpClient.to("localhost", port)
                .tls(TlsSettings.builder().context(context).versions(version).build())
                .preparation(preparation)
                .connect();
    }
}
