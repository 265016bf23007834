package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.upgrade.StartTlsProtocol;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of an endpoint that was discovered. */
class DiscoveredClientsTest {

    private static final StartTlsProtocol IMAP = new StartTlsProtocol("imap", "STARTTLS", List.of(143), List.of(993));

    @ParameterizedTest
    @CsvSource({"IMAPS, 993, IMPLICIT", "IMAPS, 143, IMPLICIT", "IMAP, 143, REQUIRED", "IMAP, 993, REQUIRED"})
    void the_service_decides_about_tls_and_not_the_port(MailService service, int port, String policy) {
        assertThat(new Client(endpoint(service, port, TargetTrust.SAME_DOMAIN)))
                .hasToString("Client[mail.example.net:" + port + ", " + policy + "]");
    }

    @ParameterizedTest
    @EnumSource
    void a_host_that_the_user_has_to_confirm_is_refused_until_then(TargetTrust trust) {
        ServiceEndpoint endpoint = endpoint(MailService.IMAPS, 993, trust);
        if (trust == TargetTrust.UNCONFIRMED) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Client(endpoint))
                    .withMessageContaining("got mail.example.net, which is in another domain")
                    .withMessageContaining("endpoint.confirmed()");
        } else {
            assertThat(new Client(endpoint)).isNotNull();
        }
        assertThat(new Client(endpoint.confirmed())).isNotNull();
    }

    @Test
    void an_endpoint_of_another_protocol_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Client(endpoint(MailService.POP3S, 995, TargetTrust.SIGNED)))
                .withMessage("endpoint: expected one of imap, got POP3S of example.org");
        assertThatNullPointerException().isThrownBy(() -> new Client(null)).withMessageContaining("endpoint");
    }

    private static ServiceEndpoint endpoint(MailService service, int port, TargetTrust trust) {
        return new ServiceEndpoint(service, "example.org", "mail.example.net", port, trust);
    }

    private static final class Client extends ClientSetup<Client, StartTlsChannel, TinyClient> {

        Client(ServiceEndpoint endpoint) {
            super(endpoint, IMAP);
        }

        @Override
        protected TinyClient dialogue() {
            return new TinyClient();
        }

        @Override
        protected StartTlsChannel session(StartTlsChannel channel, TinyClient dialogue) {
            return channel;
        }

        @Override
        protected Client self() {
            return this;
        }
    }
}
