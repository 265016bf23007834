package dev.starttls.core.tls;

import dev.starttls.core.tls.ChannelBinding.Available;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Optional;

/**
 * The channel binding tls-server-end-point (RFC 5929 section 4): the hash of a certificate, by the function of its signature.
 *
 * <p>An {@code UpgradeConnection} asks for the certificate of its session; this is for an application that has another way to it.
 *
 * <pre>{@code
 * ChannelBinding binding = ServerEndPoint.of(engine.getSession().getPeerCertificates()[0]);
 * }</pre>
 */
public final class ServerEndPoint {

    private static final String SHA_224 = "SHA-224";
    private static final String SHA_256 = "SHA-256";
    private static final String SHA_384 = "SHA-384";
    private static final String SHA_512 = "SHA-512";

    /** RFC 8017 appendix A.2.3: its function is among its parameters. */
    private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";

    /**
     * The function for each algorithm of a signature; SHA-256 for those with MD5 and SHA-1. By object identifiers: the names that
     * providers give to algorithms differ, and some are unknown to Java 17.
     */
    private static final Map<String, String> HASHES = Map.ofEntries(
            // RFC 8017 appendix A.2.4: RSA.
            Map.entry("1.2.840.113549.1.1.4", SHA_256),
            Map.entry("1.2.840.113549.1.1.5", SHA_256),
            Map.entry("1.3.14.3.2.29", SHA_256),
            Map.entry("1.2.840.113549.1.1.11", SHA_256),
            Map.entry("1.2.840.113549.1.1.12", SHA_384),
            Map.entry("1.2.840.113549.1.1.13", SHA_512),
            Map.entry("1.2.840.113549.1.1.14", SHA_224),
            Map.entry("1.2.840.113549.1.1.15", "SHA-512/224"),
            Map.entry("1.2.840.113549.1.1.16", "SHA-512/256"),
            Map.entry("2.16.840.1.101.3.4.3.13", "SHA3-224"),
            Map.entry("2.16.840.1.101.3.4.3.14", "SHA3-256"),
            Map.entry("2.16.840.1.101.3.4.3.15", "SHA3-384"),
            Map.entry("2.16.840.1.101.3.4.3.16", "SHA3-512"),
            // RFC 5758 section 3: DSA and ECDSA.
            Map.entry("1.2.840.10040.4.3", SHA_256),
            Map.entry("2.16.840.1.101.3.4.3.1", SHA_224),
            Map.entry("2.16.840.1.101.3.4.3.2", SHA_256),
            Map.entry("2.16.840.1.101.3.4.3.3", SHA_384),
            Map.entry("2.16.840.1.101.3.4.3.4", SHA_512),
            Map.entry("1.2.840.10045.4.1", SHA_256),
            Map.entry("1.2.840.10045.4.3.1", SHA_224),
            Map.entry("1.2.840.10045.4.3.2", SHA_256),
            Map.entry("1.2.840.10045.4.3.3", SHA_384),
            Map.entry("1.2.840.10045.4.3.4", SHA_512),
            Map.entry("2.16.840.1.101.3.4.3.9", "SHA3-224"),
            Map.entry("2.16.840.1.101.3.4.3.10", "SHA3-256"),
            Map.entry("2.16.840.1.101.3.4.3.11", "SHA3-384"),
            Map.entry("2.16.840.1.101.3.4.3.12", "SHA3-512"));

    private ServerEndPoint() {}

    /**
     * The binding to a server with this certificate.
     *
     * @param server the server's own certificate, as it is used in the session
     * @return its hash; {@link Unavailable} if none is defined for it, or if it is not of X.509
     */
    public static ChannelBinding of(Certificate server) {
        return server instanceof X509Certificate certificate
                ? of(certificate)
                : new Unavailable(
                        ChannelBinding.Type.TLS_SERVER_END_POINT,
                        Reason.UNDEFINED_HASH,
                        "Expected a certificate of X.509, got one of type " + server.getType());
    }

    private static ChannelBinding of(X509Certificate certificate) {
        try {
            Optional<String> hash = hash(certificate);
            return hash.isPresent()
                    ? new Available(
                            ChannelBinding.Type.TLS_SERVER_END_POINT,
                            MessageDigest.getInstance(hash.get()).digest(certificate.getEncoded()))
                    : new Unavailable(
                            ChannelBinding.Type.TLS_SERVER_END_POINT,
                            Reason.UNDEFINED_HASH,
                            "Expected a certificate whose signature has one hash function (RFC 5929 section 4.1), got "
                                    + certificate.getSigAlgName() + " (" + certificate.getSigAlgOID()
                                    + "); try tls-exporter, or a server certificate signed with RSA or ECDSA");
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            return new Unavailable(
                    ChannelBinding.Type.TLS_SERVER_END_POINT,
                    Reason.FAILED,
                    "Expected the hash of the server's certificate, got " + e);
        }
    }

    private static Optional<String> hash(X509Certificate certificate) throws GeneralSecurityException, IOException {
        return certificate.getSigAlgOID().equals(RSASSA_PSS)
                ? ofPss(certificate.getSigAlgParams())
                : Optional.ofNullable(HASHES.get(certificate.getSigAlgOID()));
    }

    /** RSASSA-PSS has two functions, which hardly ever differ; where they do, the binding is not defined. */
    private static Optional<String> ofPss(byte[] encoded) throws GeneralSecurityException, IOException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
        parameters.init(encoded);
        PSSParameterSpec pss = parameters.getParameterSpec(PSSParameterSpec.class);
        String hash = pss.getDigestAlgorithm();
        if (!(pss.getMGFParameters() instanceof MGF1ParameterSpec mask)
                || !mask.getDigestAlgorithm().equals(hash)) {
            return Optional.empty();
        }
        return Optional.of(hash.equals("SHA-1") || hash.equals("MD5") ? SHA_256 : hash);
    }
}
