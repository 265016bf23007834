package dev.starttls.imap;

import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.StartTlsChannel;

/**
 * A connection to an IMAP server that is ready for the next command: greeted, upgraded as far as the policy has it, and its
 * capabilities known. What was learned before TLS is not in here. The server may announce more once the client has logged in.
 * Any tags may be used on its channel: the commands sent so far are over.
 */
public final class ImapConnection extends ClientConnection<ImapCapabilities> {

    private final boolean preauthenticated;

    ImapConnection(StartTlsChannel channel, ImapClientDialogue dialogue) {
        super(channel, dialogue.announced());
        this.preauthenticated = dialogue.preauthenticated();
    }

    /**
     * Whether the server greeted with PREAUTH, so that there is no need to log in.
     *
     * @return never true after STARTTLS
     */
    public boolean preauthenticated() {
        return preauthenticated;
    }
}
