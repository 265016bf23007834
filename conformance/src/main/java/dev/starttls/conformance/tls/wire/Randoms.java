package dev.starttls.conformance.tls.wire;

import java.security.SecureRandom;

/** Cryptographically random octets. */
final class Randoms {

    private static final SecureRandom SOURCE = new SecureRandom();

    private Randoms() {}

    static OctetString octets(int length) {
        byte[] octets = new byte[length];
        SOURCE.nextBytes(octets);
        return OctetString.of(octets);
    }
}
