package dev.starttls.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.keys.TestKeys.IssuedKeys;
import dev.starttls.core.testing.PemFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from PEM files, and the messages for those that cannot be read. */
class PemKeysTest {

    private static final char[] PASSWORD = "secret".toCharArray();
    private static final IssuedKeys EC = TestKeys.issue("P-256", "mx.example");
    private static final IssuedKeys RSA = TestKeys.issue("RSA", "mx.example");

    @TempDir
    Path folder;

    private Path chain;
    private Path key;

    @BeforeEach
    void write() throws IOException {
        Path[] files = TestKeys.write(folder, EC);
        chain = files[0];
        key = files[1];
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\r", "\n\n", " \t\n", "\n  "})
    void any_line_ending_is_accepted_with_blanks_around_it(String end) throws Exception {
        for (Path file : List.of(chain, key)) {
            Files.writeString(file, Files.readString(file).replace("\n", end));
        }
        assertRead(EC);
    }

    @Test
    void text_around_the_blocks_is_ignored() throws Exception {
        String certificates = Files.readString(chain);
        int second = certificates.lastIndexOf("-----BEGIN");
        Files.writeString(
                chain,
                "Bag Attributes\n    localKeyID: 54 69\nsubject=/CN=M\u00fcller\n" + certificates.substring(0, second)
                        + "\nCertificate:\n    Data: -----\n"
                        + certificates.substring(second).stripTrailing());
        Files.writeString(key, "\n\n# of 2026\n" + Files.readString(key) + "the end");
        assertRead(EC);
    }

    @Test
    void a_byte_order_mark_is_ignored() throws Exception {
        for (Path file : List.of(chain, key)) {
            Files.writeString(file, "\ufeff" + Files.readString(file));
        }
        assertRead(EC);
    }

    @Test
    void base64_may_be_in_one_line_or_many() throws Exception {
        String one = Base64.getEncoder().encodeToString(EC.key().getEncoded());
        Files.writeString(key, "-----BEGIN PRIVATE KEY-----\n" + one + "\n-----END PRIVATE KEY-----");
        assertRead(EC);
        Files.writeString(
                key, "-----BEGIN PRIVATE KEY-----\n" + one.replaceAll("(.)", "$1\n") + "-----END PRIVATE KEY-----");
        assertRead(EC);
    }

    @Test
    void certificates_may_have_their_older_label() throws Exception {
        Files.writeString(chain, Files.readString(chain).replace(" CERTIFICATE-", " X509 CERTIFICATE-"));
        assertRead(EC);
    }

    /** As OpenSSL before version 3 and some ACME clients write them, EC PARAMETERS included. */
    @Test
    void keys_of_older_programs_are_read() throws Exception {
        String old = pem(new PemObject(
                "EC PRIVATE KEY",
                new ECPrivateKey(
                                256,
                                ((java.security.interfaces.ECPrivateKey) EC.key()).getS(),
                                SECObjectIdentifiers.secp256r1)
                        .getEncoded()));
        Files.writeString(key, old);
        assertRead(EC);
        Files.writeString(key, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + old);
        assertRead(EC);
        TestKeys.write(folder, RSA);
        Files.writeString(key, pem(RSA.key()));
        assertThat(Files.readString(key)).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        assertRead(RSA);
    }

    /** RFC 5958 section 2: version 2 of PKCS #8. */
    @Test
    void a_key_may_have_its_public_key_beside_it() throws Exception {
        IssuedKeys edwards = TestKeys.issue("Ed25519", "mx.example");
        TestKeys.write(folder, edwards);
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(edwards.key().getEncoded());
        byte[] publicKey = SubjectPublicKeyInfo.getInstance(
                        edwards.leaf().getPublicKey().getEncoded())
                .getPublicKeyData()
                .getBytes();
        byte[] both =
                new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), info.parsePrivateKey(), null, publicKey).getEncoded();
        Files.writeString(key, pem(new PemObject("PRIVATE KEY", both)));
        assertRead(edwards);
    }

    @Test
    void an_encrypted_key_is_opened_with_its_password() throws Exception {
        Files.writeString(key, pem(encrypted(1000)));
        char[] given = PASSWORD.clone();
        assertThat(ServerKeys.pem(chain, key, given).certificates()).containsExactly(EC.leaf());
        assertThat(given).as("the caller's").isEqualTo(PASSWORD);
        assertRefused("key.pem: Expected a private key that is not encrypted", "openssl pkey");
        assertThatThrownBy(() -> ServerKeys.pem(chain, key, "wrong".toCharArray()))
                .isInstanceOf(ServerKeysException.class)
                .hasMessageContaining("key.pem: Expected the password of the key, got another one")
                .hasMessageNotContaining("wrong");
        assertThatThrownBy(() -> ServerKeys.pem(chain, key, "pa\u00dfwort".toCharArray()))
                .hasMessageContaining("ASCII");
    }

    @Test
    void a_password_that_is_not_needed_is_ignored() throws Exception {
        assertThat(ServerKeys.pem(chain, key, PASSWORD).certificates()).containsExactly(EC.leaf());
    }

    /** Otherwise reading a damaged file could take an hour. */
    @Test
    void rounds_of_key_derivation_are_bounded() throws Exception {
        AlgorithmIdentifier hmac = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
        PBES2Parameters parameters = new PBES2Parameters(
                new KeyDerivationFunc(
                        PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(new byte[16], 2_000_000_000, 32, hmac)),
                new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16])));
        byte[] der = new EncryptedPrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters), new byte[160])
                .getEncoded();
        Files.writeString(key, pem(new PemObject("ENCRYPTED PRIVATE KEY", der)));
        assertThatThrownBy(() -> ServerKeys.pem(chain, key, PASSWORD))
                .hasMessageContaining("Expected at most 5000000 rounds of PBKDF2, got 2000000000");
    }

    @Test
    void the_old_encryption_of_pem_is_refused_with_the_remedy() throws Exception {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(
                    RSA.key(),
                    new JcePEMEncryptorBuilder("AES-128-CBC")
                            .setProvider(new BouncyCastleProvider())
                            .build(PASSWORD));
        }
        assertThat(text.toString()).contains("Proc-Type: 4,ENCRYPTED");
        Files.writeString(key, text.toString());
        assertRefused("key.pem: Expected PKCS #8, got RSA PRIVATE KEY with the old encryption", "openssl pkcs8 -topk8");
    }

    @ParameterizedTest
    @CsvSource({"DSA PRIVATE KEY, openssl pkcs8 -topk8", "OPENSSH PRIVATE KEY, ssh-keygen"})
    void keys_of_other_formats_are_refused_with_the_remedy(String label, String remedy) throws Exception {
        Files.writeString(key, "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n");
        assertRefused("key.pem: Expected PKCS #8 (-----BEGIN PRIVATE KEY-----), got " + label, remedy);
    }

    @ParameterizedTest
    @CsvSource({
        "TRUSTED CERTIFICATE, openssl x509",
        "PKCS7, openssl pkcs7 -print_certs",
        "PRIVATE KEY, are the files of chain and key swapped?"
    })
    void a_chain_of_other_formats_is_refused_with_the_remedy(String label, String remedy) throws Exception {
        Files.writeString(chain, "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n");
        assertRefused("chain.pem: Expected certificates (-----BEGIN CERTIFICATE-----), got " + label + " only", remedy);
    }

    @Test
    void a_key_file_without_a_key_is_refused() throws Exception {
        Files.copy(chain, folder.resolve("copy.pem"));
        key = folder.resolve("copy.pem");
        assertRefused(
                "copy.pem: Expected a private key", "got CERTIFICATE only; are the files of chain and key swapped?");
    }

    @Test
    void two_keys_in_a_file_are_refused() throws Exception {
        PemFiles.write(key, List.of(EC.key(), RSA.key()));
        assertRefused("key.pem: Expected one private key, got 2, in lines 1 and 5", "ServerKeys.and");
    }

    @Test
    void a_key_of_another_certificate_is_refused() throws Exception {
        for (IssuedKeys other : List.of(TestKeys.issue("P-256", "mx.example"), TestKeys.issue("P-384"), RSA)) {
            PemFiles.write(key, List.of(other.key()));
            assertRefused(
                    "chain.pem: Expected the certificate of the private key in " + key,
                    "got one for CN=mx.example with another key (EC)",
                    "openssl x509 -noout -pubkey");
        }
    }

    @Test
    void a_chain_out_of_order_is_refused() throws Exception {
        var reversed = new ArrayList<>(EC.chain());
        Collections.reverse(reversed);
        PemFiles.write(chain, reversed);
        assertRefused("chain.pem: Expected the leaf first, got it as certificate 2 of 2 (for CN=mx.example)");
        PemFiles.write(chain, List.of(EC.leaf(), TestKeys.ROOT, EC.chain().get(1)));
        assertRefused(
                "chain.pem: Expected the leaf first and each certificate followed by its issuer",
                "1 is for CN=mx.example and issued by CN=Middle, got 2 for CN=Root");
        PemFiles.write(chain, List.of(EC.leaf(), EC.leaf(), EC.chain().get(1)));
        assertRefused("got 2, which is the same as 1");
    }

    @Test
    void an_issuer_of_the_same_name_with_another_key_is_refused() throws Exception {
        var leaf = TestKeys.issue("P-256", "Middle").leaf();
        PemFiles.write(chain, List.of(EC.leaf(), leaf));
        assertRefused("followed by its issuer");
    }

    @Test
    void a_leaf_alone_and_a_chain_with_the_root_are_taken() throws Exception {
        PemFiles.write(chain, List.of(EC.leaf()));
        assertThat(ServerKeys.pem(chain, key).certificates()).containsExactly(EC.leaf());
        PemFiles.write(chain, List.of(EC.leaf(), EC.chain().get(1), TestKeys.ROOT));
        assertThat(ServerKeys.pem(chain, key).certificates()).containsExactly(EC.leaf());
    }

    @Test
    void the_message_says_which_other_format_a_file_has() throws Exception {
        Files.write(chain, EC.leaf().getEncoded());
        assertRefused("chain.pem: Expected PEM, which is text, got DER", "openssl x509 -inform DER");
        Files.write(chain, "\ufeff-----BEGIN".getBytes(StandardCharsets.UTF_16LE));
        assertRefused("chain.pem: Expected ASCII or UTF-8, got UTF-16");
        Files.writeString(chain, "hello\nthere");
        assertRefused("chain.pem: Expected PEM, with a line such as", "got none in 2 lines");
        Files.writeString(chain, "");
        assertRefused("chain.pem: Expected certificates or a key, got an empty file");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----");
        assertRefused("were line ends lost, or written as \\n?");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nAA*A\n-----END CERTIFICATE-----");
        assertRefused("Expected Base64 in the block CERTIFICATE that begins in line 1");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----");
        assertRefused("Expected Base64 in the block CERTIFICATE that begins in line 1");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
        assertRefused("Expected a certificate in the block that begins in line 1, got what cannot be read as one");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----");
        assertRefused("Expected -----END CERTIFICATE-----, got -----END PRIVATE KEY----- in line 3");
        Files.writeString(chain, "\n-----END CERTIFICATE-----");
        assertRefused("Expected -----BEGIN, got -----END CERTIFICATE----- in line 2");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nAAAA\n-----BEGIN CERTIFICATE-----");
        assertRefused("got another -----BEGIN in line 3; is something missing in between?");
        Files.writeString(chain, "-----BEGIN CERTIFICATE-----\nAAAA\n");
        assertRefused("got the end of the file; was it written completely?");
    }

    @Test
    void octets_after_a_certificate_are_refused() throws Exception {
        ByteArrayOutputStream longer = new ByteArrayOutputStream();
        longer.writeBytes(EC.leaf().getEncoded());
        longer.write(0);
        Files.writeString(chain, pem(new PemObject("CERTIFICATE", longer.toByteArray())));
        assertRefused("got one with 1 octets after it");
    }

    @Test
    void the_message_says_why_a_file_cannot_be_read() throws Exception {
        Path there = chain;
        chain = folder.resolve("none.pem");
        assertRefused("none.pem: Expected a file, got none at this path");
        chain = folder;
        assertRefused(folder + ": Expected a file that can be read, got a directory");
        chain = there;
        Files.write(chain, new byte[(1 << 20) + 1]);
        assertRefused("chain.pem: Expected at most 1048576 octets (1 MiB), got more");
    }

    @Test
    void a_key_that_java_has_no_curve_for_is_refused_and_not_shown() throws Exception {
        // SEQUENCE { 0, { ecPublicKey, 1.2.3 }, OCTET STRING }.
        byte[] der = HexFormat.of().parseHex("301a020100300d06072a8648ce3d020106022a03040630040201000400");
        Files.writeString(key, pem(new PemObject("PRIVATE KEY", der)));
        ServerKeysException refused = assertRefused("key.pem: Expected a private key that this Java can read");
        assertThat(refused).hasNoCause();
    }

    @Test
    void a_store_that_cannot_be_used_is_refused() throws Exception {
        assertThatThrownBy(() -> ServerKeys.pkcs12(chain, PASSWORD))
                .hasMessageContaining("chain.pem: Expected PKCS #12, got text; read PEM with ServerKeys.pem");
        Path store = folder.resolve("keys.p12");
        Files.write(store, new byte[] {0x30, 0x03, 1, 2, 3});
        assertThatThrownBy(() -> ServerKeys.pkcs12(store, PASSWORD))
                .isInstanceOf(ServerKeysException.class)
                .hasMessageContaining("keys.p12: Expected a PKCS #12 store that this Java can read");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setCertificateEntry("root", TestKeys.ROOT);
        try (var out = Files.newOutputStream(store)) {
            keys.store(out, PASSWORD);
        }
        assertThatThrownBy(() -> ServerKeys.pkcs12(store, PASSWORD))
                .isInstanceOf(ServerKeysException.class)
                .hasMessageContaining("keys.p12: Expected a private key with its certificates, got 1 other entries");
        assertThatThrownBy(() -> ServerKeys.pkcs12(store, "wrong".toCharArray()))
                .isInstanceOf(ServerKeysException.class)
                .hasMessageContaining("keys.p12: Expected the password of the store, got another one")
                .hasMessageNotContaining("wrong");
    }

    private void assertRead(IssuedKeys issued) throws IOException {
        assertThat(ServerKeys.pem(chain, key)).isEqualTo(issued.open());
    }

    private ServerKeysException assertRefused(String... words) {
        ServerKeysException refused = catchThrowableOfType(ServerKeysException.class, () -> ServerKeys.pem(chain, key));
        assertThat(refused).isNotNull();
        assertThat(refused.getMessage()).contains(words);
        return refused;
    }

    private static PKCS8Generator encrypted(int iterations) throws Exception {
        OutputEncryptor encryptor = new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                .setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256))
                .setIterationCount(iterations)
                .setPassword(PASSWORD)
                .setProvider(new BouncyCastleProvider())
                .build();
        return new JcaPKCS8Generator(EC.key(), encryptor);
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(object);
        }
        return text.toString();
    }
}
