package dev.starttls.smtp;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.Closeable;
import java.io.IOException;

/**
 * A connection to an SMTP server that is ready for the next command: greeted, upgraded as far as the policy has it, and
 * EHLO said. What was learned before TLS is not in here.
 */
public final class SmtpConnection implements Closeable {

    private final StartTlsChannel channel;
    private final SmtpCapabilities capabilities;

    SmtpConnection(StartTlsChannel channel, SmtpCapabilities capabilities) {
        this.channel = channel;
        this.capabilities = capabilities;
    }

    /**
     * What the server announced last: inside TLS if the connection was upgraded.
     *
     * @return immutable; empty but for the domain when the server knows no EHLO
     */
    public SmtpCapabilities capabilities() {
        return capabilities;
    }

    /**
     * The channel for the commands and replies to come.
     *
     * @return blocking if it was connected blocking; plaintext only if the policy allowed it: see {@link
     *     UpgradeReport#encrypted}
     */
    public StartTlsChannel channel() {
        return channel;
    }

    /**
     * How the upgrade went.
     *
     * @return version, suite, peer's certificates, phases and round trips
     */
    public UpgradeReport report() {
        return channel.report();
    }

    /**
     * Sends close_notify and closes. It does not say QUIT: what was said last on the channel, only its user knows. Closing
     * again has no effect.
     */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
