package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** {@link LmtpClient} and Dovecot. */
@Tag("peers")
class DovecotLmtpTest extends InstalledServerContract {

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        return DovecotDelivery.start(tls, "lmtp", "lmtp", "lmtp");
    }

    @Override
    FailureReason without() {
        return FailureReason.NOT_OFFERED;
    }

    @Override
    Dialogue client() {
        return new LmtpClient("client.example.org");
    }

    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        ask(channel, "MAIL FROM:<mary@example.org>\r\n", "250 ");
        ask(channel, "RCPT TO:<nobody>\r\n", "250 2.1.5");
    }
}
