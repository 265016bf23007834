package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.tls.TlsSettings;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose context has no key: each handshake fails, and its owner is to know why. */
class NoCertificateTest {

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void the_failure_of_the_handshake_says_that_no_certificate_was_found(String version) throws Exception {
        SSLContext without = SSLContext.getInstance("TLS");
        without.init(null, null, null);
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.IMPLICIT)
                .withTls(TlsSettings.builder().context(without).build());
        Endpoint server = Endpoint.of(Connections.server(settings));
        server.arrive(BareTls.client(Connections.TRUSTING, version).begin().take())
                .run();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(server.upgradeFailure().hint().orElseThrow())
                .contains("No certificate", "give the server's SSLContext a key");
    }

    @Test
    void settings_know_whether_there_may_be_a_key() throws Exception {
        assertThat(TlsSettings.defaults().mayHaveKeys()).isFalse();
        assertThat(TlsSettings.builder()
                        .context(SSLContext.getDefault())
                        .build()
                        .mayHaveKeys())
                .as("the default context, set or not")
                .isFalse();
        SSLContext without = SSLContext.getInstance("TLS");
        without.init(null, null, null);
        assertThat(TlsSettings.builder().context(without).build().mayHaveKeys())
                .as("cannot be known")
                .isTrue();
        assertThat(TlsSettings.builder()
                        .contextByServerName(name -> Optional.empty())
                        .build()
                        .mayHaveKeys())
                .isTrue();
    }
}
