package dev.starttls.conformance.tls.certificate;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Judges a stapled OCSP response (RFC 6960, RFC 6066 section 8), and whether a certificate demands one (RFC 7633). */
public final class StaplingRules {

    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
    private static final byte[] STATUS_REQUEST = {0x02, 0x01, 0x05};

    private StaplingRules() {}

    /** Whether the certificate has the TLS feature status_request, so that a client demands a response. */
    public static boolean mustStaple(X509Certificate leaf) {
        byte[] extension = leaf.getExtensionValue(TLS_FEATURE);
        if (extension == null) {
            return false;
        }
        // OCTET STRING { SEQUENCE OF INTEGER }; a feature above 127 has a longer INTEGER, which is passed over.
        for (int i = 4; i + STATUS_REQUEST.length <= extension.length; i += 2 + extension[i + 1]) {
            if (Arrays.equals(Arrays.copyOfRange(extension, i, i + STATUS_REQUEST.length), STATUS_REQUEST)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Judges a response; nothing is fetched from the network.
     *
     * @param chain the chain that the server sent
     * @param roots certificates among which the issuer may be
     * @param response in DER
     */
    public static StapledResponse judge(
            List<X509Certificate> chain, List<X509Certificate> roots, byte[] response, Instant now) {
        X509Certificate leaf = chain.get(0);
        Optional<X509Certificate> issuer = Stream.concat(chain.stream().skip(1), roots.stream())
                .filter(candidate -> ChainRules.issued(candidate, leaf))
                .findFirst();
        if (issuer.isEmpty()) {
            return new StapledResponse.IssuerMissing();
        }
        try {
            CertPathValidator validator = CertPathValidator.getInstance("PKIX");
            PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOcspResponses(Map.of(leaf, response));
            checker.setOptions(EnumSet.of(Option.ONLY_END_ENTITY, Option.NO_FALLBACK));
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer.get(), null)));
            // Whether the certificate itself is valid now is judged elsewhere.
            parameters.setDate(Date.from(within(leaf, now)));
            parameters.setRevocationEnabled(false);
            checker.init(false);
            parameters.addCertPathChecker(checker);
            validator.validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
            return new StapledResponse.Good();
        } catch (CertPathValidatorException e) {
            return e.getCause() instanceof CertificateRevokedException revoked
                    ? new StapledResponse.Revoked(revoked.getMessage())
                    : new StapledResponse.Useless(e.getMessage());
        } catch (GeneralSecurityException | RuntimeException e) {
            return new StapledResponse.Useless(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static Instant within(X509Certificate leaf, Instant now) {
        Instant end = leaf.getNotAfter().toInstant();
        return now.isAfter(end) ? end : now;
    }
}
