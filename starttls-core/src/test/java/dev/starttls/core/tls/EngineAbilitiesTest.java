package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.engine.PumpSide;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the settings do with each engine; the javadoc of {@link EngineSource} lists what they do not. */
@Timeout(120)
class EngineAbilitiesTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    @ParameterizedTest
    @CsvSource({
        "SUN_JSSE, imap",
        "CONSCRYPT, imap",
        "BOUNCY_CASTLE, imap",
        // Only the protocols of Netty's context count, and it has none here.
        "TCNATIVE, ''"
    })
    void an_application_protocol_is_agreed_on(EngineMaker engines, String agreed) throws Exception {
        PumpSide[] sides = established(
                TlsSettings.builder().engines(engines.client()).applicationProtocols("pop3", "imap"),
                TlsSettings.builder()
                        .engines(engines.with(CERTIFICATES.localhost(KeyKind.EC)))
                        .applicationProtocols("imap"));
        assertThat(sides[0].pump.applicationProtocol()).isEqualTo(sides[1].pump.applicationProtocol());
        assertThat(sides[0].pump.applicationProtocol().orElse("")).isEqualTo(agreed);
    }

    @ParameterizedTest
    @EnumSource
    void the_version_and_the_suite_are_those_that_were_set(EngineMaker engines) throws Exception {
        String suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
        PumpSide[] sides = established(
                TlsSettings.builder()
                        .engines(engines.client())
                        .versions("TLSv1.2")
                        .suites(suite),
                TlsSettings.builder().engines(engines.with(CERTIFICATES.localhost(KeyKind.EC))));
        assertThat(sides[0].pump.session().getProtocol()).isEqualTo("TLSv1.2");
        assertThat(sides[0].pump.session().getCipherSuite()).isEqualTo(suite);
    }

    @ParameterizedTest
    @EnumSource
    void the_suites_that_an_engine_came_with_stay_where_none_were_set(EngineMaker engines) throws Exception {
        String suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
        EngineSource narrow = (host, port) -> {
            SSLEngine engine = engines.client().create(host, port);
            engine.setEnabledCipherSuites(new String[] {suite});
            return engine;
        };
        PumpSide[] sides = established(
                TlsSettings.builder().engines(narrow).versions("TLSv1.2"),
                TlsSettings.builder().engines(engines.with(CERTIFICATES.localhost(KeyKind.EC))));
        assertThat(sides[0].pump.session().getCipherSuite()).isEqualTo(suite);
    }

    @ParameterizedTest
    @EnumSource
    void a_certificate_for_another_name_is_refused(EngineMaker engines) throws Exception {
        PumpSide[] sides = connected(
                TlsSettings.builder().engines(engines.client()),
                TlsSettings.builder().engines(EngineMaker.SUN_JSSE.with(CERTIFICATES.otherName())));
        assertThatThrownBy(() -> PumpSide.settle(sides[0], sides[1])).isInstanceOf(SSLException.class);
        assertThat(sides[0].pump.established()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void a_server_asks_for_a_certificate_and_gets_it(EngineMaker engines) throws Exception {
        PumpSide[] sides = established(
                TlsSettings.builder().engines(EngineMaker.SUN_JSSE.with(CERTIFICATES.named("client.example"))),
                TlsSettings.builder()
                        .engines(engines.with(CERTIFICATES.localhost(KeyKind.EC)))
                        .clientCertificate(ClientCertificate.NEEDED));
        assertThat(sides[1].pump.session().getPeerCertificates()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void a_server_that_needs_a_certificate_refuses_a_client_without(EngineMaker engines) throws Exception {
        PumpSide[] sides = connected(
                TlsSettings.builder().engines(engines.client()),
                TlsSettings.builder()
                        .engines(engines.with(CERTIFICATES.localhost(KeyKind.EC)))
                        .clientCertificate(ClientCertificate.NEEDED));
        assertThatThrownBy(() -> PumpSide.settle(sides[0], sides[1])).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> sides[1].pump.session().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }

    private static PumpSide[] established(TlsSettings.Builder client, TlsSettings.Builder server) throws Exception {
        PumpSide[] sides = connected(client, server);
        PumpSide.handshake(sides[0], sides[1]);
        return sides;
    }

    private static PumpSide[] connected(TlsSettings.Builder client, TlsSettings.Builder server) throws Exception {
        PumpSide one = new PumpSide(client.build().clientEngine("localhost", 25, Verification.FULL));
        PumpSide other = new PumpSide(server.build().serverEngine("127.0.0.1", 40_000, Optional.empty()));
        PumpSide.connect(one, other);
        return new PumpSide[] {one, other};
    }
}
