package dev.starttls.examples;

import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.policy.TlsReport;
import dev.starttls.smtp.policy.TlsReportMail;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

/**
 * Both ways to send a TLS report: by mail (RFC 8460 section 5.3) and by HTTPS POST (section 5.4). Needs java.base only, and two
 * packages of this library. The mail is not signed here: one that is really sent needs a signature by DKIM, with s=tlsrpt.
 */
public final class TlsReportSending {

    /** Reports are sent again when they fail: there is no need to wait for long. */
    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(30).toMillis();

    private TlsReportSending() {}

    /**
     * Delivers a report by mail. The client is one under OPPORTUNISTIC: a report is delivered whatever is wrong with TLS, which it may
     * be about.
     */
    static void mail(TlsReportMail report, SmtpClient client) throws IOException {
        try (SmtpConnection connection = client.connect()) {
            BufferedReader replies =
                    new BufferedReader(new InputStreamReader(connection.inputStream(), StandardCharsets.US_ASCII));
            OutputStream commands = connection.outputStream();
            say(commands, replies, "MAIL FROM:<" + report.from() + ">\r\n", '2');
            say(commands, replies, "RCPT TO:<" + report.to().mailbox() + ">\r\n", '2');
            say(commands, replies, "DATA\r\n", '3');
            say(commands, replies, report.message() + ".\r\n", '2');
            say(commands, replies, "QUIT\r\n", '2');
        }
    }

    private static void say(OutputStream commands, BufferedReader replies, String text, char expected)
            throws IOException {
        commands.write(text.getBytes(StandardCharsets.US_ASCII));
        String reply = replies.readLine();
        while (reply != null && reply.startsWith("-", 3)) {
            reply = replies.readLine();
        }
        if (reply == null || reply.charAt(0) != expected) {
            throw new IOException("Expected a reply " + expected + "yz of the server, got " + reply);
        }
    }

    /** Delivers a report by POST, and follows no redirect: the domain has chosen the URI, and nobody else. */
    static void post(TlsReport report, URI uri, SSLContext trusting) throws IOException {
        URLConnection opened = uri.toURL().openConnection();
        if (!(opened instanceof HttpsURLConnection connection)) {
            throw new IOException("Expected a URI with the scheme https, got " + uri);
        }
        connection.setSSLSocketFactory(trusting.getSocketFactory());
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", TlsReport.GZIP_TYPE);
        connection.setDoOutput(true);
        byte[] body = report.gzip();
        connection.setFixedLengthStreamingMode(body.length);
        try (OutputStream request = connection.getOutputStream()) {
            request.write(body);
        }
        int status = connection.getResponseCode();
        connection.disconnect();
        if (status / 100 != 2) {
            throw new IOException("Expected a status 2xx for the report, got " + status);
        }
    }
}
