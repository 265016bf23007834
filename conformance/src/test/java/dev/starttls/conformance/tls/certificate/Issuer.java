package dev.starttls.conformance.tls.certificate;

import dev.starttls.core.testing.RsaKeys;
import dev.starttls.core.tls.ServerIdentity;
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
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates, good ones and bad ones, for tests. */
public record Issuer(PrivateKey key, List<X509Certificate> chain) {

    /** The moment all certificates of the tests are made for. */
    public static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private static BigInteger serial = BigInteger.ONE;

    /** A certificate to be made. */
    public record Order(
            String subject,
            List<GeneralName> names,
            Instant notBefore,
            Instant notAfter,
            String algorithm,
            Optional<KeyPurposeId> purpose,
            Kind kind) {

        /** What it may sign. */
        public enum Kind {
            AUTHORITY,
            SERVER
        }

        public static Order authority(String commonName) {
            return new Order(
                    "CN=" + commonName,
                    List.of(),
                    NOW.minus(Duration.ofDays(3650)),
                    NOW.plus(Duration.ofDays(3650)),
                    "SHA256withECDSA",
                    Optional.empty(),
                    Kind.AUTHORITY);
        }

        public static Order server(String... names) {
            return new Order(
                    names.length == 0 ? "O=Nobody" : "O=Test,CN=" + names[0],
                    java.util.Arrays.stream(names)
                            .map(name -> new GeneralName(
                                    ServerIdentity.isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                            .toList(),
                    Instant.now().minus(Duration.ofDays(3650)),
                    Instant.now().plus(Duration.ofDays(3650)),
                    "SHA256withECDSA",
                    Optional.of(KeyPurposeId.id_kp_serverAuth),
                    Kind.SERVER);
        }

        public Order subject(String name) {
            return new Order(name, names, notBefore, notAfter, algorithm, purpose, kind);
        }

        public Order withoutNames() {
            return new Order(subject, List.of(), notBefore, notAfter, algorithm, purpose, kind);
        }

        public Order valid(Instant from, Instant until) {
            return new Order(subject, names, from, until, algorithm, purpose, kind);
        }

        public Order signedWith(String signature) {
            return new Order(subject, names, notBefore, notAfter, signature, purpose, kind);
        }

        public Order meantFor(KeyPurposeId usage) {
            return new Order(subject, names, notBefore, notAfter, algorithm, Optional.of(usage), kind);
        }
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** A certificate that signed itself. */
    public static Issuer selfSigned(Order order) {
        try {
            KeyPair keys = keys(order.algorithm());
            X509Certificate made =
                    sign(order, new X500Name(order.subject()), keys, keys.getPrivate(), order.algorithm());
            return new Issuer(keys.getPrivate(), List.of(made));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate signed by this one. */
    public Issuer issue(Order order) {
        try {
            KeyPair keys = keys("SHA256withECDSA");
            X509Certificate made = sign(
                    order,
                    X500Name.getInstance(certificate().getSubjectX500Principal().getEncoded()),
                    keys,
                    key,
                    order.algorithm());
            List<X509Certificate> longer = new java.util.ArrayList<>(chain);
            longer.add(0, made);
            return new Issuer(keys.getPrivate(), List.copyOf(longer));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys(String algorithm) throws GeneralSecurityException {
        if (algorithm.endsWith("withRSA")) {
            return RsaKeys.next("RSA");
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static synchronized X509Certificate sign(
            Order order, X500Name issuer, KeyPair keys, PrivateKey signer, String algorithm)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        serial = serial.add(BigInteger.ONE);
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                serial,
                Date.from(order.notBefore()),
                Date.from(order.notAfter()),
                new X500Name(order.subject()),
                keys.getPublic());
        builder.addExtension(
                Extension.basicConstraints, true, new BasicConstraints(order.kind() == Order.Kind.AUTHORITY));
        if (!order.names().isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(order.names().toArray(GeneralName[]::new)));
        }
        if (order.purpose().isPresent()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(order.purpose().get()));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer)));
    }
}
