package dev.starttls.imap;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.Closeable;
import java.io.IOException;

/**
 * A connection to an IMAP server that is ready for the next command: greeted, upgraded as far as the policy has it, and its
 * capabilities known. What was learned before TLS is not in here.
 */
public final class ImapConnection implements Closeable {

    private final StartTlsChannel channel;
    private final ImapCapabilities capabilities;
    private final boolean preauthenticated;

    ImapConnection(StartTlsChannel channel, ImapClientDialogue dialogue) {
        this.channel = channel;
        this.capabilities = dialogue.announced();
        this.preauthenticated = dialogue.preauthenticated();
    }

    /**
     * What the server announced last: inside TLS if the connection was upgraded. It may announce more once the client has
     * logged in.
     *
     * @return immutable; empty when a plaintext server does not know CAPABILITY
     */
    public ImapCapabilities capabilities() {
        return capabilities;
    }

    /**
     * Whether the server greeted with PREAUTH, so that there is no need to log in.
     *
     * @return never true after STARTTLS
     */
    public boolean preauthenticated() {
        return preauthenticated;
    }

    /**
     * The channel for the commands and responses to come. Any tags may be used: the commands sent so far are over.
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
     * Sends close_notify and closes. It does not say LOGOUT: what was said last on the channel, only its user knows. Closing
     * again has no effect.
     */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
