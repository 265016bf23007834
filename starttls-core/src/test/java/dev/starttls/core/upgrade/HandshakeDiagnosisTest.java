package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.CERTIFICATES;
import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.tls.TlsSettings;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person is advised when a handshake has failed. */
class HandshakeDiagnosisTest {

    private static final Peer PEER = new Peer("b\u00fccher.example", 25);

    @Test
    void without_a_common_application_protocol_the_advice_is_to_compare_them() {
        MemoryLink link = MemoryLink.between(
                        client(UpgradeSettings.of(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(Connections.TRUSTING)
                                        .applicationProtocols("imap")
                                        .build())),
                        server(UpgradeSettings.of(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(Connections.SERVING)
                                        .applicationProtocols("smtp")
                                        .build())))
                .run();
        for (UpgradeException why :
                List.of(link.client().upgradeFailure(), link.server().upgradeFailure())) {
            assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
            assertThat(why.hint()).get().asString().contains("compare TlsSettings.Builder.applicationProtocols");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_peer_that_takes_its_leave_in_the_handshake_is_explained_as_one_that_has_gone(boolean implicit) {
        for (Role role : Role.values()) {
            HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(
                    new SSLHandshakeException("Received close_notify during handshake"),
                    List.of(),
                    PEER,
                    role,
                    implicit);
            assertThat(diagnosis.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
            assertThat(diagnosis.hint()).isEqualTo(Wording.handshakeCut(role, implicit));
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void a_trust_manager_with_rules_of_its_own_is_not_said_to_miss_a_root(Role role) {
        HandshakeDiagnosis own = of(new CertificateException("not before noon"), role);
        assertThat(own.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(own.detail()).contains("not before noon");
        assertThat(own.hint()).contains("its own exception").doesNotContain("trust store");
        HandshakeDiagnosis path =
                of(new CertificateException("no", new CertPathBuilderException("unable to find valid path")), role);
        assertThat(path.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(path.hint()).contains("trust store");
    }

    @Test
    void an_international_name_is_shown_as_it_is_looked_up_and_compared() {
        assertThat(PEER).hasToString("xn--bcher-kva.example:25");
        assertThat(new Peer("b\u00fccher.example", -1)).hasToString("xn--bcher-kva.example");
        assertThat(new Peer("unix:/tmp/\u00fc", -1)).hasToString("unix:/tmp/\u00fc");
        UpgradeConnection connection = new UpgradeConnection(new LineProtocolClient(), settings(), PEER);
        UpgradeException why = MemoryLink.between(connection, server(TlsPolicy.REQUIRED))
                .run()
                .client()
                .upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        assertThat(why.getMessage())
                .contains("for xn--bcher-kva.example")
                .contains("instead of xn--bcher-kva.example,")
                .doesNotContain("\u00fc");
    }

    private static UpgradeSettings settings() {
        return UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder().context(CERTIFICATES.client()).build());
    }

    private static HandshakeDiagnosis of(CertificateException thrown, Role role) {
        SSLHandshakeException failed = new SSLHandshakeException(thrown.getMessage());
        failed.initCause(thrown);
        return HandshakeDiagnosis.of(failed, List.of(), PEER, role, false);
    }
}
