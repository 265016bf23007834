package dev.starttls.imap;

import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.TlsPolicy;

/**
 * Connects to an IMAP server and upgrades (RFC 9051 section 6.2.1), or speaks TLS from the first octet (RFC 8314 section
 * 3.2).
 *
 * <pre>{@code
 * try (ImapConnection mail = ImapClient.to("mail.example.org", 143).policy(TlsPolicy.REQUIRED).connect()) {
 *     mail.capabilities();      // as announced inside TLS
 *     mail.channel();           // an encrypted ByteChannel, yours from here
 *     mail.report();            // TLSv1.3, suite, phases, round trips
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads. One client may connect any number of times.
 */
public final class ImapClient extends ClientSetup<ImapClient, ImapConnection, ImapClientDialogue> {

    private ImapClient(String host, int port) {
        super(host, port, Imap.PROTOCOL);
    }

    /**
     * A client of a server.
     *
     * @param host a name or an address; its certificate must have it
     * @param port 143, or 993 for implicit TLS; 0 to 65535
     * @return a client under {@link TlsPolicy#REQUIRED}, on port 993 under {@link TlsPolicy#IMPLICIT}
     * @throws IllegalArgumentException if the host is empty or the port out of bounds
     */
    public static ImapClient to(String host, int port) {
        return new ImapClient(host, port);
    }

    @Override
    protected ImapClientDialogue dialogue() {
        return new ImapClientDialogue();
    }

    @Override
    protected ImapConnection session(StartTlsChannel channel, ImapClientDialogue dialogue) {
        return new ImapConnection(channel, dialogue);
    }

    @Override
    protected ImapClient self() {
        return this;
    }
}
