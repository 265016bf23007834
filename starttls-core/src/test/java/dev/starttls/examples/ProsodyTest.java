package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** {@link XmppClient} and Prosody. */
@Tag("more-peers")
class ProsodyTest extends InstalledServerContract {

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        ExternalProgram prosody = ExternalProgram.named("prosody");
        InstalledServer server = InstalledServer.of("prosody", "prosody");
        server.folder("data");
        server.file(
                "prosody.cfg.lua",
                """
                pidfile = "{folder}/pid"
                data_path = "{folder}/data"
                interfaces = { "127.0.0.1" }
                c2s_ports = { {port} }
                modules_enabled = { %s"saslauth" }
                modules_disabled = { "s2s", "offline"%s }
                c2s_require_encryption = false
                authentication = "internal_hashed"
                log = { info = "*console" }
                VirtualHost "localhost"
                  ssl = { key = "{folder}/key.pem", certificate = "{folder}/certificate.pem" }
                """
                        .formatted(tls == Tls.ON ? "\"tls\", " : "", tls == Tls.ON ? "" : ", \"tls\""));
        return server.start(prosody, "--config", "{folder}/prosody.cfg.lua", "-F");
    }

    @Override
    FailureReason without() {
        return FailureReason.NOT_OFFERED;
    }

    @Override
    Dialogue client() {
        return new XmppClient("localhost");
    }

    /** The features inside TLS have been read by the dialogue: mechanisms. */
    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        ask(
                channel,
                "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AG1hcnkAd3Jvbmc=</auth>",
                "<not-authorized/>");
    }
}
