package dev.starttls.smtp;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.testing.memory.RawPeer;
import dev.starttls.core.testing.memory.Side;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** What most tests have: good certificates, a server with a mailbox that takes everything, a client. */
final class Fixture {

    static final TestCertificates CERTIFICATES = TestCertificates.shared();
    static final SSLContext SERVER_CONTEXT = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
    static final SSLContext CLIENT_CONTEXT = CERTIFICATES.client();

    /** A message as it was delivered. */
    record Delivered(SmtpEnvelope envelope, List<String> lines) {}

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

    static SmtpClientDialogue clientDialogue() {
        return new SmtpClientDialogue("client.example.org", HeloFallback.ALLOWED);
    }

    static SmtpServerDialogue serverDialogue(TlsPolicy policy, List<Delivered> mailbox) {
        SmtpTransaction mail = new SmtpTransaction(into(mailbox), 65_536);
        List<String> extensions = new ArrayList<>(mail.extensions());
        extensions.add("AUTH PLAIN");
        extensions.add("REQUIRETLS");
        return new SmtpServerDialogue("mail.example.org", policy, mail, extensions);
    }

    static SmtpDelivery into(List<Delivered> mailbox) {
        return envelope -> {
            List<String> lines = new ArrayList<>();
            return new SmtpDataReceiver() {
                @Override
                public void line(String line) {
                    lines.add(line);
                }

                @Override
                public SmtpReply end() {
                    mailbox.add(new Delivered(envelope, lines));
                    return SmtpReply.of(250, "2.0.0 Taken");
                }
            };
        };
    }

    static Side serverSide(TlsPolicy policy, List<Delivered> mailbox) {
        return Side.of(serverDialogue(policy, mailbox), server(policy));
    }

    static Side serverSide(TlsPolicy policy) {
        return serverSide(policy, new ArrayList<>());
    }

    /** A client of the test's own, connected to the side and greeted. */
    static RawPeer greeted(Side server) {
        RawPeer client = RawPeer.client(server, CLIENT_CONTEXT);
        String greeting = client.listen();
        if (!greeting.startsWith("220 ")) {
            throw new AssertionError("Expected a greeting, got " + greeting);
        }
        return client;
    }
}
