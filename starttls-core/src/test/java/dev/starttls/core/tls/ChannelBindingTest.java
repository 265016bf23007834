package dev.starttls.core.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.starttls.core.engine.PumpSide;
import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.ExportingConscrypt;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Channel bindings. Runs twice: with the folder of classes, where no Java has the exporter, and with the jar, where Java 25
 * and newer have it.
 */
@Timeout(120)
class ChannelBindingTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String LOCATION = SessionExporter.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .getPath();
    private static final boolean JAR = LOCATION.endsWith(".jar");
    private static final int FEATURE = Runtime.version().feature();
    private static final boolean EXPORTS = JAR && FEATURE >= 25;

    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();

    @ParameterizedTest
    @CsvSource({
        "SUN_JSSE, SUN_JSSE, TLSv1.2",
        "SUN_JSSE, SUN_JSSE, TLSv1.3",
        "BOUNCY_CASTLE, BOUNCY_CASTLE, TLSv1.2",
        "BOUNCY_CASTLE, BOUNCY_CASTLE, TLSv1.3",
        "CONSCRYPT, CONSCRYPT, TLSv1.2",
        "CONSCRYPT, CONSCRYPT, TLSv1.3",
        "TCNATIVE, TCNATIVE, TLSv1.2",
        "TCNATIVE, TCNATIVE, TLSv1.3",
        "SUN_JSSE, CONSCRYPT, TLSv1.3",
        "CONSCRYPT, BOUNCY_CASTLE, TLSv1.3",
    })
    void both_sides_of_any_engines_bind_to_the_servers_certificate(
            EngineMaker client, EngineMaker server, String version) throws Exception {
        TestCertificates.Issued identity = CERTIFICATES.localhost(KeyKind.EC);
        TlsSettings ours = settings(client.client(), version);
        TlsSettings theirs = settings(server.with(identity), version);
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(identity.leaf().getEncoded());
        boolean resumed = false;
        for (int i = 0; i < 2; i++) {
            PumpSide[] sides = sides(ours, theirs);
            for (PumpSide side : sides) {
                ChannelBinding binding = side.pump.channelBinding(ChannelBinding.Type.TLS_SERVER_END_POINT, ours);
                assertThat(binding.found()).as(binding.toString()).isPresent().contains(hash);
                assertThat(binding).hasToString("tls-server-end-point[32 octets]");
            }
            assertThat(sides[1].pump.ownChain()).first().isEqualTo(identity.leaf());
            assertThat(sides[0].pump.ownChain()).isEmpty();
            resumed |= sides[0].pump.resumed();
        }
        // Bouncy Castle resumes no session of TLS 1.3.
        assertThat(resumed || client != EngineMaker.SUN_JSSE || client != server)
                .isTrue();
    }

    @Test
    void before_the_handshake_is_done_there_is_nothing_to_bind_to() throws Exception {
        TlsSettings settings = settings(EngineMaker.SUN_JSSE.client(), "TLSv1.3");
        TlsPump pump = new TlsPump(settings.clientEngine("localhost", 25, Verification.FULL));
        for (ChannelBinding.Type type : ChannelBinding.Type.values()) {
            assertThat(reason(pump.channelBinding(type, settings))).isEqualTo(Reason.NOT_ESTABLISHED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, MD5withRSA, SHA-256",
        "RSA, SHA1withRSA, SHA-256",
        "RSA, SHA224withRSA, SHA-224",
        "RSA, SHA256withRSA, SHA-256",
        "RSA, SHA384withRSA, SHA-384",
        "RSA, SHA512withRSA, SHA-512",
        "RSA, SHA512(256)withRSA, SHA-512/256",
        "RSA, SHA3-256withRSA, SHA3-256",
        "EC, SHA1withECDSA, SHA-256",
        "EC, SHA256withECDSA, SHA-256",
        "EC, SHA384withECDSA, SHA-384",
        "EC, SHA512withECDSA, SHA-512",
        "EC, SHA3-384withECDSA, SHA3-384",
        "DSA, SHA256withDSA, SHA-256",
        "Ed25519, Ed25519, none",
        "Ed448, Ed448, none",
    })
    void the_hash_is_that_of_the_signature_but_for_md5_and_sha_1(String key, String algorithm, String hash)
            throws Exception {
        KeyPair pair = pair(key);
        requireHash(
                certificate(
                        pair,
                        algorithm,
                        new JcaContentSignerBuilder(algorithm)
                                .setProvider(BOUNCY_CASTLE)
                                .build(pair.getPrivate())),
                hash);
    }

    @ParameterizedTest
    @CsvSource({
        "SHA-1, SHA-1, SHA-256",
        "SHA-256, SHA-256, SHA-256",
        "SHA-384, SHA-384, SHA-384",
        "SHA-512, SHA-256, none"
    })
    void of_rsassa_pss_it_is_the_one_of_both_functions(String message, String mask, String hash) throws Exception {
        AlgorithmParameters pss = AlgorithmParameters.getInstance("RSASSA-PSS");
        pss.init(new PSSParameterSpec(message, "MGF1", new MGF1ParameterSpec(mask), 20, 1));
        AlgorithmIdentifier algorithm = new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_RSASSA_PSS, ASN1Primitive.fromByteArray(pss.getEncoded()));
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        ContentSigner signer = new ContentSigner() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return algorithm;
            }

            @Override
            public OutputStream getOutputStream() {
                return signed;
            }

            @Override
            public byte[] getSignature() {
                // It is not verified.
                return new byte[128];
            }
        };
        requireHash(certificate(pair("RSA"), "RSASSA-PSS", signer), hash);
    }

    private static void requireHash(X509Certificate certificate, String hash) throws GeneralSecurityException {
        ChannelBinding binding = ServerEndPoint.of(certificate);
        if (hash.equals("none")) {
            assertThat(reason(binding)).isEqualTo(Reason.UNDEFINED_HASH);
            assertThat(((Unavailable) binding).detail())
                    .contains("RFC 5929 section 4.1")
                    .contains("try tls-exporter");
        } else {
            assertThat(binding.found()).contains(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
        }
    }

    @ParameterizedTest
    @CsvSource({"SUN_JSSE, TLSv1.3", "BOUNCY_CASTLE, TLSv1.3", "CONSCRYPT, TLSv1.3", "TCNATIVE, TLSv1.3"})
    void the_session_exports_where_java_and_the_engine_let_it(EngineMaker engines, String version) throws Exception {
        TlsSettings ours = settings(engines.client(), version);
        PumpSide[] sides = sides(ours, settings(engines.with(CERTIFICATES.localhost(KeyKind.EC)), version));
        ChannelBinding binding = sides[0].pump.channelBinding(ChannelBinding.Type.TLS_EXPORTER, ours);
        if (EXPORTS && engines == EngineMaker.SUN_JSSE) {
            assertThat(binding.found()).as(binding.toString()).isPresent();
            assertThat(binding.found().orElseThrow()).hasSize(32);
            assertThat(sides[1].pump
                            .channelBinding(ChannelBinding.Type.TLS_EXPORTER, ours)
                            .found())
                    .contains(binding.found().orElseThrow());
        } else {
            assertThat(reason(binding)).isEqualTo(Reason.NO_EXPORTER);
            assertThat(((Unavailable) binding).detail())
                    .contains(
                            EXPORTS
                                    ? ""
                                    : FEATURE < 25
                                            ? "Expected Java 25 or newer, whose sessions of TLS export keying material, got "
                                                    + FEATURE
                                            : "try the jar itself, or 'Multi-Release: true'");
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void an_engine_source_exports_by_a_method_of_its_own_on_any_java(String version) throws Exception {
        TlsSettings ours = settings(new ExportingConscrypt(EngineMaker.CONSCRYPT.client()), version);
        TlsSettings theirs = settings(
                new ExportingConscrypt(EngineMaker.CONSCRYPT.with(CERTIFICATES.localhost(KeyKind.EC))), version);
        byte[] first = exported(sides(ours, theirs), ours);
        assertThat(first).hasSize(32);

        // A session that is resumed has a binding of its own.
        assertThat(exported(sides(ours, theirs), ours)).isNotEqualTo(first);
    }

    @Test
    void in_tls_12_the_session_does_not_export_since_those_who_resume_it_share_it() throws Exception {
        TlsSettings ours = settings(EngineMaker.SUN_JSSE.client(), "TLSv1.2");
        PumpSide[] sides =
                sides(ours, settings(EngineMaker.SUN_JSSE.with(CERTIFICATES.localhost(KeyKind.EC)), "TLSv1.2"));
        for (PumpSide side : sides) {
            ChannelBinding binding = side.pump.channelBinding(ChannelBinding.Type.TLS_EXPORTER, ours);
            assertThat(reason(binding)).isEqualTo(Reason.NO_EXPORTER);
            assertThat(((Unavailable) binding).detail())
                    .contains(EXPORTS ? "Expected TLSv1.3, got TLSv1.2" : "Expected");
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "31", "33"})
    void an_engine_source_that_exports_another_length_is_at_fault(int length) throws Exception {
        EngineSource wrong = new EngineSource() {
            @Override
            public SSLEngine create(String host, int port) {
                return EngineMaker.SUN_JSSE.client().create(host, port);
            }

            @Override
            public byte[] exportKeyingMaterial(SSLEngine engine, String label, byte[] context, int octets) {
                return new byte[length];
            }
        };
        TlsSettings ours = settings(wrong, "TLSv1.3");
        PumpSide[] sides =
                sides(ours, settings(EngineMaker.SUN_JSSE.with(CERTIFICATES.localhost(KeyKind.EC)), "TLSv1.3"));
        assertThat(reason(sides[0].pump.channelBinding(ChannelBinding.Type.TLS_EXPORTER, ours)))
                .isEqualTo(Reason.FAILED);
    }

    @Test
    void what_an_engine_source_does_in_place_of_exporting_is_said() {
        assertThat(exporting((label, octets) -> new byte[octets]).found()).contains(new byte[32]);
        assertThat(exporting((label, octets) -> label.getBytes(US_ASCII)))
                .isEqualTo(new Unavailable(
                        ChannelBinding.Type.TLS_EXPORTER,
                        Reason.FAILED,
                        "Expected 32 octets of keying material, got 24"));
        assertThat(exporting((label, octets) -> null))
                .isEqualTo(new Unavailable(
                        ChannelBinding.Type.TLS_EXPORTER,
                        Reason.FAILED,
                        "Expected 32 octets of keying material, got none"));
        for (Exception thrown : List.of(new SSLException("no secret"), new IllegalStateException("no secret"))) {
            assertThat(exporting((label, octets) -> {
                        throw thrown;
                    }))
                    .isEqualTo(new Unavailable(
                            ChannelBinding.Type.TLS_EXPORTER,
                            Reason.FAILED,
                            "Expected keying material of the engine, got " + thrown));
        }
        ChannelBinding without = exporting((label, octets) -> {
            throw new UnsupportedOperationException();
        });
        assertThat(reason(without)).isEqualTo(Reason.NO_EXPORTER);
        assertThat(((Unavailable) without).detail())
                .startsWith("Expected an engine that exports keying material, got ")
                .endsWith("SSLEngineImpl");
        ChannelBinding explained = exporting((label, octets) -> {
            throw new UnsupportedOperationException("not this one");
        });
        assertThat(explained)
                .isEqualTo(new Unavailable(ChannelBinding.Type.TLS_EXPORTER, Reason.NO_EXPORTER, "not this one"));
    }

    /** What an engine source exports; RFC 9266 section 2 has the label and the length. */
    private interface Export {
        byte[] of(String label, int octets) throws Exception;
    }

    private static ChannelBinding exporting(Export export) {
        EngineSource source = new EngineSource() {
            @Override
            public SSLEngine create(String host, int port) {
                return CERTIFICATES.client().createSSLEngine(host, port);
            }

            @Override
            public byte[] exportKeyingMaterial(SSLEngine engine, String label, byte[] context, int octets)
                    throws SSLException {
                assertThat(label).isEqualTo("EXPORTER-Channel-Binding");
                assertThat(context).isEmpty();
                try {
                    return export.of(label, octets);
                } catch (SSLException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        };
        return TlsExporter.of(TlsSettings.builder().engines(source).build(), source.create("localhost", 25));
    }

    @Test
    void the_types_have_their_registered_names() {
        assertThat(ChannelBinding.Type.TLS_SERVER_END_POINT.registeredName()).isEqualTo("tls-server-end-point");
        assertThat(ChannelBinding.Type.TLS_EXPORTER.registeredName()).isEqualTo("tls-exporter");
        ChannelBinding binding = ServerEndPoint.of(CERTIFICATES.root());
        assertThat(binding.type()).isEqualTo(ChannelBinding.Type.TLS_SERVER_END_POINT);
        assertThat(binding).hasToString("tls-server-end-point[32 octets]");
    }

    @Test
    void a_certificate_that_is_not_of_x_509_or_cannot_be_read_has_no_end_point() throws Exception {
        Certificate other = mock(Certificate.class);
        when(other.getType()).thenReturn("OpenPGP");
        assertThat(ServerEndPoint.of(other))
                .isEqualTo(new Unavailable(
                        ChannelBinding.Type.TLS_SERVER_END_POINT,
                        Reason.UNDEFINED_HASH,
                        "Expected a certificate of X.509, got one of type OpenPGP"));
        X509Certificate broken = mock(X509Certificate.class);
        when(broken.getSigAlgOID()).thenReturn("1.2.840.113549.1.1.11");
        when(broken.getEncoded()).thenThrow(new CertificateEncodingException("broken"));
        ChannelBinding failed = ServerEndPoint.of(broken);
        assertThat(reason(failed)).isEqualTo(Reason.FAILED);
        assertThat(((Unavailable) failed).detail())
                .startsWith("Expected the hash of the server's certificate, got ")
                .endsWith("broken");
    }

    @Test
    void what_is_given_out_is_a_copy() {
        ChannelBinding binding = ServerEndPoint.of(CERTIFICATES.root());
        binding.found().orElseThrow()[0] ^= 1;
        assertThat(binding.found())
                .contains(ServerEndPoint.of(CERTIFICATES.root()).found().orElseThrow());
    }

    @Test
    void the_jar_has_the_class_for_newer_java() throws Exception {
        assumeTrue(JAR, "there are no jars yet");
        String name = "META-INF/versions/25/dev/starttls/core/tls/SessionExporter";
        try (JarFile classes = new JarFile(LOCATION);
                JarFile sources = new JarFile(LOCATION.replace(".jar", "-sources.jar"))) {
            assertThat(classes.getEntry(name + ".class")).isNotNull();
            assertThat(sources.getEntry(name + ".java")).isNotNull();
        }
    }

    private static byte[] exported(PumpSide[] sides, TlsSettings settings) {
        ChannelBinding ours = sides[0].pump.channelBinding(ChannelBinding.Type.TLS_EXPORTER, settings);
        assertThat(ours.found()).as(ours.toString()).isPresent();
        byte[] octets = ours.found().orElseThrow();
        assertThat(sides[1].pump
                        .channelBinding(ChannelBinding.Type.TLS_EXPORTER, settings)
                        .found())
                .contains(octets);
        return octets;
    }

    private static Reason reason(ChannelBinding binding) {
        assertThat(binding).isInstanceOf(Unavailable.class);
        assertThat(binding.found()).isEmpty();
        return ((Unavailable) binding).reason();
    }

    private static TlsSettings settings(EngineSource engines, String version) {
        return TlsSettings.builder().engines(engines).versions(version).build();
    }

    private static PumpSide[] sides(TlsSettings ours, TlsSettings theirs)
            throws GeneralSecurityException, SSLException {
        PumpSide[] sides = {
            new PumpSide(PeerCheck.clientEngine(ours, ServerIdentity.of("localhost"), 25, Verification.FULL)),
            new PumpSide(theirs.serverEngine("127.0.0.1", 40_000, Optional.empty()))
        };
        PumpSide.connect(sides[0], sides[1]);
        PumpSide.handshake(sides[0], sides[1]);
        return sides;
    }

    /** Of Bouncy Castle, which still signs with MD5. */
    private static KeyPair pair(String kind) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind, BOUNCY_CASTLE);
        if (kind.equals("EC")) {
            generator.initialize(256);
        } else if (kind.equals("RSA") || kind.equals("DSA")) {
            generator.initialize(1024);
        }
        return generator.generateKeyPair();
    }

    /** Signed by its own key, and read by the JDK. */
    private static X509Certificate certificate(KeyPair pair, String algorithm, ContentSigner signer)
            throws GeneralSecurityException {
        X500Name name = new X500Name("CN=signed with " + algorithm);
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(Instant.EPOCH),
                                Date.from(Instant.EPOCH.plusSeconds(1)),
                                name,
                                pair.getPublic())
                        .build(signer));
    }
}
