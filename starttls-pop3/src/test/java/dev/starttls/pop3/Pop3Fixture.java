package dev.starttls.pop3;

import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.TestSettings;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.List;
import java.util.Optional;

/** What the tests share: a server with a maildrop of two messages, and its settings. */
final class Pop3Fixture extends TestSettings {

    static final String GREETING = "+OK mail.example.org POP3 ready\r\n";
    static final String GO_AHEAD = "+OK Begin TLS\r\n";
    static final String PLAIN = "AG1hcnkAc2VjcmV0";

    private Pop3Fixture() {}

    /** A client's that says STLS so, and remembers no other connection. */
    static UpgradeSettings client(TlsPolicy policy, DirectUpgrade direct) {
        return client(policy).withDirect(direct).withMemory(HostMemory.inMemory(1));
    }

    static Pop3Mailbox mailbox() {
        return Pop3Mailbox.of(List.of(
                new Pop3Message("one", List.of("Subject: first", "", "hello", ".", "..dots")),
                new Pop3Message("two", List.of("Subject: second", "", "a", "b", "c"))));
    }

    /** Mary's, whose password is secret. */
    static Pop3Maildrop maildrop(Pop3Mailbox mailbox) {
        return new Pop3Maildrop((user, password) ->
                user.equals("mary") && password.equals("secret") ? Optional.of(mailbox) : Optional.empty());
    }

    static Pop3ServerDialogue serverDialogue(TlsPolicy policy) {
        return serverDialogue(policy, PlaintextLogin.REFUSED, mailbox());
    }

    static Pop3ServerDialogue serverDialogue(TlsPolicy policy, PlaintextLogin login, Pop3Mailbox mailbox) {
        Pop3Maildrop maildrop = maildrop(mailbox);
        return new Pop3ServerDialogue("mail.example.org", policy, maildrop, maildrop.capabilities(), login);
    }

    static Endpoint serverSide(TlsPolicy policy) {
        return serverSide(policy, PlaintextLogin.REFUSED);
    }

    static Endpoint serverSide(TlsPolicy policy, PlaintextLogin login) {
        return Endpoint.of(serverDialogue(policy, login, mailbox()), server(policy));
    }

    /** A client that the test plays, connected to the server and greeted. */
    static RawPeer greeted(Endpoint server) {
        return RawPeer.client(server, CLIENT_CONTEXT).greeted("+OK ");
    }

    /** The same, upgraded. */
    static RawPeer upgraded(Endpoint server) throws Exception {
        return greeted(server).upgraded("STLS\r\n", GO_AHEAD);
    }
}
