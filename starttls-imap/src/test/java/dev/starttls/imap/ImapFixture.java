package dev.starttls.imap;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.TestSettings;
import dev.starttls.core.upgrade.TlsPolicy;

/** What the tests share: a server to which every user with the right password may log in, and its settings. */
final class ImapFixture extends TestSettings {

    static final String BEFORE = "IMAP4rev1 LITERAL- SASL-IR STARTTLS LOGINDISABLED";
    static final String INSIDE = "IMAP4rev1 LITERAL- SASL-IR AUTH=PLAIN";
    static final String GO_AHEAD = "a OK Begin TLS negotiation now\r\n";

    private ImapFixture() {}

    static ImapServerDialogue serverDialogue(TlsPolicy policy) {
        ImapLogin login = new ImapLogin((user, password) -> password.equals("secret"));
        return new ImapServerDialogue("mail.example.org", policy, login, login.capabilities());
    }

    static Endpoint serverSide(TlsPolicy policy) {
        return Endpoint.of(serverDialogue(policy), server(policy));
    }

    static Endpoint serverSide(TlsPolicy policy, ImapHandler handler) {
        return Endpoint.of(
                new ImapServerDialogue(
                        "mail.example.org", policy, handler, new ImapLogin((u, p) -> false).capabilities()),
                server(policy));
    }

    /** A client that the test plays, connected to the server and greeted. */
    static RawPeer greeted(Endpoint server) {
        return RawPeer.client(server, CLIENT_CONTEXT).greeted("* OK ");
    }

    /** The same, upgraded. */
    static RawPeer upgraded(Endpoint server) throws Exception {
        return greeted(server).upgraded("a STARTTLS\r\n", GO_AHEAD);
    }
}
