package dev.starttls.imap;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.testing.DiscoveredServiceContract;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImapDiscoveredServiceTest extends DiscoveredServiceContract<ImapClient, ImapConnection> {

    @Override
    protected MailService service() {
        return MailService.IMAP;
    }

    @Override
    protected ServerSetup<?> server() {
        return ImapServer.named("mail.example.org", new ImapLogin((user, password) -> false));
    }

    @Override
    protected ImapClient client(ServiceEndpoint endpoint) {
        return ImapClient.to(endpoint);
    }

    @Override
    protected StartTlsSocketFactory sockets(ImapClient client) {
        return client.socketFactory();
    }
}
