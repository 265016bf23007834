package dev.starttls.pop3;

import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.StartTlsChannel;
import java.util.Optional;

/**
 * A connection to a POP3 server that is ready for the login: greeted, upgraded as far as the policy has it, and CAPA said.
 * What was learned before TLS is not in here. Closing it does not say QUIT, without which no message is deleted (RFC 1939
 * section 6).
 */
public final class Pop3Connection extends ClientConnection<Pop3Capabilities> {

    private final Optional<ApopTimestamp> timestamp;

    Pop3Connection(StartTlsChannel channel, Pop3ClientDialogue dialogue) {
        super(channel, dialogue.announced());
        this.timestamp = dialogue.timestamp();
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
}
