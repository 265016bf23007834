package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.PeerCheck.Refusal;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of a session, whatever engine it is of; with real engines: {@code IdentityTest}, {@code ServerVerifierTest}. */
class PeerCheckTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final X509Certificate GOOD =
            CERTIFICATES.localhost(KeyKind.EC).leaf();
    private static final X509Certificate OTHER = CERTIFICATES.otherName().leaf();
    private static final Certificate NOT_OF_X509 = new OtherCertificate();
    private static final ServerIdentity LOCALHOST = ServerIdentity.of("localhost");
    private static final String UNKNOWN_PIN = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private static final PeerCheck FULL = PeerCheck.ofServer(TlsSettings.defaults(), LOCALHOST, Verification.FULL);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void where_nothing_is_verified_nothing_is_refused(boolean resumed) throws Exception {
        for (PeerCheck check : List.of(
                PeerCheck.ofServer(TlsSettings.defaults(), LOCALHOST, Verification.NONE),
                PeerCheck.ofClient(TlsSettings.defaults()),
                PeerCheck.ofClient(asking(ClientCertificate.WANTED)))) {
            for (SSLSession session : List.of(session(), session(OTHER), session(NOT_OF_X509))) {
                assertThat(check.during(session)).isEmpty();
                assertThat(check.after(session, resumed)).isEmpty();
                verify(session, never()).invalidate();
            }
        }
    }

    @Test
    void a_peer_without_a_certificate_is_refused_where_one_is_needed() throws Exception {
        TlsSettings pinned = TlsSettings.builder().pins(PeerCheck.pin(GOOD)).build();
        for (PeerCheck check : List.of(
                FULL,
                PeerCheck.ofServer(pinned, LOCALHOST, Verification.NONE),
                PeerCheck.ofServer(ruled((server, chain) -> ServerVerifier.accept()), LOCALHOST, Verification.NONE),
                PeerCheck.ofClient(asking(ClientCertificate.NEEDED)))) {
            assertThat(check.after(session(), false))
                    .contains(refusal(
                            RefusalKind.NO_CERTIFICATE, "Expected a certificate of the peer, got none", List.of()));
            SSLSession session = session();
            assertThat(check.after(session, true))
                    .contains(refusal(
                            RefusalKind.NO_CERTIFICATE,
                            "Expected a certificate of the peer, got none in the session that was resumed",
                            List.of()));
            verify(session).invalidate();
        }
    }

    @Test
    void any_certificate_of_a_client_will_do() throws Exception {
        PeerCheck check = PeerCheck.ofClient(asking(ClientCertificate.NEEDED));
        assertThat(check.during(session(OTHER))).isEmpty();
        assertThat(check.after(session(OTHER), false)).isEmpty();
        assertThat(check.after(session(OTHER), true)).isEmpty();
    }

    /** Engines differ in what they do until then. */
    @Test
    void certificates_that_are_not_known_yet_are_no_reason_to_refuse() throws Exception {
        SSLSession throwing = mock(SSLSession.class);
        when(throwing.getPeerCertificates()).thenThrow(new SSLPeerUnverifiedException("not yet"));
        SSLSession failing = mock(SSLSession.class);
        when(failing.getPeerCertificates()).thenThrow(new UnsupportedOperationException("not yet"));
        SSLSession without = mock(SSLSession.class);
        when(without.getPeerCertificates()).thenReturn(null);
        for (SSLSession session : List.of(throwing, failing, without, session())) {
            assertThat(PeerCheck.chain(session)).isEmpty();
            assertThat(FULL.during(session)).isEmpty();
            verify(session, never()).invalidate();
            assertThat(FULL.after(session, false)).map(Refusal::kind).contains(RefusalKind.NO_CERTIFICATE);
        }
    }

    @Test
    void a_session_that_is_refused_is_forgotten_and_one_that_is_not_is_kept() throws Exception {
        SSLSession good = session(GOOD);
        assertThat(FULL.during(good)).isEmpty();
        assertThat(FULL.after(good, true)).isEmpty();
        verify(good, never()).invalidate();

        SSLSession during = session(OTHER);
        assertThat(FULL.during(during)).isPresent();
        verify(during).invalidate();

        SSLSession after = session(OTHER);
        assertThat(FULL.after(after, true)).isPresent();
        verify(after).invalidate();
    }

    @Test
    void a_refusal_says_what_was_expected_and_what_came() throws Exception {
        assertThat(FULL.during(session(OTHER)))
                .contains(refusal(
                        RefusalKind.OTHER_NAME,
                        "Expected a certificate for localhost, got one for elsewhere.example",
                        List.of(OTHER)));
        X509Certificate nameless = CERTIFICATES.commonNameOnly().leaf();
        assertThat(FULL.during(session(nameless)))
                .contains(refusal(
                        RefusalKind.OTHER_NAME,
                        "Expected a certificate for localhost, got one without a name as subjectAltName, the only place"
                                + " where one counts; its subject is CN=localhost",
                        List.of(nameless)));
        assertThat(FULL.during(session(NOT_OF_X509)))
                .contains(refusal(
                        RefusalKind.OTHER_NAME,
                        "Expected a certificate for localhost, got one of type OpenPGP",
                        List.of(NOT_OF_X509)));
    }

    @Test
    void a_pin_is_compared_under_any_verification() throws Exception {
        TlsSettings matching =
                TlsSettings.builder().pins(PeerCheck.pin(GOOD), UNKNOWN_PIN).build();
        TlsSettings other = TlsSettings.builder().pins(UNKNOWN_PIN).build();
        for (Verification verification : Verification.values()) {
            assertThat(PeerCheck.ofServer(matching, LOCALHOST, verification).during(session(GOOD)))
                    .isEmpty();
            assertThat(PeerCheck.ofServer(other, LOCALHOST, verification).during(session(GOOD)))
                    .contains(refusal(
                            RefusalKind.OTHER_KEY,
                            "Expected a certificate with one of 1 pinned keys, got one with " + PeerCheck.pin(GOOD),
                            List.of(GOOD)));
        }
    }

    /** RFC 7469 section 2.4. */
    @Test
    void a_pin_is_the_hash_of_the_public_key() throws Exception {
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(GOOD.getPublicKey().getEncoded());
        assertThat(PeerCheck.pin(GOOD))
                .isEqualTo("sha256/" + Base64.getEncoder().encodeToString(hash));
    }

    @ParameterizedTest
    @EnumSource
    void a_rule_is_asked_about_server_and_chain_in_place_of_the_name(Verification verification) throws Exception {
        List<List<X509Certificate>> asked = new ArrayList<>();
        PeerCheck accepting = PeerCheck.ofServer(
                ruled((server, chain) -> {
                    assertThat(server).isSameAs(LOCALHOST);
                    asked.add(chain);
                    return ServerVerifier.accept();
                }),
                LOCALHOST,
                verification);
        SSLSession session = session(OTHER, CERTIFICATES.root());
        assertThat(accepting.during(session)).isEmpty();
        assertThat(accepting.after(session, true)).isEmpty();
        assertThat(asked).hasSize(2).containsOnly(List.of(OTHER, CERTIFICATES.root()));

        PeerCheck refusing = PeerCheck.ofServer(
                ruled((server, chain) ->
                        ServerVerifier.refuse(RefusalKind.NO_TLSA_MATCH, "Expected A, got B", "try C")),
                LOCALHOST,
                verification);
        assertThat(refusing.after(session(GOOD), false))
                .contains(new Refusal(RefusalKind.NO_TLSA_MATCH, "Expected A, got B", "try C", List.of(GOOD)));
    }

    @Test
    void a_rule_is_given_certificates_of_x_509_alone_and_must_decide() throws Exception {
        PeerCheck undecided = PeerCheck.ofServer(ruled((server, chain) -> null), LOCALHOST, Verification.FULL);
        SSLSession mixed = session(GOOD, NOT_OF_X509);
        assertThat(undecided.during(mixed))
                .contains(refusal(
                        RefusalKind.UNTRUSTED,
                        "Expected certificates of X.509, got one of OpenPGP",
                        List.of(GOOD, NOT_OF_X509)));
        SSLSession session = session(GOOD);
        assertThatThrownBy(() -> undecided.during(session))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("Expected a verdict of the ServerVerifier, got null");
    }

    @Test
    void what_a_rule_accepts_must_still_have_a_pinned_key() throws Exception {
        TlsSettings settings = TlsSettings.builder()
                .serverVerifier((server, chain) -> ServerVerifier.accept())
                .pins(UNKNOWN_PIN)
                .build();
        assertThat(PeerCheck.ofServer(settings, LOCALHOST, Verification.NONE).during(session(GOOD)))
                .map(Refusal::kind)
                .contains(RefusalKind.OTHER_KEY);
    }

    @Test
    void a_session_of_a_context_is_resumed_since_its_trust_manager_has_verified_it() throws Exception {
        TlsSettings settings =
                TlsSettings.builder().context(CERTIFICATES.client()).build();
        assertThat(PeerCheck.ofServer(settings, LOCALHOST, Verification.FULL).after(session(GOOD), true))
                .isEmpty();
    }

    @Test
    void a_session_of_another_source_is_resumed_only_if_a_full_handshake_was_seen() throws Exception {
        PeerCheck check = foreign();
        SSLSession unseen = session(GOOD);
        assertThat(check.after(unseen, true))
                .contains(refusal(
                        RefusalKind.UNVERIFIED_SESSION,
                        "Expected a session whose certificate was verified when it was made, got one resumed by the engine of"
                                + " which that is not known",
                        List.of(GOOD)));
        verify(unseen).invalidate();

        SSLSession full = session(GOOD);
        assertThat(check.after(full, false)).isEmpty();
        assertThat(check.after(full, true)).isEmpty();
        verify(full, never()).invalidate();
        assertThat(foreign().after(session(GOOD), true)).as("of another source").isPresent();
    }

    @Test
    void what_was_seen_holds_for_the_cache_that_the_session_is_of() throws Exception {
        SSLSessionContext cache = mock(SSLSessionContext.class);
        SSLSession cached = session(GOOD);
        when(cached.getSessionContext()).thenReturn(cache);
        assertThat(foreign().after(cached, false)).isEmpty();
        assertThat(foreign().after(cached, true)).as("by whatever source").isEmpty();

        SSLSession elsewhere = session(GOOD);
        when(elsewhere.getSessionContext()).thenReturn(mock(SSLSessionContext.class));
        assertThat(foreign().after(elsewhere, true)).map(Refusal::kind).contains(RefusalKind.UNVERIFIED_SESSION);
    }

    @Test
    void what_was_seen_holds_for_the_host_that_it_was_seen_for() throws Exception {
        TlsSettings settings = TlsSettings.builder()
                .engines(CERTIFICATES.client()::createSSLEngine)
                .build();
        assertThat(PeerCheck.ofServer(settings, LOCALHOST, Verification.FULL).after(session(GOOD), false))
                .isEmpty();
        ServerIdentity address = ServerIdentity.of("127.0.0.1");
        assertThat(PeerCheck.ofServer(settings, address, Verification.FULL).after(session(GOOD), true))
                .map(Refusal::kind)
                .contains(RefusalKind.UNVERIFIED_SESSION);
    }

    @Test
    void a_refused_session_does_not_count_as_verified() throws Exception {
        EngineSource source = CERTIFICATES.client()::createSSLEngine;
        TlsSettings pinned =
                TlsSettings.builder().engines(source).pins(UNKNOWN_PIN).build();
        assertThat(PeerCheck.ofServer(pinned, LOCALHOST, Verification.FULL).after(session(GOOD), false))
                .map(Refusal::kind)
                .contains(RefusalKind.OTHER_KEY);
        TlsSettings settings = TlsSettings.builder().engines(source).build();
        assertThat(PeerCheck.ofServer(settings, LOCALHOST, Verification.FULL).after(session(GOOD), true))
                .map(Refusal::kind)
                .contains(RefusalKind.UNVERIFIED_SESSION);
    }

    /** Where only pins are compared, what the engine resumes was not to be verified in the first place. */
    @Test
    void a_pin_alone_asks_for_no_verified_session() throws Exception {
        TlsSettings settings = TlsSettings.builder()
                .engines(CERTIFICATES.client()::createSSLEngine)
                .pins(PeerCheck.pin(GOOD))
                .build();
        assertThat(PeerCheck.ofServer(settings, LOCALHOST, Verification.NONE).after(session(GOOD), true))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_certificate_that_cannot_be_encoded_is_not_known_to_be_verified(boolean resumed) throws Exception {
        X509Certificate broken = mock(X509Certificate.class);
        when(broken.getSubjectAlternativeNames()).thenReturn(List.of(List.of(2, "localhost")));
        when(broken.getEncoded()).thenThrow(new CertificateEncodingException("broken"));
        Optional<Refusal> refusal = foreign().after(session(broken), resumed);
        assertThat(refusal).map(Refusal::kind).contains(RefusalKind.UNVERIFIED_SESSION);
        assertThat(refusal.orElseThrow().detail())
                .startsWith("Expected certificates that can be encoded, got ")
                .endsWith("broken");
    }

    /** So that no session is resumed where more is verified than when it was made, see {@link EngineSource#UNVERIFIED}. */
    @Test
    void engines_whose_sessions_are_not_verified_are_made_for_another_port() throws Exception {
        List<String> made = new ArrayList<>();
        EngineSource source = (host, port) -> {
            made.add(host + " " + port);
            return CERTIFICATES.client().createSSLEngine(host, port);
        };
        TlsSettings plain = TlsSettings.builder().engines(source).build();
        TlsSettings ruled = TlsSettings.builder()
                .engines(source)
                .serverVerifier((server, chain) -> ServerVerifier.accept())
                .build();
        for (SSLEngine engine : List.of(
                PeerCheck.clientEngine(plain, LOCALHOST, 25, Verification.FULL),
                PeerCheck.clientEngine(plain, LOCALHOST, 25, Verification.NONE),
                PeerCheck.clientEngine(plain, LOCALHOST, -1, Verification.NONE),
                PeerCheck.clientEngine(ruled, LOCALHOST, 25, Verification.FULL))) {
            assertThat(engine.getUseClientMode()).isTrue();
            assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm())
                    .as("the name is compared by this library")
                    .isNullOrEmpty();
        }
        assertThat(made).containsExactly("localhost 25", "localhost 65562", "localhost 65536", "localhost 65562");
    }

    /** With a source of its own, as no other test has. */
    private static PeerCheck foreign() {
        return PeerCheck.ofServer(
                TlsSettings.builder()
                        .engines(CERTIFICATES.client()::createSSLEngine)
                        .build(),
                LOCALHOST,
                Verification.FULL);
    }

    private static TlsSettings ruled(ServerVerifier rule) {
        return TlsSettings.builder().serverVerifier(rule).build();
    }

    private static TlsSettings asking(ClientCertificate asked) {
        return TlsSettings.builder().clientCertificate(asked).build();
    }

    private static Refusal refusal(RefusalKind kind, String detail, List<Certificate> chain) {
        return new Refusal(kind, detail, "", chain);
    }

    private static SSLSession session(Certificate... chain) throws SSLPeerUnverifiedException {
        SSLSession session = mock(SSLSession.class);
        when(session.getPeerCertificates()).thenReturn(chain);
        return session;
    }

    private static final class OtherCertificate extends Certificate {

        private static final long serialVersionUID = 1L;

        OtherCertificate() {
            super("OpenPGP");
        }

        @Override
        public byte[] getEncoded() {
            return new byte[] {1};
        }

        @Override
        public void verify(PublicKey key) {}

        @Override
        public void verify(PublicKey key, String provider) {}

        @Override
        public String toString() {
            return "not of X.509";
        }

        @Override
        public PublicKey getPublicKey() {
            return GOOD.getPublicKey();
        }
    }
}
