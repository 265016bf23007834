package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** {@link ManageSieveClient} and Dovecot's Pigeonhole. */
@Tag("peers")
class DovecotManageSieveTest extends InstalledServerContract {

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        return DovecotDelivery.start(tls, "sieve", "managesieve-login", "managesieve-login");
    }

    @Override
    FailureReason without() {
        return FailureReason.NOT_OFFERED;
    }

    @Override
    Dialogue client() {
        return new ManageSieveClient();
    }

    /** A log-in with a password that is wrong, which would be refused before TLS for another reason. */
    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        ask(channel, "AUTHENTICATE \"PLAIN\" \"AG1hcnkAd3Jvbmc=\"\r\n", "NO \"Authentication failed.\"");
    }
}
