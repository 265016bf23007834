package dev.starttls.conformance.tls.certificate;

import dev.starttls.core.testing.RsaKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates of servers with the details that {@link Issuer} does not vary. */
public final class Forge {

    /** The TLS feature status_request (RFC 7633 section 4.1): SEQUENCE OF INTEGER 5. */
    private static final String STATUS_REQUEST = "3003020105";

    private record More(String oid, boolean critical, String hexadecimal) {}

    private final Issuer issuer;
    private final List<More> extensions = new ArrayList<>();
    private KeyPair keys = elliptic();
    private String name = "mail.example.org";
    private Instant from = Instant.now().minus(Duration.ofDays(30));
    private Instant until = Instant.now().plus(Duration.ofDays(60));
    private BigInteger serial = BigInteger.valueOf(0x5eed);
    private boolean authority;
    private boolean old;
    private int usage = -1;

    private Forge(Issuer issuer) {
        this.issuer = issuer;
    }

    /** A good certificate for mail.example.org with an ECDSA key, until something is changed. */
    public static Forge by(Issuer issuer) {
        return new Forge(issuer);
    }

    private static KeyPair elliptic() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public Forge rsa() {
        keys = RsaKeys.next("RSA");
        return this;
    }

    public Forge rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            keys = generator.generateKeyPair();
            return this;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public Forge naming(String host) {
        name = host;
        return this;
    }

    public Forge expired() {
        from = Instant.now().minus(Duration.ofDays(91));
        until = Instant.now().minus(Duration.ofDays(1));
        return this;
    }

    public Forge serial(String hexadecimal) {
        serial = new BigInteger(hexadecimal, 16);
        return this;
    }

    /** The bits of {@link KeyUsage}. */
    public Forge usage(int bits) {
        usage = bits;
        return this;
    }

    public Forge ofAuthority() {
        authority = true;
        return this;
    }

    /** A certificate without extensions. */
    public Forge ofVersion1() {
        old = true;
        return this;
    }

    public Forge mustStaple() {
        extensions.add(new More("1.3.6.1.5.5.7.1.24", false, STATUS_REQUEST));
        return this;
    }

    public Forge withUnknownCriticalExtension() {
        extensions.add(new More("1.3.6.1.4.1.99999.1", true, "0500"));
        return this;
    }

    /** The certificate with its key and its chain. */
    public Issuer issue() {
        try {
            X500Name subject = new X500Name("CN=" + name);
            X500Name by = X500Name.getInstance(
                    issuer.certificate().getSubjectX500Principal().getEncoded());
            ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.key());
            Date begin = Date.from(from);
            Date end = Date.from(until);
            X509CertificateHolder made = old
                    ? new JcaX509v1CertificateBuilder(by, serial, begin, end, subject, keys.getPublic()).build(signer)
                    : extended(new JcaX509v3CertificateBuilder(by, serial, begin, end, subject, keys.getPublic()))
                            .build(signer);
            List<X509Certificate> chain = new ArrayList<>(issuer.chain());
            chain.add(0, new JcaX509CertificateConverter().getCertificate(made));
            return new Issuer(keys.getPrivate(), chain);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JcaX509v3CertificateBuilder extended(JcaX509v3CertificateBuilder builder) throws IOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        if (usage >= 0) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        }
        for (More more : extensions) {
            builder.addExtension(
                    new ASN1ObjectIdentifier(more.oid()),
                    more.critical(),
                    HexFormat.of().parseHex(more.hexadecimal()));
        }
        return builder;
    }
}
