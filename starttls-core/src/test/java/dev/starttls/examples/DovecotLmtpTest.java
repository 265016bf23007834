package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.Dialogue;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** {@link LmtpClient} and Dovecot. */
@Tag("peers")
class DovecotLmtpTest extends InstalledServerContract {

    @Override
    InstalledServer start() throws IOException, InterruptedException {
        return DovecotDelivery.start("lmtp", "lmtp", "lmtp");
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
