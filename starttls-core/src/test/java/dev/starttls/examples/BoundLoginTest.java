package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.PostgresCluster;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.tls.ServerEndPoint;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The example logs in to a real PostgreSQL, which refuses it with the binding of another session. */
@Tag("peers")
@Timeout(120)
class BoundLoginTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private static PostgresCluster postgres;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        postgres = PostgresCluster.start(CERTIFICATES.localhost(KeyKind.EC), "mary", "secret");
    }

    @AfterAll
    static void stop() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SUN_JSSE, TLSv1.2",
        "SUN_JSSE, TLSv1.3",
        "BOUNCY_CASTLE, TLSv1.3",
        "CONSCRYPT, TLSv1.3",
        "TCNATIVE, TLSv1.3"
    })
    void the_server_takes_a_log_in_that_is_bound_to_this_session(EngineMaker engines, String version) throws Exception {
        try (StartTlsChannel channel = upgraded(engines, version)) {
            BoundLogin.logIn(channel, "mary", "secret", binding(channel));
        }
    }

    @ParameterizedTest
    @CsvSource({"SUN_JSSE, TLSv1.2", "SUN_JSSE, TLSv1.3"})
    void it_refuses_one_that_is_bound_to_another(EngineMaker engines, String version) throws Exception {
        byte[] others = ServerEndPoint.of(CERTIFICATES.localhost(KeyKind.RSA).leaf())
                .found()
                .orElseThrow();
        try (StartTlsChannel channel = upgraded(engines, version)) {
            assertThat(binding(channel)).isNotEqualTo(others);
            assertThatThrownBy(() -> BoundLogin.logIn(channel, "mary", "secret", others))
                    .isInstanceOf(BoundLogin.RefusedException.class)
                    .hasMessageContaining("SCRAM channel binding check failed");
        }
    }

    @ParameterizedTest
    @CsvSource("SUN_JSSE, TLSv1.3")
    void it_refuses_a_wrong_password(EngineMaker engines, String version) throws Exception {
        try (StartTlsChannel channel = upgraded(engines, version)) {
            assertThatThrownBy(() -> BoundLogin.logIn(channel, "mary", "wrong", binding(channel)))
                    .isInstanceOf(BoundLogin.RefusedException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    private static byte[] binding(StartTlsChannel channel) {
        return channel.channelBinding(ChannelBinding.Type.TLS_SERVER_END_POINT)
                .found()
                .orElseThrow();
    }

    private static StartTlsChannel upgraded(EngineMaker engines, String version) throws IOException {
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .engines(engines.client())
                        .versions(version)
                        .build());
        return BoundLogin.upgraded(
                new InetSocketAddress(InetAddress.getByName("localhost"), postgres.port()), settings);
    }
}
