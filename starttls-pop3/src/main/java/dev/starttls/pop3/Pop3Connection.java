package dev.starttls.pop3;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * A connection to a POP3 server that is ready for the login: greeted, upgraded as far as the policy has it, and CAPA said.
 * What was learned before TLS is not in here.
 */
public final class Pop3Connection implements Closeable {

    private final StartTlsChannel channel;
    private final Pop3Capabilities capabilities;
    private final Optional<ApopTimestamp> timestamp;

    Pop3Connection(StartTlsChannel channel, Pop3Capabilities capabilities, Optional<ApopTimestamp> timestamp) {
        this.channel = channel;
        this.capabilities = capabilities;
        this.timestamp = timestamp;
    }

    /**
     * What the server announced last: inside TLS if the connection was upgraded.
     *
     * @return immutable; empty when the server knows no CAPA
     */
    public Pop3Capabilities capabilities() {
        return capabilities;
    }

    /**
     * The greeting's timestamp, for APOP.
     *
     * @return empty after STLS, the greeting having come in the clear; with implicit TLS, or in a session that stayed in
     *     plaintext, that of the greeting if it had one
     */
    public Optional<ApopTimestamp> timestamp() {
        return timestamp;
    }

    /**
     * The channel for the commands and responses to come.
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
     * Sends close_notify and closes. It does not say QUIT, without which no message is deleted (RFC 1939 section 6): what
     * was said last on the channel, only its user knows. Closing again has no effect.
     */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
