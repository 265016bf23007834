package dev.starttls.smtp;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.TestSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What the tests share: a server with a mailbox that takes everything, a client, and their settings. */
final class SmtpFixture extends TestSettings {

    /** A message as it was delivered. */
    record Delivered(SmtpEnvelope envelope, List<String> lines) {}

    private SmtpFixture() {}

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
        return envelope -> collecting(lines -> {
            mailbox.add(new Delivered(envelope, lines));
            return SmtpReply.of(250, "2.0.0 Taken");
        });
    }

    /** Answers a message by its lines. */
    static SmtpDataReceiver collecting(Function<List<String>, SmtpReply> answer) {
        List<String> lines = new ArrayList<>();
        return new SmtpDataReceiver() {
            @Override
            public void line(String line) {
                lines.add(line);
            }

            @Override
            public SmtpReply end() {
                return answer.apply(lines);
            }
        };
    }

    static Endpoint serverSide(TlsPolicy policy, List<Delivered> mailbox) {
        return Endpoint.of(serverDialogue(policy, mailbox), server(policy));
    }

    static Endpoint serverSide(TlsPolicy policy) {
        return serverSide(policy, new ArrayList<>());
    }

    /** A client that the test plays, connected to the server and greeted. */
    static RawPeer greeted(Endpoint server) {
        return RawPeer.client(server, CLIENT_CONTEXT).greeted("220 ");
    }
}
