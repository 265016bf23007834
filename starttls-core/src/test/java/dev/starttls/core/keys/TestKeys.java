package dev.starttls.core.keys;

import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.RsaKeys;
import dev.starttls.core.tls.UnverifiedTrust;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root, an authority below it, and leaves of that authority for keys of every type. */
final class TestKeys {

    /** A key with its chain, the leaf first, without the root. */
    record IssuedKeys(PrivateKey key, List<X509Certificate> chain) {

        X509Certificate leaf() {
            return chain.get(0);
        }

        ServerKeys open() throws IOException {
            return ServerKeys.of(key, chain);
        }
    }

    static final X509Certificate ROOT;
    private static final KeyPair ROOT_KEY = generate("P-256");
    private static final KeyPair MIDDLE_KEY = generate("P-256");
    private static final X509Certificate MIDDLE;
    private static long serial;

    static {
        ROOT = sign("CN=Root", ROOT_KEY, "CN=Root", ROOT_KEY, now(), true);
        MIDDLE = sign("CN=Root", ROOT_KEY, "CN=Middle", MIDDLE_KEY, now(), true);
    }

    private TestKeys() {}

    /** Issues a leaf for a key of this type: RSA, RSASSA-PSS, P-256, P-384, Ed25519, Ed448. */
    static IssuedKeys issue(String kind, String... names) {
        return issue(now(), kind, names);
    }

    /** Valid from a day before until ten days after this. */
    static IssuedKeys issue(Instant around, String kind, String... names) {
        KeyPair pair = generate(kind);
        String subject = names.length == 0 ? "CN=nameless" : "CN=" + names[0];
        return new IssuedKeys(
                pair.getPrivate(), List.of(sign("CN=Middle", MIDDLE_KEY, subject, pair, around, false, names), MIDDLE));
    }

    /** The files chain.pem and key.pem. */
    static Path[] write(Path folder, IssuedKeys issued) throws IOException {
        return new Path[] {
            PemFiles.write(folder.resolve("chain.pem"), issued.chain()),
            PemFiles.write(folder.resolve("key.pem"), List.of(issued.key()))
        };
    }

    /** A client that accepts any server. */
    static SSLContext client() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {UnverifiedTrust.anyone()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to have TLS", e);
        }
    }

    static Instant now() {
        return Instant.now();
    }

    static KeyPair generate(String kind) {
        if (kind.startsWith("RSA")) {
            return RsaKeys.next(kind);
        }
        try {
            boolean curve = kind.startsWith("P-");
            KeyPairGenerator generator = KeyPairGenerator.getInstance(curve ? "EC" : kind);
            if (curve) {
                generator.initialize(new ECGenParameterSpec("secp" + kind.substring(2) + "r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to know " + kind, e);
        }
    }

    private static synchronized X509Certificate sign(
            String issuerName,
            KeyPair issuer,
            String name,
            KeyPair subject,
            Instant around,
            boolean authority,
            String... names) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuerName),
                    BigInteger.valueOf(++serial),
                    Date.from(around.minus(Duration.ofDays(1))),
                    Date.from(around.plus(Duration.ofDays(10))),
                    new X500Name(name),
                    subject.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            List<GeneralName> alternatives = new ArrayList<>();
            for (String alternative : names) {
                alternatives.add(new GeneralName(GeneralName.dNSName, alternative));
            }
            if (!alternatives.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(alternatives.toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("Expected to sign a test certificate", e);
        }
    }
}
