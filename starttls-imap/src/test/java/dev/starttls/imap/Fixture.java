package dev.starttls.imap;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import javax.net.ssl.SSLContext;

/** What most tests have: good certificates, a server that anyone with the right password may log in to, a client. */
final class Fixture {

    static final TestCertificates CERTIFICATES = TestCertificates.shared();
    static final SSLContext SERVER_CONTEXT = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
    static final SSLContext CLIENT_CONTEXT = CERTIFICATES.client();

    static final String BEFORE = "IMAP4rev1 LITERAL- SASL-IR STARTTLS LOGINDISABLED";
    static final String INSIDE = "IMAP4rev1 LITERAL- SASL-IR AUTH=PLAIN";
    static final String GO_AHEAD = "a OK Begin TLS negotiation now\r\n";

    private Fixture() {}

    static UpgradeSettings server(TlsPolicy policy) {
        return settings(policy, SERVER_CONTEXT);
    }

    static UpgradeSettings client(TlsPolicy policy) {
        return settings(policy, CLIENT_CONTEXT);
    }

    static UpgradeSettings settings(TlsPolicy policy, SSLContext context) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(context).build());
    }

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

    /** A client of the test's own, connected to the side and greeted. */
    static RawPeer greeted(Endpoint server) {
        RawPeer client = RawPeer.client(server, CLIENT_CONTEXT);
        String greeting = client.listen();
        if (!greeting.startsWith("* OK ")) {
            throw new AssertionError("Expected a greeting, got " + greeting);
        }
        return client;
    }

    /** The same, upgraded. */
    static RawPeer upgraded(Endpoint server) throws Exception {
        RawPeer client = greeted(server);
        String answer = client.say("a STARTTLS\r\n");
        if (!answer.equals(GO_AHEAD)) {
            throw new AssertionError("Expected the go-ahead, got " + answer);
        }
        client.handshake();
        return client;
    }
}
