package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The pump with engines of Bouncy Castle, Conscrypt and netty-tcnative on either side, against SunJSSE or the same. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OtherEnginesTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    @ParameterizedTest
    @CsvSource({
        "BOUNCY_CASTLE, SUN_JSSE, TLSv1.2",
        "BOUNCY_CASTLE, SUN_JSSE, TLSv1.3",
        "SUN_JSSE, BOUNCY_CASTLE, TLSv1.2",
        "SUN_JSSE, BOUNCY_CASTLE, TLSv1.3",
        "BOUNCY_CASTLE, BOUNCY_CASTLE, TLSv1.2",
        "BOUNCY_CASTLE, BOUNCY_CASTLE, TLSv1.3",
        "CONSCRYPT, SUN_JSSE, TLSv1.2",
        "CONSCRYPT, SUN_JSSE, TLSv1.3",
        "SUN_JSSE, CONSCRYPT, TLSv1.2",
        "SUN_JSSE, CONSCRYPT, TLSv1.3",
        "CONSCRYPT, CONSCRYPT, TLSv1.2",
        "CONSCRYPT, CONSCRYPT, TLSv1.3",
        "BOUNCY_CASTLE, CONSCRYPT, TLSv1.3",
        "CONSCRYPT, BOUNCY_CASTLE, TLSv1.3",
        "TCNATIVE, SUN_JSSE, TLSv1.2",
        "TCNATIVE, SUN_JSSE, TLSv1.3",
        "SUN_JSSE, TCNATIVE, TLSv1.2",
        "SUN_JSSE, TCNATIVE, TLSv1.3",
        "TCNATIVE, TCNATIVE, TLSv1.2",
        "TCNATIVE, TCNATIVE, TLSv1.3",
        "BOUNCY_CASTLE, TCNATIVE, TLSv1.3",
        "TCNATIVE, BOUNCY_CASTLE, TLSv1.3"
    })
    void a_session_lives_from_handshake_to_close(EngineMaker client, EngineMaker server, String version)
            throws GeneralSecurityException, SSLException {
        EngineSource ours = client.client();
        EngineSource theirs = server.with(CERTIFICATES.localhost(KeyKind.EC));
        for (int[] sizes : new int[][] {{32_768, 32_768}, {1, 32_768}, {7, 3}, {20_000, 0}}) {
            PumpSide[] sides = sides(ours, theirs, version);
            for (PumpSide side : sides) {
                side.networkSize = () -> sizes[0];
                side.applicationSize = () -> sizes[1];
            }
            PumpSide.handshake(sides[0], sides[1]);
            for (PumpSide side : sides) {
                side.applicationSize = () -> Math.max(1, sizes[1]);
                assertThat(side.pump.session().getProtocol()).isEqualTo(version);
            }
            assertThat(sides[0].pump.resumed()).isEqualTo(sides[1].pump.resumed());
            boolean exchanged = version.equals("TLSv1.3") || !sides[0].pump.resumed();
            assertThat(sides[0].pump.namedGroup())
                    .isEqualTo(sides[1].pump.namedGroup())
                    .matches(group ->
                            group.isPresent() == exchanged && !group.toString().contains("0x"));
            TlsPumpHandshakeTest.exchange(sides, sizes[0] > 1000 ? 40_000 : 2_000);
            sides[0].pump.closeOutbound();
            PumpSide.settle(sides[0], sides[1]);
            assertThat(sides[0].lastSend).isEqualTo(TlsStatus.CLOSED);
            assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.CLOSED);
            assertThat(sides[1].pump.closeNotifyReceived()).isTrue();
            sides[1].pump.closeOutbound();
            PumpSide.settle(sides[0], sides[1]);
            assertThat(sides[1].lastSend).isEqualTo(TlsStatus.CLOSED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BOUNCY_CASTLE, TLSv1.2",
        "BOUNCY_CASTLE, TLSv1.3",
        "CONSCRYPT, TLSv1.2",
        "CONSCRYPT, TLSv1.3",
        "TCNATIVE, TLSv1.2",
        "TCNATIVE, TLSv1.3"
    })
    void the_server_receives_the_alert_of_a_refused_certificate(EngineMaker client, String version)
            throws GeneralSecurityException, SSLException {
        PumpSide[] sides = sides(client.client(), EngineMaker.SUN_JSSE.with(CERTIFICATES.selfSigned()), version);
        assertThatThrownBy(() -> PumpSide.settle(sides[0], sides[1])).isInstanceOf(SSLException.class);
        assertThat(sides[0].pump.established()).isFalse();
        while (sides[0].send()) {}
        assertThat(sides[0].lastSend).isEqualTo(TlsStatus.CLOSED);
        SSLException heard = catchThrowableOfType(SSLException.class, () -> {
            while (sides[1].receive()) {}
        });
        assertThat(heard).hasMessageContaining("alert");
    }

    @ParameterizedTest
    @EnumSource
    void octets_of_a_record_that_did_not_fit_are_reported(EngineMaker engines) throws Exception {
        PumpSide[] sides = sides(engines.client(), engines.with(CERTIFICATES.localhost(KeyKind.EC)), "TLSv1.3");
        PumpSide.handshake(sides[0], sides[1]);
        sides[0].application = ByteBuffer.wrap(new byte[100]);
        while (sides[0].application.hasRemaining()) {
            sides[0].send();
        }
        sides[1].applicationSize = () -> 3;
        while (sides[1].got.size() == 0) {
            sides[1].receive();
        }
        assertThat(sides[1].got.size()).isEqualTo(3);
        assertThat(sides[1].pump.decrypted().remaining()).isEqualTo(97);
    }

    private static PumpSide[] sides(EngineSource ours, EngineSource theirs, String version)
            throws GeneralSecurityException {
        TlsSettings client =
                TlsSettings.builder().engines(ours).versions(version).build();
        TlsSettings server =
                TlsSettings.builder().engines(theirs).versions(version).build();
        PumpSide one = new PumpSide(client.clientEngine("localhost", 25, Verification.NONE));
        PumpSide other = new PumpSide(server.serverEngine("127.0.0.1", 40_000, Optional.empty()));
        PumpSide.connect(one, other);
        return new PumpSide[] {one, other};
    }
}
