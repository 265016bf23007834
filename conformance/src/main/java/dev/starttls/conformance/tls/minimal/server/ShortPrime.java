package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import java.math.BigInteger;
import java.security.SecureRandom;

/** A finite field that is too small for a key exchange (RFC 9325 section 4.5), and the server's key in it. */
final class ShortPrime {

    /** A safe prime of 512 bits. */
    static final BigInteger BITS_512 = new BigInteger(
            "938744083626876d6fd762f09112abcc3f347dcca1236ccd78d786bda2bc52e4"
                    + "3b71abad09cf3e99e3611d8fe40ea2416cf844a58703f074419ae53c7aa3ce1f",
            16);

    /** The second Oakley group (RFC 2409 section 6.2). */
    static final BigInteger BITS_1024 = new BigInteger(
            "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
                    + "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
                    + "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
                    + "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
            16);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final BigInteger GENERATOR = BigInteger.TWO;

    private final BigInteger prime;
    private final BigInteger secret;

    ShortPrime(BigInteger prime) {
        this.prime = prime;
        this.secret = new BigInteger(prime.bitLength() - 2, RANDOM).setBit(prime.bitLength() - 2);
    }

    OctetString prime() {
        return ServerBodies.unsigned(prime);
    }

    OctetString generator() {
        return ServerBodies.unsigned(GENERATOR);
    }

    OctetString publicKey() {
        return ServerBodies.unsigned(GENERATOR.modPow(secret, prime));
    }

    /** The premaster secret: without zeros at its head (RFC 5246 section 8.1.2). */
    OctetString agree(OctetString client) throws MalformedException {
        BigInteger theirs = new BigInteger(1, client.array());
        if (theirs.compareTo(BigInteger.ONE) <= 0 || theirs.compareTo(prime.subtract(BigInteger.ONE)) >= 0) {
            throw new MalformedException("the client's public key of Diffie-Hellman is not between 1 and the prime");
        }
        return ServerBodies.unsigned(theirs.modPow(secret, prime));
    }
}
