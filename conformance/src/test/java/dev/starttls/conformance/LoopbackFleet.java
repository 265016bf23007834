package dev.starttls.conformance;

import dev.starttls.conformance.embedded.Authority;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;

/**
 * One SMTP server for a fleet of targets, as a process: it listens on every address of the loopback network, 127.0.0.0/8, so that
 * there are as many targets as a run wants. The argument is a file for its root certificate; the port is the first line of
 * standard output. It ends with standard input.
 */
final class LoopbackFleet {
    private LoopbackFleet() {}

    public static void main(String[] args) throws IOException {
        Authority authority = Authority.create();
        UpgradeLoop loop = UpgradeLoop.open(10_000, Runnable::run);
        Thread thread = new Thread(loop, "fleet");
        thread.setDaemon(true);
        thread.start();
        int port = SmtpServer.named("localhost", (command, session) -> SmtpAnswer.of(250, "2.0.0 Fine"))
                .sslContext(authority.serverContext("localhost"))
                .policy(TlsPolicy.OPPORTUNISTIC)
                .listen(loop, new InetSocketAddress(Integer.getInteger("port", 0)))
                .socket()
                .getLocalPort();
        Files.writeString(Path.of(args[0]), pem(authority));
        System.out.println(port);
        System.in.transferTo(OutputStream.nullOutputStream());
    }

    private static String pem(Authority authority) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(authority.root().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
