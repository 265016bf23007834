package dev.starttls.core.keys;

import java.security.Key;
import java.util.Optional;

/** The types of keys with which TLS 1.2 and 1.3 sign. */
enum KeyType {
    RSA("SHA256withRSA"),
    RSASSA_PSS("RSASSA-PSS"),
    EC("SHA256withECDSA"),
    EDDSA("EdDSA");

    /** An algorithm of {@link java.security.Signature} for any key of the type. */
    final String signature;

    KeyType(String signature) {
        this.signature = signature;
    }

    static Optional<KeyType> of(Key key) {
        return named(key.getAlgorithm());
    }

    /** The type of keys whose algorithm has this name. */
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
