package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import dev.starttls.smtp.policy.ReportedFailure;
import dev.starttls.smtp.policy.ReportedPolicy;
import dev.starttls.smtp.policy.TlsReport;
import dev.starttls.smtp.policy.TlsReportMail;
import dev.starttls.smtp.policy.TlsReportReader;
import dev.starttls.smtp.policy.TlsReportRecord.Destination;
import dev.starttls.smtp.policy.TlsReports;
import dev.starttls.smtp.policy.TlsResultType;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A day's report goes to its domain, by mail and by HTTPS. */
@Timeout(120)
class TlsReportSendingTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NEXT_DAY = Instant.parse("2026-03-02T00:05:00Z");

    private static TlsReport report() {
        TlsReports reports = TlsReports.of("Company-X", "tlsrpt@company-x.example");
        ReportedPolicy policy = new ReportedPolicy(
                ReportedPolicy.Type.STS, "example.org", List.of("version: STSv1"), List.of("*.example.org"));
        reports.succeeded("example.org", policy, NOON);
        reports.failed("example.org", policy, ReportedFailure.of(TlsResultType.CERTIFICATE_EXPIRED), NOON);
        return reports.take(NEXT_DAY).get(0);
    }

    @Test
    void a_report_goes_by_mail() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        SmtpTransaction transaction = new SmtpTransaction(envelope -> new Mailbox(received), 1_000_000);
        TlsReport report = report();
        try (UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
                ServerSocketChannel listening = SmtpServer.named("mx.example.org", transaction)
                        .extensions(transaction.extensions())
                        .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                        .listen(loop, Loopback.anyPort())) {
            new Thread(loop, "mailbox").start();
            int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
            TlsReportSending.mail(
                    new TlsReportMail(
                            report,
                            "company-x.example",
                            "tlsrpt@company-x.example",
                            new Destination.Mail("reports@example.org"),
                            NEXT_DAY),
                    SmtpClient.to("localhost", port).policy(TlsPolicy.OPPORTUNISTIC));
        }
        MimeMessage message = new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(received.take().getBytes(StandardCharsets.US_ASCII)));
        BodyPart attachment = ((MimeMultipart) message.getContent()).getBodyPart(1);
        assertThat(TlsReportReader.read(attachment.getInputStream())).isEqualTo(report);
    }

    private record Mailbox(BlockingQueue<String> received, StringBuilder message) implements SmtpDataReceiver {

        Mailbox(BlockingQueue<String> received) {
            this(received, new StringBuilder());
        }

        @Override
        public void line(String line) {
            message.append(line).append("\r\n");
        }

        @Override
        public SmtpReply end() {
            received.add(message.toString());
            return SmtpReply.of(250, "2.0.0 Taken");
        }
    }

    @Test
    void a_report_goes_by_https() throws Exception {
        BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        TlsReport report = report();
        HttpsServer server = server(201, received);
        try {
            TlsReportSending.post(report, at(server), CERTIFICATES.client());
        } finally {
            server.stop(0);
        }
        assertThat(TlsReportReader.read(received.take())).isEqualTo(report);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 404, 500})
    void any_status_but_success_is_a_failed_attempt(int status) throws Exception {
        HttpsServer server = server(status, new LinkedBlockingQueue<>());
        try {
            assertThatThrownBy(() -> TlsReportSending.post(report(), at(server), CERTIFICATES.client()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(status));
        } finally {
            server.stop(0);
        }
    }

    private static URI at(HttpsServer server) {
        return URI.create("https://localhost:" + server.getAddress().getPort() + "/v1/tlsrpt");
    }

    /** The JDK's. */
    private static HttpsServer server(int status, BlockingQueue<byte[]> received) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC))));
        server.createContext("/v1/tlsrpt", exchange -> {
            assertThat(exchange.getRequestMethod()).isEqualTo("POST");
            assertThat(exchange.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/tlsrpt+gzip");
            received.add(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().add("Location", "https://localhost:1/");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
