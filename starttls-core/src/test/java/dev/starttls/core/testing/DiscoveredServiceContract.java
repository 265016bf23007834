package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients of a service that {@code example.org} has published on localhost: RFC 7817 section 3 lets the certificate be for either. To be
 * extended by one class for each protocol.
 *
 * @param <S> the protocol's client
 * @param <C> what it connects to
 */
public abstract class DiscoveredServiceContract<S extends ClientSetup<S, C, ?>, C extends ClientConnection<?>> {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String DOMAIN = "example.org";

    /** Where the server runs. */
    @RegisterExtension
    protected final LoopExtension loop = new LoopExtension();

    /** For a class of one protocol. */
    protected DiscoveredServiceContract() {}

    /** Its service with an upgrade. */
    protected abstract MailService service();

    /** Its server, without a key. */
    protected abstract ServerSetup<?> server();

    /** Its client. */
    protected abstract S client(ServiceEndpoint endpoint);

    /** The sockets of its client. */
    protected abstract StartTlsSocketFactory sockets(S client);

    /** Whom the server's certificate is for. */
    enum Name {
        HOST,
        DOMAIN;

        private Issued identity() {
            return this == HOST
                    ? CERTIFICATES.localhost(KeyKind.EC)
                    : CERTIFICATES.named(DiscoveredServiceContract.DOMAIN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_certificate_for_the_host_or_the_domain_will_do(Name name) throws Exception {
        S client = clientOf(name.identity(), TargetTrust.SIGNED);
        for (int i = 0; i < 2; i++) {
            // The second time the session is resumed.
            try (C session = client.connect()) {
                assertThat(session.report().encrypted()).isTrue();
            }
        }
        try (C session = client.connect(loop.loop()).get(30, TimeUnit.SECONDS)) {
            assertThat(session.report().encrypted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void sockets_to_the_host_accept_either_name_as_well(Name name) throws Exception {
        int port = listen(name.identity());
        S client = trusting(endpoint(port, TargetTrust.CONFIRMED));
        try (Socket socket = sockets(client).createSocket("localhost", port)) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void sockets_to_another_host_do_not_accept_the_domain() throws Exception {
        int port = listen(Name.DOMAIN.identity());
        S client = trusting(endpoint(port, TargetTrust.SIGNED));
        assertThatThrownBy(() -> sockets(client).createSocket("127.0.0.1", port))
                .isInstanceOfSatisfying(UpgradeException.class, DiscoveredServiceContract::requireOtherName);
    }

    @Test
    void a_certificate_for_neither_is_refused() throws Exception {
        S client = clientOf(CERTIFICATES.otherName(), TargetTrust.SAME_DOMAIN);
        assertThatThrownBy(client::connect).isInstanceOfSatisfying(UpgradeException.class, why -> {
            requireOtherName(why);
            assertThat(why).hasMessageContaining("Expected a certificate for localhost or example.org, got one for");
        });
    }

    @Test
    void a_name_that_the_caller_has_set_is_the_only_one() throws Exception {
        S client = clientOf(Name.DOMAIN.identity(), TargetTrust.SIGNED).serverName("localhost");
        assertThatThrownBy(client::connect)
                .isInstanceOfSatisfying(UpgradeException.class, DiscoveredServiceContract::requireOtherName);
    }

    private static void requireOtherName(UpgradeException why) {
        assertThat(why.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
    }

    private S clientOf(Issued identity, TargetTrust trust) throws Exception {
        return trusting(endpoint(listen(identity), trust));
    }

    private int listen(Issued identity) throws Exception {
        return loop.listen(server().sslContext(CERTIFICATES.server(identity)));
    }

    private ServiceEndpoint endpoint(int port, TargetTrust trust) {
        return new ServiceEndpoint(service(), DOMAIN, "localhost", port, trust);
    }

    private S trusting(ServiceEndpoint endpoint) {
        return client(endpoint).sslContext(CERTIFICATES.client());
    }
}
