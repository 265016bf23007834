package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.engine.PumpSide;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TlsSettingsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final TlsSettings CLIENT =
            TlsSettings.builder().context(CERTIFICATES.client()).build();
    private static final TlsSettings SERVER = TlsSettings.builder()
            .context(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
            .build();

    @Test
    void by_default_only_modern_versions_are_enabled() throws GeneralSecurityException {
        SSLEngine engine = TlsSettings.defaults().clientEngine("localhost", 25, Verification.FULL);
        assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
        assertThat(engine.getUseClientMode()).isTrue();
        assertThat(engine.getPeerHost()).isEqualTo("localhost");
        assertThat(engine.getPeerPort()).isEqualTo(25);
        assertThat(TlsSettings.defaults().verification()).isEmpty();
        assertThat(TlsSettings.defaults().truncation()).isEqualTo(Truncation.REPORTED);
        assertThat(TlsSettings.defaults().choosesByServerName()).isFalse();
        assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm())
                .isEqualTo("HTTPS");
    }

    @Test
    void versions_that_the_engine_does_not_know_are_left_out() throws GeneralSecurityException {
        TlsSettings settings =
                TlsSettings.builder().versions("TLSv9", "TLSv1.3").build();
        assertThat(settings.clientEngine("localhost", 25, Verification.NONE).getEnabledProtocols())
                .containsExactly("TLSv1.3");
        assertThatThrownBy(
                        () -> TlsSettings.builder().versions("TLSv9").build().clientEngine("h", 1, Verification.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLSv9");
        assertThatThrownBy(() -> TlsSettings.builder().versions()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void suites_and_protocols_are_agreed_as_set() throws GeneralSecurityException, SSLException {
        TlsSettings client = TlsSettings.builder()
                .context(CERTIFICATES.client())
                .versions("TLSv1.2")
                .suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                .applicationProtocols("smtp", "imap")
                .build();
        TlsSettings server = TlsSettings.builder()
                .context(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .applicationProtocols("imap")
                .build();
        PumpSide[] sides = sides(client, "localhost", server);
        PumpSide.handshake(sides[0], sides[1]);
        for (PumpSide side : sides) {
            assertThat(side.pump.session().getCipherSuite()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
            assertThat(side.pump.applicationProtocol()).contains("imap");
        }
        assertThatThrownBy(() -> TlsSettings.builder()
                        .suites("TLS_NONE")
                        .build()
                        .clientEngine("localhost", 1, Verification.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void without_alpn_no_protocol_is_agreed() throws GeneralSecurityException, SSLException {
        PumpSide[] sides = sides(CLIENT, "localhost", SERVER);
        PumpSide.handshake(sides[0], sides[1]);
        assertThat(sides[0].pump.applicationProtocol()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,localhost,localhost",
        "mail.example.org,mail.example.org,mail.example.org",
        "mail.example.org.,mail.example.org,mail.example.org",
        "grün.example,xn--grn-ioa.example,xn--grn-ioa.example",
        "例え。テスト。,xn--r8jz45g.xn--zckzah,xn--r8jz45g.xn--zckzah",
        "under_score.example,under_score.example.,",
        "under_score,under_score,",
        "127.0.0.1,127.0.0.1,",
        "::1,::1,",
        "[::1],[::1],",
        "2130706433,2130706433,"
    })
    void a_host_is_sent_as_a_name_if_it_is_one(String given, String host, String sent) throws GeneralSecurityException {
        SSLEngine engine = CLIENT.clientEngine(given, 25, Verification.FULL);
        assertThat(engine.getPeerHost()).isEqualTo(host);
        List<SNIServerName> names =
                Optional.ofNullable(engine.getSSLParameters().getServerNames()).orElse(List.of());
        if (sent == null) {
            assertThat(names.toString()).doesNotContain("type=host_name (0), value=127", "::");
        } else {
            assertThat(names).hasSize(1);
            assertThat(new String(names.get(0).getEncoded(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo(sent);
        }
    }

    /** RFC 5894 section 7.2: by the old rules of java.net.IDN they become another name, perhaps of another owner. */
    @ParameterizedTest
    @ValueSource(strings = {"grüße.example", "ς.example", "a\u200db.example", "a\u200cb.example"})
    void a_name_that_the_two_standards_convert_differently_is_refused(String host) {
        assertThatThrownBy(() -> CLIENT.clientEngine(host, 25, Verification.FULL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("xn--");
    }

    @Test
    void a_name_that_cannot_be_one_is_refused() {
        assertThatThrownBy(() -> CLIENT.clientEngine("grüße..example", 25, Verification.FULL))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost.", "LOCALHOST", "127.0.0.1"})
    void full_verification_accepts_the_names_in_the_certificate(String host)
            throws GeneralSecurityException, SSLException {
        PumpSide[] sides = sides(CLIENT, host, SERVER);
        PumpSide.handshake(sides[0], sides[1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "127.0.0.2", "::1"})
    void full_verification_refuses_other_names_and_none_does_not(String host)
            throws GeneralSecurityException, SSLException {
        PumpSide[] sides = sides(CLIENT, host, SERVER);
        assertThatThrownBy(() -> PumpSide.settle(sides[0], sides[1]))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("No ");
        PumpSide[] others = sides(CLIENT, host, SERVER, Verification.NONE);
        PumpSide.handshake(others[0], others[1]);
    }

    @Test
    void without_a_context_full_verification_trusts_the_platform_and_none_trusts_anyone()
            throws GeneralSecurityException, SSLException {
        PumpSide[] sides = sides(TlsSettings.defaults(), "localhost", SERVER);
        assertThatThrownBy(() -> PumpSide.settle(sides[0], sides[1])).isInstanceOf(SSLException.class);
        for (boolean resumed : new boolean[] {false, true}) {
            PumpSide[] others = sides(TlsSettings.defaults(), "resume.example", SERVER, Verification.NONE);
            PumpSide.handshake(others[0], others[1]);
            assertThat(others[0].pump.resumed()).isEqualTo(resumed);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,true,false",
        "NONE,false,false",
        "WANTED,true,true",
        "WANTED,false,false",
        "NEEDED,true,true",
    })
    void a_client_certificate_is_asked_for_as_set(ClientCertificate asked, boolean has, boolean got)
            throws GeneralSecurityException, SSLException {
        Issued own = CERTIFICATES.named("client.example");
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            TlsSettings client = TlsSettings.builder()
                    .context(has ? CERTIFICATES.client(own) : CERTIFICATES.client())
                    .versions(version)
                    .build();
            PumpSide[] sides = sides(client, "localhost", server(asked));
            PumpSide.handshake(sides[0], sides[1]);
            if (got) {
                assertThat(sides[1].pump.session().getPeerCertificates()).contains(own.leaf());
            } else {
                assertThatThrownBy(() -> sides[1].pump.session().getPeerCertificates())
                        .isInstanceOf(SSLPeerUnverifiedException.class);
            }
        }
    }

    @Test
    void a_needed_certificate_that_is_missing_fails_the_handshake() throws GeneralSecurityException {
        PumpSide[] sides = sides(CLIENT, "localhost", server(ClientCertificate.NEEDED));
        assertThatThrownBy(() -> PumpSide.handshake(sides[0], sides[1])).isInstanceOf(SSLException.class);
    }

    @Test
    void a_server_chooses_its_context_by_the_name_asked_for() throws GeneralSecurityException, SSLException {
        Issued special = CERTIFICATES.named("special.example");
        TlsSettings server = TlsSettings.builder()
                .context(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .contextByServerName(name ->
                        name.equals("special.example") ? Optional.of(CERTIFICATES.server(special)) : Optional.empty())
                .build();
        assertThat(server.choosesByServerName()).isTrue();
        for (String host : List.of("special.example", "localhost")) {
            PumpSide client = new PumpSide(CLIENT.clientEngine(host, 25, Verification.FULL));
            PumpSide chosen = new PumpSide(server.serverEngine("127.0.0.1", -1, Optional.of(host)));
            PumpSide.connect(client, chosen);
            PumpSide.handshake(client, chosen);
        }
        PumpSide client = new PumpSide(CLIENT.clientEngine("localhost", 25, Verification.FULL));
        PumpSide unnamed = new PumpSide(server.serverEngine("127.0.0.1", -1, Optional.empty()));
        PumpSide.connect(client, unnamed);
        PumpSide.handshake(client, unnamed);
    }

    private static TlsSettings server(ClientCertificate asked) {
        Issued localhost = CERTIFICATES.localhost(KeyKind.EC);
        return TlsSettings.builder()
                .context(CERTIFICATES.server(localhost))
                .clientCertificate(asked)
                .build();
    }

    private static PumpSide[] sides(TlsSettings client, String host, TlsSettings server)
            throws GeneralSecurityException {
        return sides(client, host, server, Verification.FULL);
    }

    private static PumpSide[] sides(TlsSettings client, String host, TlsSettings server, Verification verified)
            throws GeneralSecurityException {
        PumpSide one = new PumpSide(client.clientEngine(host, 25, verified));
        PumpSide other = new PumpSide(server.serverEngine("127.0.0.1", 40_000, Optional.empty()));
        PumpSide.connect(one, other);
        return new PumpSide[] {one, other};
    }

    @Test
    void another_context_changes_nothing_else() throws GeneralSecurityException {
        TlsSettings settings = TlsSettings.builder()
                .engines((host, port) -> {
                    throw new AssertionError("Expected no question to the source that was replaced");
                })
                .versions("TLSv1.2")
                .suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                .applicationProtocols("imap")
                .clientCertificate(ClientCertificate.NEEDED)
                .verification(Verification.NONE)
                .truncation(Truncation.ACCEPTED)
                .pins("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                .withoutSni()
                .contextByServerName(name -> Optional.empty())
                .build();
        TlsSettings changed = settings.withContext(CERTIFICATES.client());
        SSLEngine engine = changed.clientEngine("localhost", 25, Verification.NONE);
        assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.2");
        assertThat(engine.getEnabledCipherSuites()).containsExactly("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assertThat(engine.getSSLParameters().getApplicationProtocols()).containsExactly("imap");
        assertThat(engine.getSSLParameters().getServerNames()).isEmpty();
        assertThat(changed.serverEngine("localhost", 25, Optional.empty()).getNeedClientAuth())
                .isTrue();
        assertThat(changed.verification()).contains(Verification.NONE);
        assertThat(changed.truncation()).isEqualTo(Truncation.ACCEPTED);
        assertThat(changed.choosesByServerName()).isTrue();
        assertThat(changed.pins).isEqualTo(settings.pins);
        assertThatThrownBy(() -> settings.withContext(null)).isInstanceOf(NullPointerException.class);
    }
}
