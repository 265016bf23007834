package dev.starttls.conformance.client.pki;

import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate with its key.
 *
 * @param chain what a server sends: the certificate itself first, and its issuers without the root
 */
record IssuedCertificate(PrivateKey key, X509Certificate certificate, List<X509Certificate> chain) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 64;

    IssuedCertificate {
        chain = List.copyOf(chain);
    }

    /** A root, which is not part of the chains. */
    static IssuedCertificate root(CertificateOrder order) {
        IssuedCertificate made = selfSigned(order);
        return new IssuedCertificate(made.key(), made.certificate(), List.of());
    }

    static IssuedCertificate selfSigned(CertificateOrder order) {
        try {
            KeyPair keys = keys(order);
            X500Name name = new X500Name(order.subject());
            X509v3CertificateBuilder builder = builder(order, name, keys);
            X509Certificate made = sign(builder, order, keys.getPrivate());
            return new IssuedCertificate(keys.getPrivate(), made, List.of(made));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw impossible(order, e);
        }
    }

    /** A certificate signed with this one's key. */
    IssuedCertificate issue(CertificateOrder order) {
        try {
            KeyPair keys = keys(order);
            X500Name issuer =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            X509v3CertificateBuilder builder = builder(order, issuer, keys);
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
            X509Certificate made = sign(builder, order, key);
            List<X509Certificate> longer = new ArrayList<>(chain);
            longer.add(0, made);
            return new IssuedCertificate(keys.getPrivate(), made, longer);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw impossible(order, e);
        }
    }

    /** The same without its issuers. */
    IssuedCertificate alone() {
        return new IssuedCertificate(key, certificate, List.of(certificate));
    }

    ServerCredentials credentials() {
        return new ServerCredentials(key, chain);
    }

    private static KeyPair keys(CertificateOrder order) throws GeneralSecurityException {
        boolean isRsa = order.rsaBits() > 0;
        KeyPairGenerator generator = KeyPairGenerator.getInstance(isRsa ? "RSA" : "EC");
        if (isRsa) {
            generator.initialize(order.rsaBits());
        } else {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(CertificateOrder order, X500Name issuer, KeyPair keys)
            throws GeneralSecurityException, IOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS - 1, RANDOM).setBit(SERIAL_BITS - 2),
                Date.from(order.notBefore()),
                Date.from(order.notAfter()),
                new X500Name(order.subject()),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(order.isAuthority()));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(order.usage()));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
        if (order.purpose().isPresent()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(order.purpose().get()));
        }
        if (!order.names().isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(order.names().toArray(GeneralName[]::new)));
        }
        if (order.permitted().isPresent()) {
            GeneralSubtree domain = new GeneralSubtree(
                    new GeneralName(GeneralName.dNSName, order.permitted().get()));
            builder.addExtension(
                    Extension.nameConstraints, true, new NameConstraints(new GeneralSubtree[] {domain}, null));
        }
        for (CertificateOrder.More more : order.more()) {
            builder.addExtension(
                    new ASN1ObjectIdentifier(more.oid()),
                    more.isCritical(),
                    more.content().array());
        }
        return builder;
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, CertificateOrder order, PrivateKey issuer)
            throws GeneralSecurityException, OperatorCreationException {
        String algorithm =
                order.signature().orElse(issuer.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuer)));
    }

    private static IllegalStateException impossible(CertificateOrder order, Exception cause) {
        return new IllegalStateException(
                "the certificate of " + order.subject() + " could not be made on this Java runtime", cause);
    }
}
