package dev.starttls.core.keys;

import java.security.Key;
import java.util.Optional;

/** The kinds of keys that TLS 1.2 and 1.3 sign with. */
enum KeyType {
    RSA("SHA256withRSA"),
    RSASSA_PSS("RSASSA-PSS"),
    EC("SHA256withECDSA"),
    EDDSA("EdDSA");

    /** An algorithm of {@link java.security.Signature} that every key of the kind can be used with. */
    final String signature;

    KeyType(String signature) {
        this.signature = signature;
    }

    static Optional<KeyType> of(Key key) {
        return named(key.getAlgorithm());
    }

    /** By the name of a key's algorithm. */
    static Optional<KeyType> named(String algorithm) {
        return switch (algorithm) {
            case "RSA" -> Optional.of(RSA);
            case "RSASSA-PSS" -> Optional.of(RSASSA_PSS);
            case "EC", "ECDSA" -> Optional.of(EC);
            case "EdDSA", "Ed25519", "Ed448" -> Optional.of(EDDSA);
            default -> Optional.empty();
        };
    }
}
