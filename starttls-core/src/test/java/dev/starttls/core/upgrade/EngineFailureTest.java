package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong has the same reason with every engine that finds it. */
@Timeout(120)
class EngineFailureTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final int RECORD_HEADER = 5;

    static Stream<Arguments> wrong() {
        return Stream.of(EngineMaker.values())
                .flatMap(engines -> Stream.of(
                        Arguments.of(engines, CERTIFICATES.otherName(), FailureReason.CERTIFICATE_NAME_MISMATCH),
                        Arguments.of(engines, CERTIFICATES.expired(), FailureReason.CERTIFICATE_EXPIRED),
                        Arguments.of(engines, CERTIFICATES.notYetValid(), FailureReason.CERTIFICATE_EXPIRED),
                        Arguments.of(engines, CERTIFICATES.selfSigned(), FailureReason.CERTIFICATE_UNTRUSTED),
                        Arguments.of(engines, CERTIFICATES.commonNameOnly(), FailureReason.CERTIFICATE_NAME_MISMATCH)));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void a_wrong_certificate_is_reported_as_what_it_is(EngineMaker engines, Issued shown, FailureReason reason) {
        MemoryLink link = MemoryLink.between(
                        new UpgradeConnection(
                                new LineProtocolClient(), settings(engines.client()), new Peer("localhost", -1)),
                        new UpgradeConnection(
                                new LineProtocolServer(),
                                settings(EngineMaker.SUN_JSSE.with(shown)),
                                new Peer("127.0.0.1", -1)))
                .run();
        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(reason);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
    }

    static Stream<Arguments> thrown() {
        IOException deepest = new IOException("no answer");
        return Stream.of(EngineMaker.values()).flatMap(engines -> Stream.of(
                        new IllegalStateException("mine"),
                        new IllegalStateException("mine", deepest),
                        new UncheckedIOException(deepest),
                        new IllegalStateException("mine", new CertificateException("of another connection")),
                        new ExceptionInInitializerError(deepest),
                        deepest,
                        new ClosedChannelException())
                .map(thrown -> Arguments.of(engines, thrown)));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void what_a_trust_manager_throws_is_this_sides_own_error(EngineMaker engines, Throwable thrown) {
        MemoryLink link = MemoryLink.between(
                        new UpgradeConnection(
                                new LineProtocolClient(),
                                settings(engines.client(new ThrowingTrust(thrown))),
                                new Peer("localhost", -1)),
                        new UpgradeConnection(
                                new LineProtocolServer(),
                                settings(EngineMaker.SUN_JSSE.with(CERTIFICATES.localhost(KeyKind.EC))),
                                new Peer("127.0.0.1", -1)))
                .run();
        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).hasMessageContaining(thrown.getClass().getName());
        assertThat(why.hint()).get().asString().contains("a trust manager");
    }

    @ParameterizedTest
    @EnumSource
    void what_a_server_sends_is_never_taken_for_this_sides_own_error(EngineMaker engines) throws Exception {
        Random random = new Random(15);
        for (int i = 0; i < 24; i++) {
            String version = i % 2 == 0 ? "TLSv1.2" : "TLSv1.3";
            Endpoint client = Endpoint.of(new UpgradeConnection(
                            new LineProtocolClient(),
                            UpgradeSettings.of(TlsPolicy.IMPLICIT)
                                    .withTls(TlsSettings.builder()
                                            .engines(engines.client())
                                            .versions(version)
                                            .build()),
                            new Peer("localhost", -1)))
                    .run();
            byte[] flight = BareTls.server(Connections.SERVING, version)
                    .begin()
                    .feed(client.take())
                    .take();
            flight[RECORD_HEADER + random.nextInt(flight.length - RECORD_HEADER)] ^= (byte) (1 << random.nextInt(8));
            client.arrive(flight).arriveEnd().run();
            UpgradeException why = client.upgradeFailure();
            assertThat(why.reason()).as("server %s: %s", i, why).isNotEqualTo(FailureReason.LOCAL_ERROR);
        }
    }

    private static UpgradeSettings settings(EngineSource engines) {
        return UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder().engines(engines).build());
    }
}
