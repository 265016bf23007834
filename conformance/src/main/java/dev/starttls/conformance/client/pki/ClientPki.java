package dev.starttls.conformance.client.pki;

import dev.starttls.conformance.tls.certificate.CertificatePem;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.core.tls.ServerIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * The public key infrastructure of one run: a root that the client under test has to trust, and what it issued for the
 * host name, good and odd. Keys are generated, and certificates issued, when they are first asked for. Safe for use by
 * several threads.
 *
 * <pre>{@code
 * ClientPki pki = ClientPki.create("mail.example.org");
 * Files.writeString(ca, pki.rootPem());
 * ServerCredentials expired = pki.credentials(OddCertificate.EXPIRED);
 * }</pre>
 */
public final class ClientPki {
    /** RFC 5280 appendix A.1: ub-common-name-length. */
    private static final int MAX_COMMON_NAME = 64;

    private static final Duration DAY = Duration.ofDays(1);

    /** Browsers and mail clients accept no certificate of a server that is valid for longer than 398 days. */
    private static final Duration LIFETIME = Duration.ofDays(90);

    private static final int LONG_CHAIN = 20;
    private static final int HUGE_CERTIFICATE = 1 << 16;
    private static final int HUGE_CERTIFICATES = 16;
    private static final int RSA_BITS = 2048;
    private static final int SHORT_RSA_BITS = 1024;
    private static final String OTHER_HOST = "other.example.net";
    private static final String OTHER_DOMAIN = "example.net";

    /** The private enterprise number for documentation (RFC 5612 section 3). */
    private static final String UNKNOWN_OID = "1.3.6.1.4.1.32473.1";

    private static final OctetString DER_NULL = OctetString.hex("0500");

    private final String host;
    private final Instant now;
    private final IssuedCertificate root;
    private final Map<OddCertificate, ServerCredentials> made = new ConcurrentHashMap<>();

    private ClientPki(String host, Instant now) {
        this.host = host;
        this.now = now;
        // NSS refuses two roots with the same name and serial number, and a user may add those of two runs.
        this.root = IssuedCertificate.root(authority("root " + UUID.randomUUID()));
    }

    private ClientPki(String host, Instant now, IssuedCertificate root) {
        this.host = host;
        this.now = now;
        this.root = root;
    }

