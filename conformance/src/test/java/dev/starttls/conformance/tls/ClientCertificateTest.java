package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.ClientIdentity;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.tls.certificate.Forge;
import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.certificate.Issuer.Order;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that ask for a certificate of the client. */
@Timeout(120)
class ClientCertificateTest {

    private static final TargetSettings WITHOUT = TlsCheckHarness.settings(Duration.ofSeconds(20));

    private static TargetSettings with(Issuer identity) {
        return WITHOUT.withClientIdentity(new ClientIdentity(identity.chain(), identity.key()));
    }

    private static Issuer client(Issuer authority) {
        return Forge.by(authority).naming("client.example.org").issue();
    }

    private static LoopbackServer demanding(String version) {
        return GoodServer.with(trusting(), socket -> {
            socket.setEnabledProtocols(new String[] {version});
            socket.setNeedClientAuth(true);
        });
    }

    private static SSLContext trusting() {
        try {
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, new char[0]);
            store.setCertificateEntry("root", GoodServer.ROOT.certificate());
            store.setKeyEntry(
                    "server",
                    GoodServer.SERVER.key(),
                    new char[0],
                    GoodServer.SERVER.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Survey survey(LoopbackServer server, TargetSettings settings) throws IOException {
        Dialect smtp = Suite.dialect(Protocol.SMTP);
        Target target = new Target(Scheme.SMTPS, "127.0.0.1", server.port());
        try (CheckContext context = new CheckContext(target, settings, smtp)) {
            return smtp.survey(context);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_server_that_demands_one_is_reported_as_such(String version) throws IOException {
        try (LoopbackServer server = demanding(version)) {
            assertThat(survey(server, WITHOUT).problem().orElseThrow())
                    .contains("wants a client certificate")
                    .contains("--client-certificate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_certificate_that_the_server_does_not_accept_is_reported(String version) throws IOException {
        Issuer stranger = client(Issuer.selfSigned(Order.authority("Stranger")));
        try (LoopbackServer server = demanding(version)) {
            assertThat(survey(server, with(stranger)).problem().orElseThrow())
                    .contains("does not accept the client certificate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_server_that_gets_one_is_surveyed(String version) throws IOException {
        try (LoopbackServer server = demanding(version)) {
            Survey survey = survey(server, with(client(GoodServer.ROOT)));
            assertThat(survey.problem()).isEmpty();
            assertThat(survey.tls().orElseThrow().version()).isEqualTo(version);
        }
    }

    @Test
    void a_server_that_does_without_one_is_surveyed() throws IOException {
        try (LoopbackServer server = GoodServer.with(trusting(), socket -> socket.setWantClientAuth(true))) {
            assertThat(survey(server, WITHOUT).problem()).isEmpty();
        }
    }

    static Stream<Issuer> clients() {
        return Stream.of(
                client(GoodServer.ROOT),
                Forge.by(GoodServer.ROOT).naming("client.example.org").rsa().issue());
    }

    /** These open sessions with the suite's own TLS, of either version. */
    @ParameterizedTest
    @MethodSource("clients")
    void the_own_tls_of_the_suite_presents_it_too(Issuer client) {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            String id = version.equals("TLSv1.2") ? "TLS-S-16a" : "TLS-S-16b";
            try (LoopbackServer server = demanding(version)) {
                for (String each : List.of(id, "TLS-S-20a", "TLS-S-06")) {
                    Verdict verdict = TlsCheckHarness.judge(each, server.port(), with(client));
                    assertThat(verdict.status())
                            .as(version + " " + each + " " + verdict.detail())
                            .isEqualTo(Status.PASS);
                }
            }
        }
    }
}
