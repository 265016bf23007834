package dev.starttls.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.keys.TestKeys.IssuedKeys;
import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.tls.ClientCertificate;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.UnverifiedTrust;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which key a server has in a handshake with SunJSSE on both sides. */
class ServerKeysTest {

    private static final char[] PASSWORD = "opened once".toCharArray();

    private static final IssuedKeys EC = TestKeys.issue("P-256", "mx.example", "*.wild.example");
    private static final IssuedKeys RSA = TestKeys.issue("RSA", "mx.example");
    private static final IssuedKeys OTHER_EC = TestKeys.issue("P-256", "other.example");
    private static final IssuedKeys OTHER_RSA = TestKeys.issue("RSA", "other.example");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "P-256, TLSv1.3",
        "P-256, TLSv1.2",
        "P-384, TLSv1.3",
        "P-384, TLSv1.2",
        "RSA, TLSv1.3",
        "RSA, TLSv1.2",
        "RSASSA-PSS, TLSv1.3",
        "RSASSA-PSS, TLSv1.2",
        "Ed25519, TLSv1.3",
        "Ed448, TLSv1.3"
    })
    void a_server_with_pem_files_is_made_in_one_line(String kind, String version) throws Exception {
        IssuedKeys issued = TestKeys.issue(kind, "mx.example");
        TestKeys.write(folder, issued);
        SSLContext context = ServerKeys.pem(folder.resolve("chain.pem"), folder.resolve("key.pem"))
                .context();
        assertThat(HandshakeClient.with(version)
                        .run(context)
                        .engine()
                        .getSession()
                        .getPeerCertificates())
                .containsExactlyElementsOf(issued.chain());
    }

    @Test
    void one_file_may_have_both_and_a_text_may_take_its_place() throws Exception {
        Path both = folder.resolve("both.pem");
        PemFiles.write(both, List.of(EC.key(), EC.chain().get(0), EC.chain().get(1)));
        assertThat(ServerKeys.pem(both, both).certificates()).containsExactly(EC.leaf());
        String text = Files.readString(both);
        assertThat(ServerKeys.pem(text, text)).isEqualTo(ServerKeys.pem(both, both));
    }

    @Test
    void a_store_gives_all_its_keys_opened() throws Exception {
        Path store = folder.resolve("keys.p12");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("one", EC.key(), PASSWORD, EC.chain().toArray(X509Certificate[]::new));
        keys.setKeyEntry("two", OTHER_RSA.key(), PASSWORD, OTHER_RSA.chain().toArray(X509Certificate[]::new));
        keys.setCertificateEntry("root", TestKeys.ROOT);
        try (OutputStream out = Files.newOutputStream(store)) {
            keys.store(out, PASSWORD);
        }
        char[] password = PASSWORD.clone();
        ServerKeys read = ServerKeys.pkcs12(store, password);
        assertThat(password).isEqualTo(PASSWORD);
        assertThat(read.certificates()).containsExactly(EC.leaf(), OTHER_RSA.leaf());
        assertThat(read.context()).isNotSameAs(read.context());
        assertThat(HandshakeClient.with("TLSv1.3").name("other.example").leaf(read.context()))
                .isEqualTo(OTHER_RSA.leaf());
    }

    /** Otherwise each handshake pays for the key derivation of the file. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void handshakes_use_the_same_open_key(String version) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", EC.key(), PASSWORD, EC.chain().toArray(X509Certificate[]::new));
        Path store = folder.resolve("keys.p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            keys.store(out, PASSWORD);
        }
        RecordingKeyManager recording =
                new RecordingKeyManager(ServerKeys.pkcs12(store, PASSWORD).keyManager());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {recording}, null, null);
        for (int i = 0; i < 3; i++) {
            HandshakeClient.with(version).run(context);
        }
        assertThat(recording.keys).hasSizeGreaterThanOrEqualTo(3).allSatisfy(key -> assertThat(key)
                .isSameAs(recording.keys.get(0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clients_get_the_type_of_key_that_they_can_verify(String version) throws Exception {
        for (SSLContext context : List.of(
                RSA.open().and(EC.open()).context(), EC.open().and(RSA.open()).context())) {
            assertThat(HandshakeClient.with(version).without("rsa").leaf(context))
                    .isEqualTo(EC.leaf());
            assertThat(HandshakeClient.with(version).without("ecdsa").leaf(context))
                    .isEqualTo(RSA.leaf());
        }
    }

    @Test
    void clients_of_tls_1_2_get_the_type_of_key_of_their_suites() throws Exception {
        SSLContext context = EC.open().and(RSA.open()).context();
        assertThat(HandshakeClient.with("TLSv1.2")
                        .suites("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                        .leaf(context))
                .isEqualTo(RSA.leaf());
    }

    @Test
    void a_client_of_tls_1_3_gets_the_curve_that_it_can_verify() throws Exception {
        IssuedKeys larger = TestKeys.issue("P-384", "mx.example");
        SSLContext context = larger.open().and(EC.open()).context();
        assertThat(HandshakeClient.with("TLSv1.3").leaf(context)).isEqualTo(larger.leaf());
        assertThat(HandshakeClient.with("TLSv1.3")
                        .without("secp384", "sha384withecdsa")
                        .leaf(context))
                .isEqualTo(EC.leaf());
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example, mx.example",
        "MX.Example, mx.example",
        "other.example, other.example",
        "a.wild.example, mx.example",
        "a.b.wild.example, other.example",
        "wild.example, other.example",
        "unknown.example, other.example"
    })
    void a_client_gets_the_certificate_of_the_name_it_asks_for(String asked, String got) throws Exception {
        SSLContext context = OTHER_EC.open().and(EC.open()).context();
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            assertThat(HandshakeClient.with(version).name(asked).leaf(context))
                    .isEqualTo((got.equals("mx.example") ? EC : OTHER_EC).leaf());
        }
    }

    /** The JDK's key managers choose the EC certificate of another name, since they are asked for EC first. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void the_name_counts_for_more_than_the_type_of_the_key(String version) throws Exception {
        SSLContext context = OTHER_RSA.open().and(EC.open()).context();
        assertThat(HandshakeClient.with(version).name("other.example").leaf(context))
                .isEqualTo(OTHER_RSA.leaf());
        assertThat(HandshakeClient.with(version).leaf(context)).as("no name").isEqualTo(OTHER_RSA.leaf());
        assertThat(HandshakeClient.with(version).name("mx.example").leaf(context))
                .isEqualTo(EC.leaf());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_client_that_cannot_verify_the_key_of_its_name_gets_another(String version) throws Exception {
        SSLContext context = EC.open().and(OTHER_RSA.open()).context();
        assertThat(HandshakeClient.with(version)
                        .name("other.example")
                        .without("rsa")
                        .leaf(context))
                .isEqualTo(EC.leaf());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessions_are_resumed(String version) throws Exception {
        SSLContext server = EC.open().and(OTHER_RSA.open()).context();
        HandshakeClient client = HandshakeClient.with(version).client(TestKeys.client());
        assertThat(client.resumes(server)).isFalse();
        assertThat(client.resumes(server)).isTrue();
    }

    @Test
    void certificates_of_clients_are_trusted_only_by_the_authorities_added() throws Exception {
        Path root = PemFiles.write(folder.resolve("clients.pem"), List.of(TestKeys.ROOT));
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(
                new KeyManager[] {new RecordingKeyManager(RSA.open().keyManager())},
                new TrustManager[] {UnverifiedTrust.anyone()},
                null);
        SSLContext trusting = EC.open().trustingClients(root).context();
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            HandshakeClient wish = HandshakeClient.with(version).client(client);
            SSLEngine engine = needing(trusting);
            HandshakeClient.run(wish.clientSide(), BareTls.over(engine));
            assertThat(engine.getSession().getPeerCertificates()[0]).isEqualTo(RSA.leaf());
            assertThatThrownBy(() -> HandshakeClient.run(
                            wish.clientSide(), BareTls.over(needing(EC.open().context()))))
                    .isInstanceOf(SSLException.class)
                    .hasStackTraceContaining("ServerKeys.trustingClients");
        }
    }

    @Test
    void a_client_cannot_use_the_context() throws Exception {
        SSLContext context = EC.open().context();
        assertThatThrownBy(() -> HandshakeClient.with("TLSv1.3").client(context).run(context))
                .hasStackTraceContaining("got a client");
    }

    @Test
    void nothing_shows_a_key() throws Exception {
        ServerKeys keys = EC.open().and(OTHER_RSA.open());
        assertThat(keys)
                .hasToString("ServerKeys[EC for mx.example, *.wild.example (chain), RSA for other.example (chain)]");
        assertThat(keys)
                .isEqualTo(EC.open().and(OTHER_RSA.open()))
                .isNotEqualTo(OTHER_RSA.open().and(EC.open()));
        assertThat(keys).hasSameHashCodeAs(EC.open().and(OTHER_RSA.open()));
    }

    @Test
    void defects_for_which_clients_refuse_a_certificate_are_warnings() throws Exception {
        assertThat(EC.open().warnings(TestKeys.now())).isEmpty();
        assertThat(EC.open().warnings(TestKeys.now().plus(Duration.ofDays(14))))
                .hasSize(2)
                .first()
                .asString()
                .contains("chain: the certificate for CN=mx.example expires at");
        assertThat(EC.open().warnings(TestKeys.now().minus(Duration.ofDays(14))))
                .hasSize(2)
                .first()
                .asString()
                .contains("not valid before");
        assertThat(TestKeys.issue("P-256").open().warnings(TestKeys.now()))
                .singleElement()
                .asString()
                .contains("CN=nameless", "subjectAltName");
    }

    @Test
    void an_expired_certificate_still_serves() throws Exception {
        IssuedKeys expired = TestKeys.issue(TestKeys.now().minus(Duration.ofDays(100)), "P-256", "mx.example");
        assertThat(HandshakeClient.with("TLSv1.3").leaf(expired.open().context()))
                .isEqualTo(expired.leaf());
    }

    @Test
    void two_certificates_without_names_are_of_one_server() throws Exception {
        IssuedKeys rsa = TestKeys.issue("RSA");
        SSLContext context = TestKeys.issue("P-256").open().and(rsa.open()).context();
        assertThat(HandshakeClient.with("TLSv1.3").without("ecdsa").leaf(context))
                .isEqualTo(rsa.leaf());
    }

    @Test
    void the_key_manager_knows_nothing_but_its_servers() throws Exception {
        X509ExtendedKeyManager manager = EC.open().and(RSA.open()).keyManager();
        assertThat(manager.getServerAliases("RSA", null)).containsExactly("1");
        assertThat(manager.getServerAliases("DSA", null)).isNull();
        assertThat(manager.getClientAliases("RSA", null)).isNull();
        assertThat(manager.chooseClientAlias(new String[] {"RSA"}, null, null)).isNull();
        assertThat(manager.chooseServerAlias("ECDHE_RSA", null, null)).isEqualTo("1");
        assertThat(manager.chooseEngineServerAlias("EC_EC", null, null)).isEqualTo("0");
        assertThat(manager.chooseEngineServerAlias("DSA", null, null)).isNull();
        for (String alias : List.of("2", "-1", "own", "")) {
            assertThat(manager.getPrivateKey(alias)).isNull();
            assertThat(manager.getCertificateChain(alias)).isNull();
        }
        assertThat(manager.getCertificateChain("0")).containsExactlyElementsOf(EC.chain());
    }

    private static SSLEngine needing(SSLContext context) throws Exception {
        return TlsSettings.builder()
                .context(context)
                .clientCertificate(ClientCertificate.NEEDED)
                .build()
                .serverEngine("127.0.0.1", 1, Optional.empty());
    }
}
