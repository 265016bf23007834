package dev.starttls.conformance.tls.wire;

import java.security.SecureRandom;

/** Cryptographically random octets. */
final class Randoms {

    private static final SecureRandom SOURCE = new SecureRandom();

    private Randoms() {}

    static Octets octets(int length) {
        byte[] octets = new byte[length];
        SOURCE.nextBytes(octets);
        return Octets.of(octets);
    }
}
