package dev.starttls.core.tls;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.List;
import java.util.Set;

/**
 * Forbids signatures with MD5 and SHA-1, even for a client of TLS 1.2 that supports nothing better (RFC 9155 section 4). The
 * rules of the Java runtime apply as well.
 */
final class SignatureRules implements AlgorithmConstraints {

    static final SignatureRules RULES = new SignatureRules();

    private static final List<String> WEAK = List.of("MD5with", "SHA1with", "SHA-1with");

    private SignatureRules() {}

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
        return !primitives.contains(CryptoPrimitive.SIGNATURE) || !weak(algorithm);
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        return true;
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
        return permits(primitives, algorithm, parameters);
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
