package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.OctetString;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Suites of TLS 1.2 with AES-GCM, and the pseudorandom function on their digest (RFC 5246 section 5). The client's role
 * has only those with ECDHE; the server's role has DHE too, for primes that are too short.
 */
public enum Tls12Suite {
    ECDSA_128(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, Digest.SHA_256, 16),
    ECDSA_256(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, Digest.SHA_384, 32),
    RSA_128(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, Digest.SHA_256, 16),
    RSA_256(CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, Digest.SHA_384, 32),
    DHE_RSA_128(CipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, Digest.SHA_256, 16),
    DHE_RSA_256(CipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, Digest.SHA_384, 32);

    private static final int MASTER_SECRET = 48;
    private static final int VERIFY_DATA = 12;

    private final CipherSuite suite;
    private final Digest digest;
    private final int keyLength;

    Tls12Suite(CipherSuite suite, Digest digest, int keyLength) {
        this.suite = suite;
        this.digest = digest;
        this.keyLength = keyLength;
    }

    /** The suite with this number. */
    public static Optional<Tls12Suite> of(int code) {
        return Arrays.stream(values()).filter(one -> one.suite.code() == code).findFirst();
    }

    /** The suite with this number, if the suite's own client offers it. */
    static Optional<Tls12Suite> offered(int code) {
        return of(code).filter(Tls12Suite::isElliptic);
    }

    /** The suites that the suite's own client offers. */
    static List<CipherSuite> all() {
        return Arrays.stream(values())
                .filter(Tls12Suite::isElliptic)
                .map(Tls12Suite::suite)
                .toList();
    }

    /** Whether the key exchange is ECDHE. */
    public boolean isElliptic() {
        return suite.name().contains("_ECDHE_");
    }

    /** Whether the server signs with an RSA key. */
    public boolean isRsa() {
        return suite.name().contains("_RSA_");
    }

    /** The registered suite. */
    public CipherSuite suite() {
        return suite;
    }

    int keyLength() {
        return keyLength;
    }

    /** The digest of octets. */
    public OctetString hash(OctetString message) {
        return digest.hash(message);
    }

    /** The master secret (RFC 5246 section 8.1, RFC 7627 section 4), by its label and seed. */
    public OctetString masterSecret(OctetString premaster, String label, OctetString seed) {
        return expand(premaster, label, seed, MASTER_SECRET);
    }

    /** The verify_data of a Finished (RFC 5246 section 7.4.9). */
    public OctetString verifyData(OctetString master, String label, OctetString messages) {
        return expand(master, label, hash(messages), VERIFY_DATA);
    }

    /** The pseudorandom function: this number of octets. */
    OctetString expand(OctetString secret, String label, OctetString seed, int length) {
        OctetString all = OctetString.ascii(label).and(seed);
        OctetString a = all;
        OctetString out = OctetString.NONE;
        while (out.length() < length) {
            a = digest.hmac(secret, a);
            out = out.and(digest.hmac(secret, a.and(all)));
        }
        return out.first(length);
    }
}
