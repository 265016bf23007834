package dev.starttls.smtp;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.testing.DiscoveredServiceContract;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SmtpDiscoveredServiceTest extends DiscoveredServiceContract<SmtpClient, SmtpConnection> {

    @Override
    protected MailService service() {
        return MailService.SUBMISSION;
    }

    @Override
    protected ServerSetup<?> server() {
        return SmtpServer.named("mx.example.org", (command, session) -> SmtpAnswer.of(502, "not yet"));
    }

    @Override
    protected SmtpClient client(ServiceEndpoint endpoint) {
        return SmtpClient.to(endpoint);
    }

    @Override
    protected StartTlsSocketFactory sockets(SmtpClient client) {
        return client.socketFactory();
    }
}
