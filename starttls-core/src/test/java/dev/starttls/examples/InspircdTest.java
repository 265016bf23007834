package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** {@link IrcClient} and InspIRCd. */
@Tag("more-peers")
class InspircdTest extends InstalledServerContract {

    private static final String TLS =
            """
            <module name="ssl_gnutls">
            <sslprofile name="clients" provider="gnutls" certfile="{folder}/certificate.pem" keyfile="{folder}/key.pem">
            <module name="starttls">
            <starttls sslprofile="clients">
            """;

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        ExternalProgram inspircd = ExternalProgram.named("inspircd");
        InstalledServer server = InstalledServer.of("inspircd", "irc");
        server.file(
                "inspircd.conf",
                """
                <server name="irc.example.org" description="test" network="Test" id="1AA">
                <admin name="mary" nick="mary" email="mary@example.org">
                <bind address="127.0.0.1" port="{port}" type="clients">
                <connect allow="*" resolvehostnames="no">
                <pid file="{folder}/pid">
                <module name="cap">
                <path datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
                """
                        + (tls == Tls.ON ? TLS : ""));
        return server.start(inspircd, "--nofork", "--config={folder}/inspircd.conf");
    }

    @Override
    FailureReason without() {
        return FailureReason.NOT_OFFERED;
    }

    @Override
    Dialogue client() {
        return new IrcClient();
    }

    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        ask(channel, "CAP END\r\nNICK mary\r\nUSER mary 0 * :Mary\r\n", " 001 mary :Welcome");
    }
}
