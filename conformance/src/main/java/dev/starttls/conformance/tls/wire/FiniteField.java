package dev.starttls.conformance.tls.wire;

import java.math.BigInteger;

/**
 * The parameters of an ephemeral Diffie-Hellman key exchange over a finite field (RFC 5246 section 7.4.3).
 *
 * @param prime the modulus
 * @param publicKey the server's public key
 */
public record FiniteField(BigInteger prime, BigInteger publicKey) {

    /** Composite numbers pass with a probability of at most 2 to the minus 40. */
    private static final int CERTAINTY = 40;

    private static final int NAMED_HEAD = 128;
    private static final BigInteger OF_IKE = new BigInteger("FFFFFFFFFFFFFFFFC90FDAA22168C234", 16);
    private static final BigInteger OF_TLS = new BigInteger("FFFFFFFFFFFFFFFFADF85458A2BB4A9A", 16);

    /** The length of the modulus, on which the strength of the exchange depends. */
    public int bits() {
        return prime.bitLength();
    }

    /** Whether the modulus is a prime at all. */
    public boolean isPrime() {
        return prime.isProbablePrime(CERTAINTY);
    }

    /** Whether half of the modulus is a prime too, so that there are no small subgroups (RFC 7919 section 1). */
    public boolean isSafePrime() {
        return prime.shiftRight(1).isProbablePrime(CERTAINTY);
    }

    /** Whether the public key is one that hides a secret: more than 1, and less than the prime minus 1. */
    public boolean hasSoundPublicKey() {
        return publicKey.compareTo(BigInteger.ONE) > 0 && publicKey.compareTo(prime.subtract(BigInteger.ONE)) < 0;
    }

    /** Where the modulus comes from, by its first octets. */
    public String origin() {
        BigInteger head = prime.shiftRight(Math.max(0, bits() - NAMED_HEAD));
        if (head.equals(OF_TLS)) {
            return "a group of RFC 7919";
        }
        return head.equals(OF_IKE) ? "a group of RFC 2409 or RFC 3526, which many servers share" : "a group of its own";
    }
}
