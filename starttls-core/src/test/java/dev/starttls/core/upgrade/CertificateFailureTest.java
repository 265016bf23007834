package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.CERTIFICATES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.tls.ClientCertificate;
import dev.starttls.core.tls.TlsSettings;
import java.security.cert.Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a certificate is wrong has its reason, its phase and its advice. */
class CertificateFailureTest {

    static Stream<Arguments> wrong() {
        return Stream.of("TLSv1.2", "TLSv1.3")
                .flatMap(version -> Stream.of(
                        Arguments.of(
                                version,
                                "of another name",
                                CERTIFICATES.otherName(),
                                FailureReason.CERTIFICATE_NAME_MISMATCH,
                                "certificate-host-mismatch",
                                "Connect by a name that is in the certificate instead of localhost"),
                        Arguments.of(
                                version,
                                "expired",
                                CERTIFICATES.expired(),
                                FailureReason.CERTIFICATE_EXPIRED,
                                "certificate-expired",
                                "Check the clock of this machine"),
                        Arguments.of(
                                version,
                                "not yet valid",
                                CERTIFICATES.notYetValid(),
                                FailureReason.CERTIFICATE_EXPIRED,
                                "certificate-expired",
                                "Check the clock of this machine"),
                        Arguments.of(
                                version,
                                "of an unknown root",
                                TestCertificates.withOwnRoot().localhost(TestCertificates.KeyKind.EC),
                                FailureReason.CERTIFICATE_UNTRUSTED,
                                "certificate-not-trusted",
                                "put its certificate into the trust store"),
                        Arguments.of(
                                version,
                                "self-signed",
                                CERTIFICATES.selfSigned(),
                                FailureReason.CERTIFICATE_UNTRUSTED,
                                "certificate-not-trusted",
                                "put its certificate into the trust store"),
                        Arguments.of(
                                version,
                                "with its name in the subject, and an address",
                                CERTIFICATES.addressOnly(),
                                FailureReason.CERTIFICATE_NAME_MISMATCH,
                                "certificate-host-mismatch",
                                "subjectAltName"),
                        Arguments.of(
                                version,
                                "with its name in the subject only",
                                CERTIFICATES.commonNameOnly(),
                                FailureReason.CERTIFICATE_NAME_MISMATCH,
                                "certificate-host-mismatch",
                                "subjectAltName")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrong")
    void a_wrong_certificate_is_named(
            String version, String how, Issued issued, FailureReason reason, String resultType, String hint) {
        Connections.Events heard = new Connections.Events();
        MemoryLink link = MemoryLink.between(
                        Connections.client(Connections.clientSettings(TlsPolicy.REQUIRED)
                                .withListener(heard)
                                .withTls(TlsSettings.builder()
                                        .context(Connections.TRUSTING)
                                        .versions(version)
                                        .build())),
                        Connections.server(Connections.serverSettings(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(CERTIFICATES.server(issued))
                                        .build())))
                .run();

        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).as(how).isEqualTo(reason);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(why.resultType()).isEqualTo(resultType);
        assertThat(why.hint()).hasValueSatisfying(words -> assertThat(words).contains(hint));
        assertThat(why).hasMessageStartingWith(reason + " in phase HANDSHAKE: Expected ");
        assertThat(heard.heard()).containsExactly("proposed", "failed " + reason, "blocked " + reason);
        // The server hears an alert of the engine, or, where only the library refuses, nothing but the end of the
        // connection, and takes nothing of the client's for its own.
        link.server().arriveEnd().run();
        assertThat(link.server().failure()).isPresent();
        assertThat(link.client().connection().report().offeredInside()).isEmpty();
    }

    @Test
    void an_address_is_looked_for_among_the_addresses_of_the_certificate() {
        UpgradeConnection client = new UpgradeConnection(
                new LineProtocolClient(), Connections.clientSettings(TlsPolicy.REQUIRED), new Peer("127.0.0.1", 1));
        MemoryLink.between(client, Connections.server(TlsPolicy.REQUIRED))
                .run()
                .client()
                .requireNoFailure();

        UpgradeConnection other = new UpgradeConnection(
                new LineProtocolClient(), Connections.clientSettings(TlsPolicy.REQUIRED), new Peer("127.0.0.2", 1));
        assertThat(MemoryLink.between(other, Connections.server(TlsPolicy.REQUIRED))
                        .run()
                        .client()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_client_without_the_needed_certificate_gets_an_alert(String version) {
        MemoryLink link = clientCertificate(ClientCertificate.NEEDED, version, Connections.TRUSTING);

        assertThat(link.server().upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(link.server().upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("sent none of its own"));
        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(why).hasMessageContaining("certificate");
        // In TLS 1.3 the client is done before the server looks (RFC 8446 section 4.4.2.4).
        assertThat(why.phase()).isEqualTo(version.equals("TLSv1.3") ? Phase.RECAPABILITY : Phase.HANDSHAKE);
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("give the SSLContext a key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_client_whose_certificate_is_wrong_gets_an_alert(String version) {
        MemoryLink link =
                clientCertificate(ClientCertificate.WANTED, version, CERTIFICATES.client(CERTIFICATES.expired()));

        assertThat(link.server().upgradeFailure().reason()).isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
        assertThat(link.server().upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("the client's owner"));
        assertThat(link.client().upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_client_certificate_that_is_wanted_may_be_missing_or_there(String version) {
        MemoryLink without = clientCertificate(ClientCertificate.WANTED, version, Connections.TRUSTING);
        without.client().requireNoFailure();
        assertThat(peers(without.server())).isEmpty();

        Issued own = CERTIFICATES.named("client.example");
        MemoryLink with = clientCertificate(ClientCertificate.NEEDED, version, CERTIFICATES.client(own));
        with.client().requireNoFailure();
        assertThat(peers(with.server())).containsExactly(own.leaf());
    }

    private static List<Certificate> peers(Endpoint side) {
        return side.requireNoFailure().connection().report().tls().orElseThrow().peerChain();
    }

    private static MemoryLink clientCertificate(ClientCertificate asked, String version, SSLContext clientContext) {
        return MemoryLink.between(
                        Connections.client(Connections.clientSettings(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(clientContext)
                                        .versions(version)
                                        .build())),
                        Connections.server(Connections.serverSettings(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(Connections.SERVING)
                                        .clientCertificate(asked)
                                        .build())))
                .run();
    }
}
