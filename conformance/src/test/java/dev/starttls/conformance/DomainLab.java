package dev.starttls.conformance;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
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
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Three mail hosts on three addresses of loopback and one port, and the server of an MTA-STS policy: mx1 is good; mx2 is not in the
 * policy, and its certificate leads to no trusted root; mx3 serves another certificate than its TLSA records have. Users read mail at a
 * host of their own, whose two ports show two certificates.
 */
final class DomainLab implements AutoCloseable {
    static final String DOMAIN = "shop.zone.example";

    private static final int ATTEMPTS = 20;
    private static final int MAX_MESSAGE = 1_000_000;

    private static final String POLICY =
            "version: STSv1\r\nmode: enforce\r\nmx: mx1.%1$s\r\nmx: mx3.%1$s\r\nmax_age: 1209600\r\n".formatted(DOMAIN);

    private final TestCertificates authority = TestCertificates.shared();
    private final Map<String, Issued> identities = Map.of(
            "mx1", authority.named("mx1." + DOMAIN),
            "mx2", TestCertificates.withOwnRoot().named("mx2." + DOMAIN),
            "mx3", authority.named("mx3." + DOMAIN));
    private final UpgradeLoop loop;
    private final HttpsServer https;
    private final int port;
    private final int imaps;
    private final int imap;

    private DomainLab() throws IOException {
        loop = UpgradeLoop.open(100, Runnable::run);
        Thread thread = new Thread(loop, "mail hosts");
        thread.setDaemon(true);
        thread.start();
        port = listen();
        imaps = users("imap." + DOMAIN, TlsPolicy.IMPLICIT);
        imap = users("other." + DOMAIN, TlsPolicy.REQUIRED);
        https = HttpsServer.create(new InetSocketAddress("127.0.0.4", 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(authority.server(authority.named("mta-sts." + DOMAIN))));
        https.createContext("/.well-known/mta-sts.txt", exchange -> {
            byte[] policy = POLICY.getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, policy.length);
            exchange.getResponseBody().write(policy);
            exchange.close();
        });
        https.start();
    }

    static DomainLab start() throws IOException {
        return new DomainLab();
    }

    /** On one port of all three addresses. */
    private int listen() throws IOException {
        for (int i = 0; ; i++) {
            int first = listen("mx1", "127.0.0.1", 0);
            try {
                listen("mx2", "127.0.0.2", first);
                listen("mx3", "127.0.0.3", first);
                return first;
            } catch (BindException e) {
                if (i == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private int listen(String host, String address, int wanted) throws IOException {
        SmtpTransaction mail = new SmtpTransaction(envelope -> new Refused(), MAX_MESSAGE);
        return SmtpServer.named(host + "." + DOMAIN, mail)
                .extensions(mail.extensions())
                .sslContext(TestCertificates.shared().server(identities.get(host)))
                .policy(TlsPolicy.OPPORTUNISTIC)
                .listen(loop, new InetSocketAddress(address, wanted))
                .socket()
                .getLocalPort();
    }

    private int users(String certificate, TlsPolicy policy) throws IOException {
        ImapLogin login = new ImapLogin((user, password) -> false);
        return ImapServer.named("imap." + DOMAIN, login)
                .capabilities(login.capabilities())
                .sslContext(authority.server(authority.named(certificate)))
                .policy(policy)
                .listen(loop, new InetSocketAddress("127.0.0.5", 0))
                .socket()
                .getLocalPort();
    }

    int port() {
        return port;
    }

    int policyPort() {
        return https.getAddress().getPort();
    }

    X509Certificate root() {
        return authority.root();
    }

    /** What the zone has. */
    String zone() {
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
                _mta-sts TXT "v=STSv1; id=20301231;"
                mta-sts A 127.0.0.4
                @ CAA 0 issue "ca.example"
                _smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@%5$s"
                imap A 127.0.0.5
                _imaps._tcp SRV 0 1 %6$d imap
                _imap._tcp SRV 0 1 %7$d imap
                _pop3._tcp SRV 0 0 0 .
                """
                .formatted(port, hash("mx1"), hash("mx2"), "00".repeat(32), DOMAIN, imaps, imap);
    }

    /** What a zone has that shares the first host. */
    String twin() {
        return "@ MX 10 mx1." + DOMAIN + ".\n";
    }

    private String hash(String host) {
        try {
            byte[] key = identities.get(host).leaf().getPublicKey().getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The options by which the command checks the lab. */
    List<String> options(String resolver, String trust) {
        return List.of(
                "--resolver",
                resolver,
                "--trust",
                trust,
                "--port",
                String.valueOf(port),
                "--mta-sts-port",
                String.valueOf(policyPort()),
                "--private-addresses");
    }

    /** No message is ever taken. */
    private static final class Refused implements SmtpDataReceiver {
        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(554, "5.7.1 No mail here");
        }
    }

    @Override
    public void close() {
        loop.closeNow();
        https.stop(0);
    }
}
