package dev.starttls.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Certificates for tests, made on the spot: one root, and leaves of it that are right or wrong in one way each. Nothing is
 * read from or written to disk.
 *
 * <pre>{@code
 * TestCertificates certificates = TestCertificates.shared();
 * SSLContext server = certificates.server(certificates.localhost(TestCertificates.KeyKind.EC));
 * SSLContext client = certificates.client();
 * }</pre>
 */
public final class TestCertificates {

    /** The kind of a leaf's key. */
    public enum KeyKind {
        /** On the curve P-256. */
        EC,
        /** Of 2,048 bits. */
        RSA
    }

    /**
     * A key with its certificates.
     *
     * @param key of the first certificate
     * @param chain the leaf first; without the root, except that a self-signed certificate is its own
     */
    public record Issued(PrivateKey key, List<X509Certificate> chain) {

        /** The leaf itself. */
        public X509Certificate leaf() {
            return chain.get(0);
        }
    }

    /**
     * A store of PKCS #12 encrypts each key with 10,000 rounds of a hash when it is put in and again when it is taken out,
     * which is a third of the time of all tests; this one needs a few, and nothing here is written down.
     */
    static final String STORE_TYPE = "JKS";

    private static final char[] PASSWORD = "test".toCharArray();
    private static final GeneralNames LOCALHOST = new GeneralNames(new GeneralName[] {
        new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
    });
    private static final GeneralNames ELSEWHERE =
            new GeneralNames(new GeneralName(GeneralName.dNSName, "elsewhere.example"));
    private static final GeneralNames NO_NAMES = new GeneralNames(new GeneralName[0]);

    private final AtomicLong serial = new AtomicLong(1);
    private final Instant now = Instant.now();
    private final X500Name rootName;
    private final KeyPair rootKey;
    private final X509Certificate root;

    private TestCertificates(String name) {
        rootName = new X500Name("CN=" + name);
        rootKey = generate(KeyKind.EC);
        root = sign(rootKey, rootName, rootKey, rootName, NO_NAMES, now.minus(Duration.ofDays(2)), Duration.ofDays(30));
    }

    private static final class Shared {
        private static final TestCertificates INSTANCE = new TestCertificates("Test root");
        private static final Issued EC = INSTANCE.leaf("CN=localhost", LOCALHOST, KeyKind.EC);
        private static final Issued RSA = INSTANCE.leaf("CN=localhost", LOCALHOST, KeyKind.RSA);
    }

    /** One root for all tests of a JVM. */
    public static TestCertificates shared() {
        return Shared.INSTANCE;
    }

    /** A new root, which no other context trusts. */
    public static TestCertificates withOwnRoot() {
        return new TestCertificates("Another test root");
    }

    /** The root's certificate. */
    public X509Certificate root() {
        return root;
    }

    /** A good leaf for localhost and 127.0.0.1. */
    public Issued localhost(KeyKind kind) {
        if (this == Shared.INSTANCE) {
            return kind == KeyKind.EC ? Shared.EC : Shared.RSA;
        }
        return leaf("CN=localhost", LOCALHOST, kind);
    }

    /** A good leaf for one DNS name. */
    public Issued named(String dnsName) {
        return leaf("CN=" + dnsName, new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)), KeyKind.EC);
    }

    /** For localhost, but its time was over yesterday. */
    public Issued expired() {
        return issue("CN=localhost", LOCALHOST, KeyKind.EC, now.minus(Duration.ofDays(2)), Duration.ofDays(1));
    }

    /** For one DNS name, but its time was over yesterday. */
    public Issued expired(String dnsName) {
        return issue(
                "CN=" + dnsName,
                new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)),
                KeyKind.EC,
                now.minus(Duration.ofDays(2)),
                Duration.ofDays(1));
    }

    /** For localhost, but its time begins tomorrow. */
    public Issued notYetValid() {
        return issue("CN=localhost", LOCALHOST, KeyKind.EC, now.plus(Duration.ofDays(1)), Duration.ofDays(1));
    }

    /** Good, but for elsewhere.example. */
    public Issued otherName() {
        return leaf("CN=elsewhere.example", ELSEWHERE, KeyKind.EC);
    }

    /** With localhost as its common name and no subjectAltName. */
    public Issued commonNameOnly() {
        return leaf("CN=localhost", NO_NAMES, KeyKind.EC);
    }

    /** With this as its common name and no subjectAltName. */
    public Issued commonNameOnly(String name) {
        return leaf("CN=" + name, NO_NAMES, KeyKind.EC);
    }

    /** For localhost, signed with its own key. */
    public Issued selfSigned() {
        KeyPair pair = generate(KeyKind.EC);
        X500Name name = new X500Name("CN=localhost");
        return new Issued(
                pair.getPrivate(),
                List.of(sign(pair, name, pair, name, LOCALHOST, now.minus(Duration.ofDays(1)), Duration.ofDays(10))));
    }

    /** With localhost in its subject and no name but an address as subjectAltName. */
    public Issued addressOnly() {
        return leaf("CN=localhost", new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")), KeyKind.EC);
    }

    /** Named localhost in its subject, and with these names and no others as subjectAltName. */
    public Issued alternatives(GeneralName... names) {
        return leaf("CN=localhost", new GeneralNames(names), KeyKind.EC);
    }

    /** A server's context with this key. */
    public SSLContext server(Issued identity) {
        return context(identity.chain().isEmpty() ? List.of() : List.of(identity), List.of(root));
    }

    /** A client's context that trusts the root. */
    public SSLContext client() {
        return context(List.of(), List.of(root));
    }

    /** A client's context that trusts the root and has its own certificate. */
    public SSLContext client(Issued identity) {
        return context(List.of(identity), List.of(root));
    }

    private Issued leaf(String subject, GeneralNames names, KeyKind kind) {
        return issue(subject, names, kind, now.minus(Duration.ofDays(1)), Duration.ofDays(10));
    }

    private Issued issue(String subject, GeneralNames names, KeyKind kind, Instant from, Duration valid) {
        KeyPair pair = generate(kind);
        return new Issued(
                pair.getPrivate(), List.of(sign(rootKey, rootName, pair, new X500Name(subject), names, from, valid)));
    }

    private X509Certificate sign(
            KeyPair issuer,
            X500Name issuerName,
            KeyPair subject,
            X500Name subjectName,
            GeneralNames names,
            Instant from,
            Duration valid) {
        boolean authority = subject == rootKey;
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuerName,
                    BigInteger.valueOf(serial.getAndIncrement()),
                    Date.from(from),
                    Date.from(from.plus(valid)),
                    subjectName,
                    subject.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
            if (names.getNames().length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("Expected to sign a test certificate", e);
        }
    }

    private static KeyPair generate(KeyKind kind) {
        if (kind == KeyKind.RSA) {
            return RsaKeys.next("RSA");
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to know " + kind, e);
        }
    }

    private static SSLContext context(List<Issued> identities, List<X509Certificate> roots) {
        try {
            KeyStore keys = emptyStore();
            for (Issued identity : identities) {
                keys.setKeyEntry(
                        "own", identity.key(), PASSWORD, identity.chain().toArray(X509Certificate[]::new));
            }
            KeyStore trusted = emptyStore();
            for (X509Certificate trust : roots) {
                trusted.setCertificateEntry("root", trust);
            }
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("SunX509");
            keyManagers.init(keys, PASSWORD);
            TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to have TLS", e);
        }
    }

    static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(STORE_TYPE);
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return store;
    }
}
