package dev.starttls.pop3;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.testing.DiscoveredServiceContract;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class Pop3DiscoveredServiceTest extends DiscoveredServiceContract<Pop3Client, Pop3Connection> {

    @Override
    protected MailService service() {
        return MailService.POP3;
    }

    @Override
    protected ServerSetup<?> server() {
        return Pop3Server.named("pop.example.org", Pop3Fixture.maildrop(Pop3Fixture.mailbox()));
    }

    @Override
    protected Pop3Client client(ServiceEndpoint endpoint) {
        return Pop3Client.to(endpoint);
    }

    @Override
    protected StartTlsSocketFactory sockets(Pop3Client client) {
        return client.socketFactory();
    }
}
