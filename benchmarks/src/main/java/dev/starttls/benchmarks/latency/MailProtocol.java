package dev.starttls.benchmarks.latency;

import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.imap.ImapClient;
import dev.starttls.imap.ImapLogin;
import dev.starttls.imap.ImapServer;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.pop3.Pop3Maildrop;
import dev.starttls.pop3.Pop3Server;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The protocols, with a server of each that announces what servers commonly do, and this library's client. */
public enum MailProtocol {
    /** The client sends EHLO twice. */
    SMTP,
    /** The greeting has the capabilities. */
    IMAP,
    /** The client sends STLS without CAPA before it. */
    POP3;

    /** A session that is ready. */
    record Ready(Closeable session, UpgradeReport report) {}

    ServerSetup<?> server() {
        return switch (this) {
            case SMTP -> {
                SmtpTransaction transaction = new SmtpTransaction(envelope -> new Discarded(), 1_000_000);
                yield SmtpServer.named("localhost", transaction).extensions(transaction.extensions());
            }
            case IMAP -> {
                ImapLogin login = new ImapLogin((user, password) -> false);
                yield ImapServer.named("localhost", login).capabilities(login.capabilities());
            }
            case POP3 -> {
                Pop3Maildrop maildrop = new Pop3Maildrop((user, password) -> Optional.empty());
                yield Pop3Server.named("localhost", maildrop).capabilities(maildrop.capabilities());
            }
        };
    }

    /** This library's client. */
    static ClientSetup<?, ? extends Closeable, ?> client(SessionTarget target, TlsSettings tls) {
        return switch (target.protocol()) {
            case SMTP -> set(SmtpClient.to(target.host(), target.port()), target.policy(), tls);
            case IMAP -> set(ImapClient.to(target.host(), target.port()), target.policy(), tls);
            case POP3 ->
                set(Pop3Client.to(target.host(), target.port()), target.policy(), tls)
                        .direct(DirectUpgrade.ALWAYS);
        };
    }

    Ready connect(int port, TlsPolicy policy, TlsSettings tls) throws IOException {
        return switch (this) {
            case SMTP -> {
                var mail = set(SmtpClient.to("localhost", port), policy, tls).connect();
                yield new Ready(mail, mail.report());
            }
            case IMAP -> {
                var mail = set(ImapClient.to("localhost", port), policy, tls).connect();
                yield new Ready(mail, mail.report());
            }
            case POP3 -> {
                var mail = set(Pop3Client.to("localhost", port), policy, tls)
                        .direct(DirectUpgrade.ALWAYS)
                        .connect();
                yield new Ready(mail, mail.report());
            }
        };
    }

    private static <S extends ClientSetup<S, ?, ?>> S set(S client, TlsPolicy policy, TlsSettings tls) {
        return client.policy(policy).tls(tls);
    }

    private static final class Discarded implements SmtpDataReceiver {
        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(250, "2.0.0 Discarded");
        }
    }
}
