package dev.starttls.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.keys.TestKeys.IssuedKeys;
import dev.starttls.core.testing.BareTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReloadingKeysTest {

    private static final IssuedKeys OLD = TestKeys.issue("P-256", "mx.example");
    private static final IssuedKeys RENEWED = TestKeys.issue("RSA", "mx.example");

    @TempDir
    Path folder;

    private ReloadingKeys keys;

    @BeforeEach
    void read() throws IOException {
        Path[] files = TestKeys.write(folder, OLD);
        keys = ReloadingKeys.of(() -> ServerKeys.pem(files[0], files[1]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void connections_after_a_reload_have_the_new_keys_and_those_under_way_the_old(String version) throws Exception {
        BareTls underWay = HandshakeClient.serverSide(keys.context());
        BareTls done = HandshakeClient.serverSide(keys.context());
        BareTls client = HandshakeClient.run(HandshakeClient.with(version).clientSide(), done);
        TestKeys.write(folder, RENEWED);
        assertThat(keys.reload()).isTrue();
        assertThat(HandshakeClient.with(version).leaf(keys.context())).isEqualTo(RENEWED.leaf());
        assertThat(leaf(HandshakeClient.run(HandshakeClient.with(version).clientSide(), underWay)))
                .isEqualTo(OLD.leaf());
        done.feed(client.say("still there").take());
        assertThat(done.heard()).isEqualTo("still there");
        assertThat(keys.current().certificates()).containsExactly(RENEWED.leaf());
    }

    @Test
    void a_damaged_file_leaves_the_keys_in_use_and_the_exception_says_why() throws Exception {
        ServerKeys before = keys.current();
        Files.writeString(folder.resolve("chain.pem"), "-----BEGIN CERTIFICATE-----");
        assertThatThrownBy(keys::reload)
                .isInstanceOf(ServerKeysException.class)
                .hasMessageContaining("chain.pem")
                .hasMessageContaining("was it written completely?");
        assertThat(keys.current()).isSameAs(before);
        assertThat(HandshakeClient.with("TLSv1.3").leaf(keys.context())).isEqualTo(OLD.leaf());
    }

    @Test
    void files_of_which_one_alone_is_renewed_leave_the_keys_in_use() throws Exception {
        byte[] key = Files.readAllBytes(folder.resolve("key.pem"));
        TestKeys.write(folder, RENEWED);
        Files.write(folder.resolve("key.pem"), key);
        assertThatThrownBy(keys::reload).hasMessageContaining("was one of the two renewed without the other?");
        assertThat(HandshakeClient.with("TLSv1.3").leaf(keys.context())).isEqualTo(OLD.leaf());
        TestKeys.write(folder, RENEWED);
        assertThat(keys.reload()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessions_are_resumed_over_a_reload_that_changes_nothing(String version) throws Exception {
        HandshakeClient client = HandshakeClient.with(version);
        assertThat(client.resumes(keys.context())).isFalse();
        assertThat(keys.reload()).isFalse();
        assertThat(client.resumes(keys.context())).isTrue();
    }

    /** An earlier ticket does not fail, but leads to a full handshake with the new certificate. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessions_of_before_are_not_resumed_with_new_keys(String version) throws Exception {
        HandshakeClient client = HandshakeClient.with(version);
        assertThat(client.resumes(keys.context())).isFalse();
        assertThat(client.resumes(keys.context())).isTrue();
        TestKeys.write(folder, RENEWED);
        keys.reload();
        assertThat(client.resumes(keys.context())).isFalse();
        assertThat(client.leaf(keys.context())).isEqualTo(RENEWED.leaf());
        assertThat(client.resumes(keys.context())).isTrue();
    }

    @Test
    void a_first_read_that_fails_throws() {
        assertThatThrownBy(() -> ReloadingKeys.of(() -> ServerKeys.pem(folder.resolve("none"), folder.resolve("none"))))
                .isInstanceOf(ServerKeysException.class);
    }

    @Test
    void the_context_supports_all_methods_but_init() throws Exception {
        SSLContext context = keys.context();
        assertThat(context).isSameAs(keys.context());
        assertThat(context.getProtocol()).isEqualTo("TLS");
        assertThat(context.createSSLEngine().getSupportedProtocols()).contains("TLSv1.3");
        assertThat(context.getDefaultSSLParameters().getProtocols()).contains("TLSv1.3");
        assertThat(context.getSupportedSSLParameters().getProtocols()).contains("TLSv1.3");
        assertThat(context.getServerSessionContext()).isNotNull();
        assertThat(context.getClientSessionContext()).isNotNull();
        assertThat(context.getServerSocketFactory().getDefaultCipherSuites()).isNotEmpty();
        assertThat(context.getSocketFactory().getDefaultCipherSuites()).isNotEmpty();
        assertThatThrownBy(() -> context.init(null, null, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ReloadingKeys");
    }

    private static X509Certificate leaf(BareTls client) throws Exception {
        return (X509Certificate) client.engine().getSession().getPeerCertificates()[0];
    }
}
