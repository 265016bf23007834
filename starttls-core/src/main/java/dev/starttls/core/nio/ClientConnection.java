package dev.starttls.core.nio;

import dev.starttls.core.upgrade.AnnouncedCapabilities;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.Closeable;
import java.io.IOException;

/**
 * A connection to a server that is ready for the next command: greeted, upgraded as far as the policy has it, and its
 * capabilities known. What was learned before TLS is not in here.
 *
 * @param <C> the protocol's capabilities
 */
public abstract class ClientConnection<C extends AnnouncedCapabilities> implements Closeable {

    private final StartTlsChannel channel;
    private final C capabilities;

    /**
     * A connection.
     *
     * @param channel upgraded as far as the policy has it
     * @param capabilities what the server announced last
     */
    protected ClientConnection(StartTlsChannel channel, C capabilities) {
        this.channel = channel;
        this.capabilities = capabilities;
    }

    /**
     * What the server announced last: inside TLS if the connection was upgraded.
     *
     * @return immutable; empty when the server does not know the question for them
     */
    public final C capabilities() {
        return capabilities;
    }

    /**
     * The channel for the commands and replies to come.
     *
     * @return blocking if it was connected blocking; plaintext only if the policy allowed it: see {@link
     *     UpgradeReport#encrypted}
     */
    public final StartTlsChannel channel() {
        return channel;
    }

    /**
     * How the upgrade went.
     *
     * @return version, suite, peer's certificates, phases and round trips
     */
    public final UpgradeReport report() {
        return channel.report();
    }

    /**
     * Sends close_notify and closes. It does not say QUIT or LOGOUT: what was said last on the channel, only its user knows.
     * Closing again has no effect.
     */
    @Override
    public final void close() throws IOException {
        channel.close();
    }
}
