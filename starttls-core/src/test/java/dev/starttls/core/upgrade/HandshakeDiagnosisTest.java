package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.CERTIFICATES;
import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.RefusalKind;
import dev.starttls.core.tls.TlsSettings;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        HandshakeDiagnosis own = ofCause(new CertificateException("not before noon"), role);
        assertThat(own.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(own.detail()).contains("not before noon");
        assertThat(own.hint()).contains("its own exception").doesNotContain("trust store");
        HandshakeDiagnosis path = ofCause(
                new CertificateException("no", new CertPathBuilderException("unable to find valid path")), role);
        assertThat(path.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(path.hint()).contains("trust store");
    }

    /** The words are those of engines; the names of alerts are in RFC 8446 section 6. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no_application_protocol | have no application protocol in common | have no application protocol in common",
                "No application protocol | have no application protocol in common | have no application protocol in common",
                "application layer protocol | no application protocol in common | no application protocol in common",
                "protocol_version | have no TLS version in common | have no TLS version in common",
                "a protocol version | have no TLS version in common | have no TLS version in common",
                "Protocol is disabled | have no TLS version in common | have no TLS version in common",
                "Client requested protocol TLSv1 | have no TLS version in common | have no TLS version in common",
                "Illegal server name, type=host_name(0) | a name with an underscore | a name with an underscore",
                "unrecognized_name | The server has no certificate for this name | has no certificate for this name",
                "bad_certificate | The server refused this client's certificate | refused this server's certificate",
                "unknown_ca | The server refused this client's certificate | The client refused this server's certificate",
                "no cipher suites in common | give the SSLContext a key | give the server's SSLContext a key, of another",
                "No available authentication scheme | give the SSLContext a key | give the server's SSLContext a key, of",
                "handshake_failure | if the server asks for one of this client, give | a certificate of the right kind is",
            })
    void what_engines_say_of_frequent_mistakes_has_advice_for_each_side(String words, String client, String server) {
        for (Role role : Role.values()) {
            HandshakeDiagnosis diagnosis =
                    HandshakeDiagnosis.of(new SSLHandshakeException(words), List.of(), PEER, role, false);
            assertThat(diagnosis.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
            assertThat(diagnosis.hint()).contains(role == Role.CLIENT ? client : server);
            assertThat(diagnosis.detail()).isEqualTo("Expected TLS with xn--bcher-kva.example:25, got: " + words);
            assertThat(diagnosis.peerChain()).isEmpty();
        }
    }

    @Test
    void advice_for_a_client_alone_is_not_given_to_a_server() {
        assertThat(HandshakeDiagnosis.of(
                                new SSLHandshakeException("handshake_failure"), List.of(), PEER, Role.SERVER, false)
                        .hint())
                .doesNotContain("of this client");
    }

    @Test
    void what_is_said_otherwise_has_the_general_advice() {
        for (Role role : Role.values()) {
            for (Throwable thrown : List.of(
                    new SSLHandshakeException("something else"),
                    new SSLHandshakeException(null),
                    new SSLPeerUnverifiedException("nobody"),
                    new SSLException("no name matching"))) {
                HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(thrown, List.of(), PEER, role, false);
                assertThat(diagnosis.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
                assertThat(diagnosis.hint()).isEmpty();
            }
        }
    }

    /** The JDK has no type for it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "No subject alternative names present",
                "No subject alternative DNS name matching localhost found.",
                "No subjectAltNames on the certificate match",
                "No name matching localhost found",
                "the hostname is wrong"
            })
    void another_name_is_known_by_the_words_of_engines(String words) {
        Certificate leaf = CERTIFICATES.otherName().leaf();
        for (Exception thrown : List.of(new CertificateException(words), new SSLPeerUnverifiedException(words))) {
            SSLHandshakeException failed = new SSLHandshakeException("no");
            failed.initCause(thrown);
            HandshakeDiagnosis client = HandshakeDiagnosis.of(failed, List.of(leaf), PEER, Role.CLIENT, false);
            assertThat(client.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
            assertThat(client.detail()).contains("got: a certificate for elsewhere.example: no");
            assertThat(client.hint())
                    .startsWith(
                            "Connect by a name that is in the certificate instead of xn--bcher-kva.example, or ask the"
                                    + " server's operator");
            assertThat(client.peerChain()).containsExactly(leaf);
            HandshakeDiagnosis server = HandshakeDiagnosis.of(failed, List.of(), PEER, Role.SERVER, false);
            assertThat(server.detail()).endsWith("got: no");
            assertThat(server.hint()).contains("ask the client's owner");
        }
        Certificate nameless = CERTIFICATES.commonNameOnly().leaf();
        assertThat(HandshakeDiagnosis.of(
                                new SSLHandshakeException("no").initCause(new CertificateException(words)),
                                List.of(nameless),
                                PEER,
                                Role.CLIENT,
                                false)
                        .detail())
                .endsWith("got: no");
    }

    @Test
    void of_a_chain_that_certificate_is_named_whose_time_is_over_or_begins() throws Exception {
        X509Certificate good = CERTIFICATES.named("good.example").leaf();
        X509Certificate over = CERTIFICATES.expired("over.example").leaf();
        X509Certificate early = CERTIFICATES.notYetValid().leaf();
        Throwable expired = new SSLHandshakeException("no").initCause(new CertificateExpiredException("NotAfter"));
        assertThat(of(expired, Role.CLIENT, good, over).detail())
                .endsWith("got: the certificate of CN=over.example was valid until "
                        + over.getNotAfter().toInstant() + ": no");
        assertThat(of(expired, Role.CLIENT, early, over).detail())
                .endsWith("got: the certificate of CN=localhost is valid from "
                        + early.getNotBefore().toInstant() + ": no");
        assertThat(of(expired, Role.CLIENT, good).detail())
                .as("by another clock")
                .endsWith("got: no");
        assertThat(of(expired, Role.CLIENT).hint()).contains("ask the server's operator to renew it");
        assertThat(of(expired, Role.SERVER).hint()).contains("ask the client's owner to renew it");
        assertThat(of(new SSLHandshakeException("no").initCause(new CertificateNotYetValidException()), Role.CLIENT)
                        .reason())
                .isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
    }

    @Test
    void the_path_that_an_exception_has_is_shown_where_no_chain_is_known() throws Exception {
        X509Certificate over = CERTIFICATES.expired("over.example").leaf();
        X509Certificate older = CERTIFICATES.expired("older.example").leaf();
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(over, older));
        for (BasicReason reason : List.of(BasicReason.EXPIRED, BasicReason.NOT_YET_VALID)) {
            for (int index = -1; index < 2; index++) {
                HandshakeDiagnosis diagnosis = of(
                        new SSLHandshakeException("no")
                                .initCause(new CertPathValidatorException("no", null, path, index, reason)),
                        Role.CLIENT);
                assertThat(diagnosis.reason()).isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
                assertThat(diagnosis.detail())
                        .contains("the certificate of CN=" + (index == 1 ? "older.example" : "over.example"));
                assertThat(diagnosis.peerChain()).containsExactly(over, older);
            }
        }
        HandshakeDiagnosis known = of(
                new SSLHandshakeException("no")
                        .initCause(new CertPathValidatorException("no", null, path, 0, BasicReason.INVALID_SIGNATURE)),
                Role.SERVER,
                older);
        assertThat(known.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(known.hint()).contains("ServerKeys.trustingClients(file)");
        assertThat(known.peerChain()).containsExactly(older);
        assertThat(of(new SSLHandshakeException("no").initCause(new CertPathValidatorException("no")), Role.CLIENT)
                        .peerChain())
                .isEmpty();
        HandshakeDiagnosis first = of(
                new SSLHandshakeException("no")
                        .initCause(new CertPathValidatorException("no", null, path, 0, BasicReason.EXPIRED)),
                Role.CLIENT,
                older);
        assertThat(first.detail()).contains("the certificate of CN=over.example was valid until");
        assertThat(first.peerChain()).containsExactly(older);
    }

    @Test
    void the_deepest_cause_that_is_known_decides() {
        Throwable untrusted =
                new CertificateException("no", new CertificateException("no", new CertificateExpiredException()));
        assertThat(of(untrusted, Role.CLIENT).reason()).isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
        Throwable conscrypt = new CertificateException("no", new CertificateException("Unknown authType: GENERIC"));
        assertThat(of(conscrypt, Role.CLIENT).reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(of(conscrypt, Role.CLIENT).hint()).contains("getInstance(\"PKIX\", conscrypt)");
        assertThat(of(new SSLHandshakeException("no").initCause(new CertPathBuilderException("no")), Role.CLIENT)
                        .reason())
                .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(of(new SSLException("Unknown authType: GENERIC"), Role.CLIENT)
                        .reason())
                .isEqualTo(FailureReason.HANDSHAKE_FAILED);
    }

    @ParameterizedTest
    @CsvSource({
        "CLIENT, NO_CERTIFICATE, CERTIFICATE_UNTRUSTED, Enable no suite without certificates",
        "SERVER, NO_CERTIFICATE, HANDSHAKE_FAILED, give each server its own SSLContext",
        "CLIENT, OTHER_NAME, CERTIFICATE_NAME_MISMATCH, Connect by a name that is in the certificate",
        "CLIENT, OTHER_KEY, CERTIFICATE_PIN_MISMATCH, update TlsSettings.Builder.pins",
        "CLIENT, UNVERIFIED_SESSION, CERTIFICATE_UNTRUSTED, let the EngineSource pass on the host and the port",
        "CLIENT, OUT_OF_DATE, CERTIFICATE_EXPIRED, ''",
        "CLIENT, UNTRUSTED, CERTIFICATE_UNTRUSTED, ''",
        "CLIENT, NO_TLSA_MATCH, TLSA_MISMATCH, ''",
        "CLIENT, REFUSED, CERTIFICATE_REFUSED, ''"
    })
    void a_peer_that_this_library_refuses_has_its_reason_and_advice(
            Role role, RefusalKind kind, FailureReason reason, String hint) {
        List<Certificate> chain = List.of(CERTIFICATES.root());
        HandshakeDiagnosis general =
                HandshakeDiagnosis.of(new PeerCheck.Refusal(kind, "Expected A, got B", "", chain), PEER, role);
        assertThat(general.reason()).isEqualTo(reason);
        assertThat(general.detail()).isEqualTo("Expected A, got B");
        assertThat(general.peerChain()).isEqualTo(chain);
        assertThat(general.hint()).contains(hint);
        assertThat(general.hint().isEmpty()).isEqualTo(hint.isEmpty());
        assertThat(HandshakeDiagnosis.of(new PeerCheck.Refusal(kind, "Expected A, got B", "try C", chain), PEER, role)
                        .hint())
                .isEqualTo("try C");
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

    private static HandshakeDiagnosis of(Throwable thrown, Role role, Certificate... known) {
        return HandshakeDiagnosis.of(thrown, List.of(known), PEER, role, false);
    }

    private static HandshakeDiagnosis ofCause(CertificateException thrown, Role role) {
        SSLHandshakeException failed = new SSLHandshakeException(thrown.getMessage());
        failed.initCause(thrown);
        return HandshakeDiagnosis.of(failed, List.of(), PEER, role, false);
    }
}
