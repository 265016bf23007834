package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.Wire;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrong certificate has the same reason whoever has made the engine that refuses it. */
@Timeout(120)
class EngineFailureTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    static Stream<Arguments> wrong() {
        return Stream.of(EngineMaker.values())
                .flatMap(engines -> Stream.of(
                        Arguments.of(engines, CERTIFICATES.otherName(), FailureReason.CERTIFICATE_NAME_MISMATCH),
                        Arguments.of(engines, CERTIFICATES.expired(), FailureReason.CERTIFICATE_EXPIRED),
                        Arguments.of(engines, CERTIFICATES.notYetValid(), FailureReason.CERTIFICATE_EXPIRED),
                        Arguments.of(engines, CERTIFICATES.selfSigned(), FailureReason.CERTIFICATE_UNTRUSTED),
                        Arguments.of(
                                engines, CERTIFICATES.commonNameOnly(), FailureReason.CERTIFICATE_NAME_MISMATCH)));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void a_wrong_certificate_is_told_as_what_it_is(EngineMaker engines, Issued shown, FailureReason reason) {
        Wire wire = Wire.between(
                        new UpgradeConnection(
                                new LineProtocolClient(), settings(engines.client()), new Peer("localhost", -1)),
                        new UpgradeConnection(
                                new LineProtocolServer(),
                                settings(EngineMaker.SUN_JSSE.with(shown)),
                                new Peer("127.0.0.1", -1)))
                .run();
        UpgradeException why = wire.client().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(reason);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
    }

    private static UpgradeSettings settings(EngineSource engines) {
        return UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder().engines(engines).build());
    }
}
