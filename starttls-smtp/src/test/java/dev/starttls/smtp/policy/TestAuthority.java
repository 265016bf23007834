package dev.starttls.smtp.policy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority that issues certificates, right or wrong in one way each.
 *
 * <pre>{@code
 * TestAuthority root = TestAuthority.root("Root");
 * TestAuthority.Holder mx = root.issue(TestAuthority.server("mx.example.org"));
 * }</pre>
 */
final class TestAuthority {

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final KeyPair key;
    private final X509Certificate certificate;

    private TestAuthority(KeyPair key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    static Instant now() {
        return Instant.now();
    }

    /** A key and its certificate. */
    record Holder(PrivateKey key, X509Certificate certificate) {}

    /** What a certificate says. */
    record Content(
            String subject,
            List<String> names,
            Optional<BasicConstraints> authority,
            int usage,
            Optional<KeyPurposeId> purpose,
            Instant from,
            Instant until) {

        Content expired() {
            return new Content(
                    subject,
                    names,
                    authority,
                    usage,
                    purpose,
                    now().minus(Duration.ofDays(9)),
                    now().minus(Duration.ofDays(3)));
        }

        Content named(String common, String... dns) {
            return new Content("CN=" + common, List.of(dns), authority, usage, purpose, from, until);
        }

        Content forPurpose(KeyPurposeId other) {
            return new Content(subject, names, authority, usage, Optional.of(other), from, until);
        }

        Content withUsage(int bits) {
            return new Content(subject, names, authority, bits, purpose, from, until);
        }
    }

    static Content server(String... names) {
        return new Content(
                "CN=server",
                List.of(names),
                Optional.empty(),
                KeyUsage.digitalSignature,
                Optional.of(KeyPurposeId.id_kp_serverAuth),
                now().minus(Duration.ofDays(2)),
                now().plus(Duration.ofDays(20)));
    }

    static Content authority(String name) {
        return authority(name, new BasicConstraints(true));
    }

    static Content authority(String name, BasicConstraints constraints) {
        return new Content(
                "CN=" + name,
                List.of(),
                Optional.of(constraints),
                KeyUsage.keyCertSign | KeyUsage.cRLSign,
                Optional.empty(),
                now().minus(Duration.ofDays(5)),
                now().plus(Duration.ofDays(200)));
    }

    static TestAuthority root(String name) {
        return selfSigned(authority(name));
    }

    static TestAuthority selfSigned(Content content) {
        KeyPair pair = pair();
        return new TestAuthority(pair, sign(content, pair, new X500Name(content.subject()), pair));
    }

    TestAuthority below(Content content) {
        KeyPair pair = pair();
        return new TestAuthority(pair, sign(content, pair, subject(), key));
    }

    /** Another certificate for the key of an authority. */
    TestAuthority cross(TestAuthority other) {
        return new TestAuthority(
                other.key, sign(authority(other.subject().toString().substring(3)), other.key, subject(), key));
    }

    Holder issue(Content content) {
        KeyPair pair = pair();
        return new Holder(pair.getPrivate(), sign(content, pair, subject(), key));
    }

    X509Certificate certificate() {
        return certificate;
    }

    Holder holder() {
        return new Holder(key.getPrivate(), certificate);
    }

    private X500Name subject() {
        return new X500Name(certificate.getSubjectX500Principal().getName());
    }

    private static X509Certificate sign(Content content, KeyPair subject, X500Name issuer, KeyPair issuerKey) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(content.from()),
                    Date.from(content.until()),
                    new X500Name(content.subject()),
                    subject.getPublic());
            builder.addExtension(
                    Extension.basicConstraints, true, content.authority().orElse(new BasicConstraints(false)));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(content.usage()));
            if (content.purpose().isPresent()) {
                builder.addExtension(
                        Extension.extendedKeyUsage,
                        true,
                        new ExtendedKeyUsage(content.purpose().get()));
            }
            if (!content.names().isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(Stream.of(content.names().toArray(new String[0]))
                                .map(name -> new GeneralName(GeneralName.dNSName, name))
                                .toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException("Expected to sign a test certificate", e);
        }
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to know EC", e);
        }
    }
}
