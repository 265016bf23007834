package dev.starttls.benchmarks.latency;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.util.Properties;

/** Angus Mail, only for SMTP: with IMAP and POP3 its connecting includes the login. */
final class AngusClient implements UpgradeClient {

    private final SmallSegments segments;

    AngusClient(SmallSegments segments) {
        this.segments = segments;
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        Properties settings = new Properties();
        settings.put("mail.smtp.localhost", "[127.0.0.1]");
        if (target.implicit()) {
            settings.put("mail.smtp.ssl.enable", "true");
        } else {
            settings.put("mail.smtp.starttls.enable", "true");
            settings.put("mail.smtp.starttls.required", "true");
        }
        settings.put("mail.smtp.ssl.checkserveridentity", "true");
        settings.put("mail.smtp.ssl.protocols", version);
        settings.put(
                "mail.smtp.ssl.socketFactory", segments.factory(tls.context().getSocketFactory()));
        settings.put("mail.smtp.socketFactory", segments.factory());
        try {
            Transport transport = Session.getInstance(settings).getTransport("smtp");
            transport.connect(target.host(), target.port(), null, null);
            return () -> {
                try {
                    transport.close();
                } catch (MessagingException e) {
                    throw new IOException(e);
                }
            };
        } catch (MessagingException e) {
            throw new IOException(e);
        }
    }
}
