package dev.starttls.conformance.lab;

import dev.starttls.conformance.embedded.Authority;
import dev.starttls.conformance.embedded.Authority.Identity;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapLogin;
import dev.starttls.imap.ImapServer;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Three mail hosts on three addresses of loopback and one port: mx1 is good; mx2 has a certificate that leads to no trusted root, and is
 * not in the {@linkplain PolicyServer policy}; mx3 has another certificate than its TLSA record. Users read mail at a host of their own,
 * whose two ports show two certificates.
 */
final class MailHosts implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 1_000;
    private static final long MAX_MESSAGE = 1_000_000;

    /** For one port that is free at all three addresses. */
    private static final int ATTEMPTS = 20;

    private final String domain;
    private final Authority authority;
    private final Map<String, Identity> identities;
    private final UpgradeLoop loop;
    private int port;
    private int imaps;
    private int imap;

    private MailHosts(String domain, Authority authority) throws IOException {
        this.domain = domain;
        this.authority = authority;
        identities = Map.of(
                "mx1", authority.issue("mx1." + domain),
                "mx2", Authority.create().issue("mx2." + domain),
                "mx3", authority.issue("mx3." + domain));
        loop = UpgradeLoop.open(MAX_CONNECTIONS, Runnable::run);
    }

    /**
     * Starts them.
     *
     * @param port of the three; 0 for any
     */
    static MailHosts start(String domain, Authority authority, int port) throws IOException {
        MailHosts hosts = new MailHosts(domain, authority);
        try {
            new DaemonThreadFactory("mail hosts").newThread(hosts.loop).start();
            hosts.listen(port);
        } catch (IOException | RuntimeException e) {
            hosts.close();
            throw e;
        }
        return hosts;
    }

    private void listen(int wanted) throws IOException {
        for (int i = 1; port == 0; i++) {
            List<ServerSocketChannel> listening = new ArrayList<>();
            try {
                listening.add(listen("mx1", "127.0.0.1", wanted));
                int first = listening.get(0).socket().getLocalPort();
                listening.add(listen("mx2", "127.0.0.2", first));
                listening.add(listen("mx3", "127.0.0.3", first));
                port = first;
            } catch (BindException e) {
                for (ServerSocketChannel each : listening) {
                    each.close();
                }
                if (wanted != 0 || i == ATTEMPTS) {
                    throw e;
                }
            }
        }
        imaps = users("imap." + domain, TlsPolicy.IMPLICIT);
        imap = users("other." + domain, TlsPolicy.REQUIRED);
    }

    private ServerSocketChannel listen(String host, String ip, int wanted) throws IOException {
        SmtpTransaction mail = new SmtpTransaction(envelope -> new Refused(), MAX_MESSAGE);
        SmtpServer server = SmtpServer.named(host + "." + domain, mail)
                .extensions(mail.extensions())
                .sslContext(identities.get(host).context())
                .policy(TlsPolicy.OPPORTUNISTIC);
        return Listening.open(
                "the mail host " + host,
                "--port",
                new InetSocketAddress(ip, wanted),
                address -> server.listen(loop, address));
    }

    private int users(String certificate, TlsPolicy policy) throws IOException {
        ImapLogin login = new ImapLogin((user, password) -> false);
        return ImapServer.named("imap." + domain, login)
                .capabilities(login.capabilities())
                .sslContext(authority.serverContext(certificate))
                .policy(policy)
                .listen(loop, Listening.local(0))
                .socket()
                .getLocalPort();
    }

    /** The port of the three mail hosts. */
    int port() {
        return port;
    }

    /** What the zone says of them. */
    String records() {
        return """
                @ MX 10 mx1
                @ MX 20 mx2
                @ MX 30 mx3
                mx1 A 127.0.0.1
                mx2 A 127.0.0.2
                mx3 A 127.0.0.3
                _%1$d._tcp.mx1 TLSA 3 1 1 %2$s
                _%1$d._tcp.mx1 TLSA 3 1 1 %4$s
                _%1$d._tcp.mx2 TLSA 3 1 1 %3$s
                _%1$d._tcp.mx3 TLSA 3 1 1 %2$s
                @ CAA 0 issue "ca.example"
                _smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@%5$s"
                imap A %8$s
                _imaps._tcp SRV 0 1 %6$d imap
                _imap._tcp SRV 0 1 %7$d imap
                _pop3._tcp SRV 0 0 0 .
                """
                .formatted(port, hash("mx1"), hash("mx2"), "00".repeat(32), domain, imaps, imap, Listening.LOCAL);
    }

    /** Of the public key, as a TLSA record 3 1 1 has it (RFC 7671 section 5.1). */
    private String hash(String host) {
        try {
            byte[] key = identities.get(host).certificate().getPublicKey().getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
        }
    }

    @Override
    public void close() {
        loop.closeNow();
    }

    /** No message is ever accepted. */
    private static final class Refused implements SmtpDataReceiver {
        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(554, "5.7.1 No mail here");
        }
    }
}
