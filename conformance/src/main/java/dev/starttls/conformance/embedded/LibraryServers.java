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
import java.net.ServerSocket;
import java.net.UnknownHostException;
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

    private final List<InetAddress> addresses;

    /** Servers on the IPv4 loopback, or on that of IPv6 where there is none. */
    public LibraryServers() {
        this(List.of(address(127, 0, 0, 1), address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)));
    }

    /** Servers on the first of these addresses that this machine has. */
    LibraryServers(List<InetAddress> addresses) {
        this.addresses = List.copyOf(addresses);
    }

    private static InetAddress address(int... octets) {
        byte[] raw = new byte[octets.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) octets[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("expected 4 or 16 octets", e);
        }
    }

    private InetAddress loopback() throws IOException {
        Optional<IOException> failure = Optional.empty();
        for (InetAddress address : addresses) {
            try (ServerSocket tried = new ServerSocket(0, 1, address)) {
                return tried.getInetAddress();
            } catch (IOException e) {
                failure = Optional.of(
                        new IOException("no port on " + address.getHostAddress() + ": " + e.getMessage(), e));
            }
        }
        throw failure.orElseThrow();
    }

    @Override
    public Running start() throws IOException {
        InetAddress at = loopback();
        Authority authority = Authority.create();
        SSLContext context = authority.serverContext(NAME);
        UpgradeLoop loop = UpgradeLoop.open(MAX_CONNECTIONS, Runnable::run);
        try {
            Thread thread = new Thread(loop, "built-in servers");
            thread.setDaemon(true);
            thread.start();
            List<Target> targets = new ArrayList<>();
            targets.add(listen(loop, at, context, Scheme.SMTP, TlsPolicy.OPPORTUNISTIC));
            targets.add(listen(loop, at, context, Scheme.SUBMISSION, TlsPolicy.REQUIRED));
            targets.add(listen(loop, at, context, Scheme.SMTPS, TlsPolicy.IMPLICIT));
            String password = password();
            for (TlsPolicy policy : List.of(TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT)) {
                targets.add(imap(loop, at, context, policy, password));
            }
            targets.add(pop3(loop, at, context, TlsPolicy.OPPORTUNISTIC, password));
            targets.add(pop3(loop, at, context, TlsPolicy.IMPLICIT, password));
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

    private static Target imap(UpgradeLoop loop, InetAddress at, SSLContext context, TlsPolicy policy, String password)
            throws IOException {
        ImapLogin login = new ImapLogin((user, given) -> user.equals(USER) && given.equals(password));
        ServerSocketChannel listening = ImapServer.named(NAME, login)
                .capabilities(login.capabilities())
                .sslContext(context)
                .policy(policy)
                .listen(loop, new InetSocketAddress(at, 0));
        Scheme scheme = policy == TlsPolicy.IMPLICIT ? Scheme.IMAPS : Scheme.IMAP;
        return new Target(scheme, NAME, listening.socket().getLocalPort()).at(at);
    }

    private static Target pop3(UpgradeLoop loop, InetAddress at, SSLContext context, TlsPolicy policy, String password)
            throws IOException {
        Pop3Mailbox empty = Pop3Mailbox.of(List.of());
        Pop3Maildrop mail = new Pop3Maildrop(
                (user, given) -> user.equals(USER) && given.equals(password) ? Optional.of(empty) : Optional.empty());
        ServerSocketChannel listening = Pop3Server.named(NAME, mail)
                .capabilities(mail.capabilities())
                .sslContext(context)
                .policy(policy)
                .listen(loop, new InetSocketAddress(at, 0));
        Scheme scheme = policy == TlsPolicy.IMPLICIT ? Scheme.POP3S : Scheme.POP3;
        return new Target(scheme, NAME, listening.socket().getLocalPort()).at(at);
    }

    private static Target listen(UpgradeLoop loop, InetAddress at, SSLContext context, Scheme scheme, TlsPolicy policy)
            throws IOException {
        SmtpTransaction mail = new SmtpTransaction(envelope -> new ThrownAway(), MAX_MESSAGE);
        ServerSocketChannel listening = SmtpServer.named(NAME, mail)
                .extensions(mail.extensions())
                .sslContext(context)
                .policy(policy)
                .listen(loop, new InetSocketAddress(at, 0));
        return new Target(scheme, NAME, listening.socket().getLocalPort()).at(at);
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