    /**
     * The one whose root was kept, so that a client that trusts it need not be told again.
     *
     * @param host as of {@link #create}
     * @param root the certificate, as {@link #rootEncoded} has it
     * @param key its key, as {@link #rootKeyEncoded} has it
     * @throws GeneralSecurityException if they are no certificate and no key, or the root is no longer valid
     */
    public static ClientPki restored(String host, byte[] root, byte[] key) throws GeneralSecurityException {
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(root));
        certificate.checkValidity();
        PrivateKey ofRoot = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
        return new ClientPki(
                host.toLowerCase(Locale.ROOT), Instant.now(), new IssuedCertificate(ofRoot, certificate, List.of()));
    }

    /** The root, to be kept. */
    public byte[] rootEncoded() {
        try {
            return root().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was made cannot be written", e);
        }
    }

    /** The key of the root, to be kept where nobody else reads it. */
    public byte[] rootKeyEncoded() {
        return root.key().getEncoded();
    }

    /**
     * A new one.
     *
     * @param host the name that the client connects to, without a dot at its end, or an IP address; some of the odd
     *     certificates need a name of several labels, see {@link OddCertificate#isPossibleFor}
     */
    public static ClientPki create(String host) {
        return new ClientPki(host.toLowerCase(Locale.ROOT), Instant.now());
    }

    /** The name that the certificates are for. */
    public String host() {
        return host;
    }

    /** The root that the client has to trust. */
    public X509Certificate root() {
        return root.certificate();
    }

    /** The root as a PEM file has it. */
    public String rootPem() {
        return CertificatePem.of(root());
    }

    /**
     * What a server with this certificate presents; the same at each call.
     *
     * @throws IllegalArgumentException if there is no such certificate for the host
     */
    public ServerCredentials credentials(OddCertificate odd) {
        if (!odd.isPossibleFor(host)) {
            throw new IllegalArgumentException("Expected a host name for which a certificate can be wrong in this way: "
                    + odd.sentence() + "; got " + host);
        }
        return made.computeIfAbsent(odd, this::make);
    }

    private ServerCredentials make(OddCertificate odd) {
        CertificateOrder good = server(odd);
        return switch (odd) {
            case GOOD, NO_COMMON_NAME -> issued(good);
            case GOOD_RSA -> issued(good.rsa(RSA_BITS));
            case SELF_SIGNED -> IssuedCertificate.selfSigned(good).credentials();
            case UNKNOWN_ROOT ->
                IssuedCertificate.root(authority("unknown root")).issue(good).credentials();
            case FORGED_SIGNATURE ->
                new IssuedCertificate(
                                IssuedCertificate.root(authority("forger")).key(), root(), List.of())
                        .issue(good)
                        .credentials();
            case OTHER_NAME -> issued(good.subject("CN=" + OTHER_HOST).names(dns(OTHER_HOST)));
            case EXPIRED -> issued(good.valid(now.minus(LIFETIME), now.minus(DAY)));
            case NOT_YET_VALID -> issued(good.valid(now.plus(DAY), now.plus(LIFETIME)));
            case COMMON_NAME_ONLY -> issued(good.subject("CN=" + host).withoutNames());
            case IP_IN_SAN_ONLY -> issued(good.names(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
            case WILDCARD_ONE_LABEL_TOO_FEW -> issued(good.names(dns("*." + parent(parent(host)))));
            case PARTIAL_WILDCARD -> issued(good.names(dns(host.charAt(0) + "*." + parent(host))));
            case REGISTRY_WILDCARD -> issued(good.names(dns("*." + host.substring(host.lastIndexOf('.') + 1))));
            case WHOLE_LABEL_WILDCARD -> issued(good.names(dns("*." + parent(host))));
            case UPPER_CASE -> issued(good.names(dns(host.toUpperCase(Locale.ROOT))));
            case TRAILING_DOT -> issued(good.names(dns(host + ".")));
            case INTERMEDIATE ->
                root.issue(authority("intermediate")).issue(good).credentials();
            case INTERMEDIATE_MISSING ->
                root.issue(authority("intermediate")).issue(good).alone().credentials();
            case INTERMEDIATE_NOT_A_CA ->
                root.issue(authority("intermediate").notAuthority()).issue(good).credentials();
            case CLIENT_AUTH_ONLY -> issued(good.purpose(KeyPurposeId.id_kp_clientAuth));
            case NO_DIGITAL_SIGNATURE -> issued(good.usage(KeyUsage.keyAgreement));
            case RSA_1024 -> issued(good.rsa(SHORT_RSA_BITS));
            case SHA1_SIGNATURE -> issued(good.signedWith("SHA1withECDSA"));
            case MD5_SIGNATURE ->
                root.issue(authority("intermediate with RSA").rsa(RSA_BITS))
                        .issue(good.signedWith("MD5withRSA"))
                        .credentials();
            case NAME_CONSTRAINTS_VIOLATED ->
                root.issue(authority("intermediate for " + OTHER_DOMAIN).permitting(OTHER_DOMAIN))
                        .issue(good)
                        .credentials();
            case CRITICAL_UNKNOWN_EXTENSION -> issued(good.with(UNKNOWN_OID, true, DER_NULL));
            case CHAIN_OF_20 -> chainOf(LONG_CHAIN, good);
            case HUGE_CHAIN -> huge(good);
            case REVOKED_STAPLED -> revoked(root.issue(good));
        };
    }

    private ServerCredentials issued(CertificateOrder order) {
        return root.issue(order).credentials();
    }

    /**
     * The common name counts for nothing (RFC 9525 section 2), but there are clients that refuse a certificate without
     * one. Where the names are what is odd, it must not make up for them: then it is not a host name.
     */
    private String subject(OddCertificate odd) {
        boolean named = !odd.isOfNames() && host.length() <= MAX_COMMON_NAME;
        String commonName = "CN=" + (named ? host : "not a host name") + ",";
        return (odd == OddCertificate.NO_COMMON_NAME ? "" : commonName) + "O=STARTTLS conformance,OU=" + odd;
    }

    private CertificateOrder server(OddCertificate odd) {
        GeneralName name = ServerIdentity.isAddress(host) ? new GeneralName(GeneralName.iPAddress, host) : dns(host);
        return CertificateOrder.server(subject(odd), now.minus(DAY), now.plus(LIFETIME))
                .names(name);
    }

    private CertificateOrder authority(String name) {
        // Valid for longer than all it issues, so that only those are expired or not valid yet.
        return CertificateOrder.authority(
                "CN=STARTTLS conformance " + name,
                now.minus(LIFETIME.multipliedBy(2)),
                now.plus(LIFETIME.multipliedBy(2)));
    }

    private static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static String parent(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    private ServerCredentials chainOf(int length, CertificateOrder leaf) {
        IssuedCertificate issuer = root;
        for (int i = 1; i < length; i++) {
            issuer = issuer.issue(authority("intermediate " + i));
        }
        return issuer.issue(leaf).credentials();
    }

    /** The chain is right, and followed by certificates that do not belong to it. */
    private ServerCredentials huge(CertificateOrder leaf) {
        ServerCredentials right = issued(leaf);
        String digits = "0482" + String.format(Locale.ROOT, "%04x", HUGE_CERTIFICATE - 1024);
        OctetString padding = OctetString.hex(digits).and(OctetString.zeros(HUGE_CERTIFICATE - 1024));
        X509Certificate large = IssuedCertificate.selfSigned(authority("large").with(UNKNOWN_OID, false, padding))
                .certificate();
        List<X509Certificate> chain = new ArrayList<>(right.chain());
        chain.addAll(Collections.nCopies(HUGE_CERTIFICATES, large));
        chain.add(large);
        return new ServerCredentials(right.key(), chain);
    }

    /** With a response of the root itself (RFC 6960 section 4.2.2.2). */
    private ServerCredentials revoked(IssuedCertificate leaf) {
        try {
            DigestCalculator digest =
                    new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1);
            CertificateID id = new CertificateID(
                    digest,
                    new JcaX509CertificateHolder(root()),
                    leaf.certificate().getSerialNumber());
            BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(
                    SubjectPublicKeyInfo.getInstance(root().getPublicKey().getEncoded()), digest));
            builder.addResponse(
                    id,
                    new RevokedStatus(Date.from(now.minus(Duration.ofHours(2))), CRLReason.keyCompromise),
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(DAY)));
            byte[] response = new OCSPRespBuilder()
                    .build(
                            OCSPRespBuilder.SUCCESSFUL,
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(root.key()),
                                    null,
                                    Date.from(now.minus(Duration.ofHours(1)))))
                    .getEncoded();
            ServerCredentials good = leaf.credentials();
            return new ServerCredentials(good.key(), good.chain(), Optional.of(OctetString.of(response)));
        } catch (GeneralSecurityException | OCSPException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("no OCSP response could be made on this Java runtime", e);
        }
    }
}
