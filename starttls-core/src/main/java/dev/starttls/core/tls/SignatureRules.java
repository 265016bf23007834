package dev.starttls.core.tls;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Locale;
import java.util.Set;

/**
 * Nothing is signed with MD5 or SHA-1, not even for a client of TLS 1.2 that knows nothing better (RFC 9155 section 4).
 * The runtime's own rules come on top.
 */
final class SignatureRules implements AlgorithmConstraints {

    static final SignatureRules RULES = new SignatureRules();

    private SignatureRules() {}

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
        String name = algorithm.toUpperCase(Locale.ROOT).replace("-", "");
        return !primitives.contains(CryptoPrimitive.SIGNATURE)
                || !(name.startsWith("MD5WITH") || name.startsWith("SHA1WITH"));
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        return true;
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
        return permits(primitives, algorithm, parameters);
    }
}
