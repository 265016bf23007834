package dev.starttls.imap;

import dev.starttls.core.nio.HandlerServer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/**
 * The upgrading front of an IMAP server (RFC 9051 section 6.2.1): everything but the upgrade is its author's {@link
 * ImapHandler}.
 *
 * <pre>{@code
 * ImapLogin login = new ImapLogin(users, mailboxes);
 * ImapServer server = ImapServer.named("mail.example.org", login).capabilities(login.capabilities()).sslContext(context);
 * server.listen(loop, new InetSocketAddress(143));    // or server.serve(acceptedChannel), one thread each
 * }</pre>
 *
 * <p>Under {@link TlsPolicy#IMPLICIT} it speaks TLS from the first octet, as port 993 wants it (RFC 8314 section 3.2).
 */
public final class ImapServer extends HandlerServer<ImapServer, ImapHandler> {

    private ImapServer(String host, ImapHandler handler) {
        super(host, handler);
    }

    /**
     * A server under {@link TlsPolicy#REQUIRED}, without a certificate yet.
     *
     * @param host what it calls itself: printable characters of ASCII without a space
     * @param handler answers the commands; called by the threads that serve
     * @return a server to be given an SSL context
     * @throws IllegalArgumentException if the host could not be sent as one
     * @throws NullPointerException if one of them is null
     */
    public static ImapServer named(String host, ImapHandler handler) {
        return new ImapServer(host, handler).announcing(List.of("IMAP4rev1"));
    }

    /**
     * What it announces besides STARTTLS and LOGINDISABLED. With "AUTH=PLAIN" the handler has to answer AUTHENTICATE: clients
     * such as curl then use that in place of LOGIN, which they use where no "AUTH=" is announced.
     *
     * @param capabilities IMAP4rev1 or IMAP4rev2 among them; those that begin with "AUTH=" are announced inside TLS only.
     *     IMAP4rev1 alone unless set
     * @throws IllegalArgumentException if one could not be announced, or may not be
     */
    public ImapServer capabilities(List<String> capabilities) {
        return announcing(capabilities);
    }

    @Override
    protected Dialogue dialogue(TlsPolicy policy, String host, ImapHandler handler, List<String> capabilities) {
        return new ImapServerDialogue(host, policy, handler, capabilities);
    }

    @Override
    protected ImapServer self() {
        return this;
    }
}
