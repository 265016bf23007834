package dev.starttls.core.tls;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.List;
import java.util.Set;

/**
 * Nothing is signed with MD5 or SHA-1, not even for a client of TLS 1.2 that knows nothing better (RFC 9155 section 4).
 * The runtime's own rules come on top.
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
