package dev.starttls.examples;

import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A client with blocking streams: upgrades, says NOOP and QUIT, and prints how it went. Needs java.base only. */
public final class SmtpClientExample {

    private SmtpClientExample() {}

    /** Takes a host, a port and a file with the root certificate to trust, in PEM. */
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        SmtpClient client = SmtpClient.to(args[0], Integer.parseInt(args[1])).sslContext(trusting(Path.of(args[2])));
        talk(client, System.out);
    }

    static void talk(SmtpClient client, PrintStream told) throws IOException {
        try (SmtpConnection mail = client.connect()) {
            Negotiated tls = mail.report().tls().orElseThrow();
            told.println(tls.version() + " " + tls.suite());
            BufferedReader replies = new BufferedReader(
                    new InputStreamReader(Channels.newInputStream(mail.channel()), StandardCharsets.US_ASCII));
            OutputStream commands = Channels.newOutputStream(mail.channel());
            for (String command : new String[] {"NOOP", "QUIT"}) {
                commands.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                told.println(replies.readLine());
            }
        }
    }

    private static SSLContext trusting(Path pem) throws IOException, GeneralSecurityException {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (InputStream file = Files.newInputStream(pem)) {
            roots.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
