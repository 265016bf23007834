package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.engine.PumpSide;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

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
        ".example,.example.,",
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

    @Test
    void a_trust_manager_that_trusts_anyone_names_no_issuers() {
        assertThat(new UnverifiedContext.Anyone().getAcceptedIssuers()).isEmpty();
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
    void the_function_for_contexts_is_asked_about_names_of_hosts_alone() throws GeneralSecurityException {
        List<String> asked = new ArrayList<>();
        TlsSettings server = TlsSettings.builder()
                .context(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .contextByServerName(name -> {
                    asked.add(name);
                    return Optional.empty();
                })
                .build();
        for (String sent : List.of("Mail.Example.", "mail.example", "127.0.0.1", "a b", "", "mail_1.example")) {
            assertThat(server.serverEngine("127.0.0.1", -1, Optional.of(sent)).getUseClientMode())
                    .isFalse();
        }
        assertThat(asked).containsExactly("mail.example", "mail_1.example");
    }

    @Test
    void the_name_for_sni_may_be_another_and_may_be_left_out() throws GeneralSecurityException {
        TlsSettings.Builder builder = TlsSettings.builder().context(CERTIFICATES.client());
        assertThat(names(builder.sni("Other.example").build())).containsExactly(new SNIHostName("other.example"));
        assertThat(names(builder.withoutSni().build())).isEmpty();
        for (String name : List.of("127.0.0.1", "::1", "under_score.example", "a b", "")) {
            assertThatThrownBy(() -> builder.sni(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "name: expected the name of a host to be sent by SNI, got " + name + "; see withoutSni");
        }
    }

    private static List<SNIServerName> names(TlsSettings settings) throws GeneralSecurityException {
        return settings.clientEngine("localhost", 25, Verification.FULL)
                .getSSLParameters()
                .getServerNames();
    }

    /** Whatever its engine was made with; RFC 9325 section 4.2.1 has the order. */
    @Test
    void a_server_sets_its_side_its_order_of_suites_and_what_it_asks_the_client_for() throws Exception {
        for (ClientCertificate asked : ClientCertificate.values()) {
            SSLParameters made = new SSLParameters();
            made.setUseCipherSuitesOrder(false);
            made.setNeedClientAuth(asked == ClientCertificate.NONE);
            SSLEngine engine = Mockito.mock(SSLEngine.class);
            Mockito.when(engine.getSSLParameters()).thenReturn(made);
            Mockito.when(engine.getSupportedProtocols()).thenReturn(new String[] {"TLSv1.3", "TLSv1.2", "TLSv1"});
            assertThat(TlsSettings.builder()
                            .engines((host, port) -> engine)
                            .clientCertificate(asked)
                            .build()
                            .serverEngine("127.0.0.1", -1, Optional.empty()))
                    .isSameAs(engine);
            Mockito.verify(engine).setUseClientMode(false);
            Mockito.verify(engine).setSSLParameters(made);
            assertThat(made.getUseCipherSuitesOrder()).isTrue();
            assertThat(made.getProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
            assertThat(made.getNeedClientAuth()).isEqualTo(asked == ClientCertificate.NEEDED);
            assertThat(made.getWantClientAuth()).isEqualTo(asked == ClientCertificate.WANTED);
        }
    }

    @Test
    void where_keys_are_logged_engines_are_made_with_the_log_and_what_it_throws_is_dropped() throws Exception {
        List<String> lines = new ArrayList<>();
        EngineSource source = new EngineSource() {
            @Override
            public SSLEngine create(String host, int port) {
                throw new AssertionError("Expected an engine that logs keys to be made");
            }

            @Override
            public SSLEngine create(String host, int port, KeyLog log) {
                log.line(host + " " + port);
                return CERTIFICATES.client().createSSLEngine(host, port);
            }
        };
        TlsSettings settings = TlsSettings.builder()
                .engines(source)
                .keyLog(line -> {
                    lines.add(line);
                    throw new IllegalStateException("a disk that is full");
                })
                .build();
        assertThat(settings.logsKeys()).isTrue();
        assertThat(settings.clientEngine("localhost", 25, Verification.FULL).getUseClientMode())
                .isTrue();
        assertThat(settings.serverEngine("127.0.0.1", 40_000, Optional.empty()).getUseClientMode())
                .isFalse();
        assertThat(lines).containsExactly("localhost 25", "127.0.0.1 40000");
        assertThat(CLIENT.logsKeys()).isFalse();
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
