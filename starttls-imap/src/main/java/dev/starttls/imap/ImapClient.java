package dev.starttls.imap;

import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.line.Ascii;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.util.List;

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

    private ImapClient(ServiceEndpoint endpoint) {
        super(endpoint, Imap.PROTOCOL);
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

    /**
     * A client of a service that a domain has published.
     *
     * @param endpoint of IMAP, from {@link dev.starttls.core.discovery.ServiceDiscovery}
     * @return a client under the policy of the endpoint, {@link TlsPolicy#IMPLICIT} or {@link TlsPolicy#REQUIRED}
     * @throws IllegalArgumentException if it is of another protocol, or the host has to be confirmed by the user ({@link
     *     ServiceEndpoint#confirmed})
     */
    public static ImapClient to(ServiceEndpoint endpoint) {
        return new ImapClient(endpoint);
    }

    /**
     * A factory of sockets for a mail library that has nothing else to be set, with what this client has been set up with so far.
     *
     * <pre>{@code
     * Properties properties = new Properties();
     * properties.put("mail.imap.socketFactory", ImapClient.to("mail.example.org", 143).socketFactory());
     * properties.put("mail.imap.socketFactory.fallback", "false");
     * }</pre>
     *
     * <p>The library reads {@code * OK [CAPABILITY ...]}, with what was announced inside TLS, so that it need not ask; what it says
     * then is sent to the server. It sees neither the server's greeting nor any response of the dialogue. A session that the server
     * has begun with PREAUTH fails as PREAUTHENTICATED, with whatever policy: a library would take it for the one that it logs into.
     *
     * @return a factory, whose sockets connect to the host and port that the library gives them
     */
    public StartTlsSocketFactory socketFactory() {
        return socketFactory(ImapClientDialogue::new, ImapClient::greeting);
    }

    private static String greeting(ImapClientDialogue dialogue) throws UpgradeException {
        if (dialogue.preauthenticated()) {
            throw new UpgradeException(
                    FailureReason.PREAUTHENTICATED,
                    Phase.GREETING,
                    "Expected a server that the program logs into, got one that greets with PREAUTH",
                    "",
                    "Have the server's operator turn PREAUTH off for this client, or use ImapClient.connect, which says that it"
                            + " is logged in");
        }
        List<String> announced = dialogue.announced().announced();
        boolean sendable = announced.stream().allMatch(name -> Ascii.word(name) && name.indexOf(']') < 0);
        return sendable && !announced.isEmpty()
                ? "* OK [CAPABILITY " + String.join(" ", announced) + "] ready"
                : "* OK ready";
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
