package dev.starttls.conformance.embedded;

import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapLogin;
import dev.starttls.imap.ImapServer;
import dev.starttls.pop3.Pop3Mailbox;
import dev.starttls.pop3.Pop3Maildrop;
import dev.starttls.pop3.Pop3Server;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * This library's own servers, all on one thread. Three of SMTP: a mail exchanger that accepts mail with and without
 * TLS, a submission server that requires the upgrade, and one with TLS from the first byte; messages are discarded.
 * Three of IMAP with the same policies, with a login and no mailboxes. Two of POP3, which accept a login inside TLS
 * only and have an empty mailbox.
 */
public final class LibraryServers implements EmbeddedServers {
    private static final String NAME = "localhost";
    private static final String USER = "user";
    private static final int MAX_CONNECTIONS = 1_000;
    private static final long MAX_MESSAGE = 1 << 20;

    @Override
    public Running start() throws IOException {
        Authority authority = Authority.create();
        SSLContext context = authority.serverContext(NAME);
        UpgradeLoop loop = UpgradeLoop.open(MAX_CONNECTIONS, Runnable::run);
        try {
            Thread thread = new Thread(loop, "built-in servers");
            thread.setDaemon(true);
            thread.start();
            List<Target> targets = new ArrayList<>();
            targets.add(listen(loop, context, Scheme.SMTP, TlsPolicy.OPPORTUNISTIC));
            targets.add(listen(loop, context, Scheme.SUBMISSION, TlsPolicy.REQUIRED));
            targets.add(listen(loop, context, Scheme.SMTPS, TlsPolicy.IMPLICIT));
            String password = password();
            for (TlsPolicy policy : List.of(TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT)) {
                targets.add(imap(loop, context, policy, password));
            }
            targets.add(pop3(loop, context, TlsPolicy.OPPORTUNISTIC, password));
            targets.add(pop3(loop, context, TlsPolicy.IMPLICIT, password));
            return new Started(loop, targets, authority.root(), new Login(USER, password::toCharArray));
        } catch (IOException e) {
            loop.closeNow();
            throw e;
        }
    }

    /** A new password for each run. */
    private static String password() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static Target imap(UpgradeLoop loop, SSLContext context, TlsPolicy policy, String password)
            throws IOException {
        ImapLogin login = new ImapLogin((user, given) -> user.equals(USER) && given.equals(password));
        ServerSocketChannel listening = ImapServer.named(NAME, login)
                .capabilities(login.capabilities())
                .sslContext(context)
                .policy(policy)
                .listen(loop, anyPort());
        Scheme scheme = policy == TlsPolicy.IMPLICIT ? Scheme.IMAPS : Scheme.IMAP;
        return new Target(scheme, NAME, listening.socket().getLocalPort());
    }

    private static Target pop3(UpgradeLoop loop, SSLContext context, TlsPolicy policy, String password)
            throws IOException {
        Pop3Mailbox empty = Pop3Mailbox.of(List.of());
        Pop3Maildrop mail = new Pop3Maildrop(
                (user, given) -> user.equals(USER) && given.equals(password) ? Optional.of(empty) : Optional.empty());
        ServerSocketChannel listening = Pop3Server.named(NAME, mail)
                .capabilities(mail.capabilities())
                .sslContext(context)
                .policy(policy)
                .listen(loop, anyPort());
        Scheme scheme = policy == TlsPolicy.IMPLICIT ? Scheme.POP3S : Scheme.POP3;
        return new Target(scheme, NAME, listening.socket().getLocalPort());
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Target listen(UpgradeLoop loop, SSLContext context, Scheme scheme, TlsPolicy policy)
            throws IOException {
        SmtpTransaction mail = new SmtpTransaction(envelope -> new ThrownAway(), MAX_MESSAGE);
        ServerSocketChannel listening = SmtpServer.named(NAME, mail)
                .extensions(mail.extensions())
                .sslContext(context)
                .policy(policy)
                .listen(loop, anyPort());
        return new Target(scheme, NAME, listening.socket().getLocalPort());
    }

    private record Started(UpgradeLoop loop, List<Target> targets, X509Certificate root, Login login)
            implements Running {
        Started {
            targets = List.copyOf(targets);
        }

        @Override
        public List<X509Certificate> trust() {
            return List.of(root);
        }

        @Override
        public void close() {
            loop.closeNow();
        }
    }

    private static final class ThrownAway implements SmtpDataReceiver {
        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(250, "2.0.0 Accepted and discarded");
        }
    }
}
