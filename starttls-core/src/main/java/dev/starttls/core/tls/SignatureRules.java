package dev.starttls.core.tls;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import java.util.Set;
import javax.crypto.interfaces.DHKey;

/**
 * Forbids signatures with MD5 and SHA-1, even with a peer of TLS 1.2 that supports nothing better (RFC 9155 section 4), and
 * for a client that verifies its server, short keys too (RFC 9325 section 4.5). The rules of the Java runtime apply as well;
 * those do not hold for the certificates of a private root.
 */
final class SignatureRules implements AlgorithmConstraints {

    /** For a server: what clients sign with is theirs to say, and what it signs with itself is chosen by these. */
    static final SignatureRules RULES = new SignatureRules(0, 0);

    /** For a client that verifies its server. */
    static final SignatureRules WITH_KEYS = new SignatureRules(2048, 224);

    private static final List<String> WEAK = List.of("MD5with", "SHA1with", "SHA-1with");

    /** The least length of a key of RSA or finite-field Diffie-Hellman, in bits. */
    private final int integer;
    /** The least length of a key of an elliptic curve, in bits. */
    private final int curve;

    private SignatureRules(int integer, int curve) {
        this.integer = integer;
        this.curve = curve;
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
        return !primitives.contains(CryptoPrimitive.SIGNATURE) || !weak(algorithm);
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength() >= integer;
        }
        if (key instanceof DHKey dh) {
            return dh.getParams().getP().bitLength() >= integer;
        }
        if (key instanceof ECKey ec) {
            return ec.getParams().getCurve().getField().getFieldSize() >= curve;
        }
        return true;
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
        return permits(primitives, algorithm, parameters) && permits(primitives, key);
    }

    private static boolean weak(String algorithm) {
        for (String hash : WEAK) {
            if (algorithm.regionMatches(true, 0, hash, 0, hash.length())) {
                return true;
            }
        }
        return false;
    }
}
