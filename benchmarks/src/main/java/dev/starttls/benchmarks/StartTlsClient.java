package dev.starttls.benchmarks;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.IOException;
import javax.net.ssl.SSLContext;

/** This library, blocking. */
final class StartTlsClient implements UpgradeClient {

    private final TlsPolicy policy;
    private final Preparation preparation;

    StartTlsClient(TlsPolicy policy, Preparation preparation) {
        this.policy = policy;
        this.preparation = preparation;
    }

    @Override
    public void run(int port, SSLContext context, String version) throws IOException {
        TlsSettings tls =
                TlsSettings.builder().context(context).versions(version).build();
        try (SmtpConnection mail = SmtpClient.to("localhost", port)
                .policy(policy)
                .tls(tls)
                .preparation(preparation)
                .connect()) {
            if (mail.report().encrypted() != policy.enforced()) {
                throw new IOException("expected " + policy + ", got " + mail.report());
            }
        }
    }
}
