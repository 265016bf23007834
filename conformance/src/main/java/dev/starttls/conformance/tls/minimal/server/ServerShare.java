package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.minimal.EphemeralKeys;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import java.util.List;

/**
 * The server's public key of an elliptic curve, right or wrong, and the secret that a client gets from it. For the wrong
 * ones the secret is what a client gets that does not check, so that its Finished can be verified all the same.
 *
 * @param share the server's key share
 * @param agreement the secret for the client's public key
 */
record ServerShare(KeyShare share, Agreement agreement) {

    private static final int COORDINATE = 32;
    private static final OctetString UNCOMPRESSED = OctetString.hex("04");

    /** SEC 2 (Certicom), version 2, 2.4.1. */
    private static final OctetString GENERATOR_OF_SECP256K1 =
            OctetString.hex("04 79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                    + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");

    /** RFC 5639 section 3.4. */
    private static final OctetString GENERATOR_OF_BRAINPOOLP256R1 =
            OctetString.hex("04 8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262"
                    + "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997");

    /** Gives the secret for the client's public key. */
    interface Agreement {
        OctetString secret(OctetString client) throws MalformedException;
    }

    /** The secret shared with the client that sent this public key of the same group. */
    OctetString agree(OctetString client) throws MalformedException {
        return agreement.secret(client);
    }

    /** A fresh key of a group that this TLS has. */
    static ServerShare of(int group) {
        EphemeralKeys keys = new EphemeralKeys();
        return new ServerShare(keys.share(group), client -> keys.agree(new KeyShare(group, client)));
    }

    /** A public key of zero, with which every x25519 secret is zero (RFC 7748 section 6.1). */
    static ServerShare allZero() {
        OctetString zeros = OctetString.zeros(COORDINATE);
        return new ServerShare(new KeyShare(NamedGroup.X25519.code(), zeros), client -> zeros);
    }

    /**
     * The pair (1, 0), which is not on secp256r1. On the curve that it is on it has order 2, so that for half of the
     * clients that do not check it the secret is its first coordinate.
     */
    static ServerShare notOnCurve() {
        OctetString one = OctetString.zeros(COORDINATE).flipped(COORDINATE - 1, 1);
        OctetString pair = UNCOMPRESSED.and(one).and(OctetString.zeros(COORDINATE));
        return new ServerShare(new KeyShare(NamedGroup.SECP256R1.code(), pair), client -> one);
    }

    /**
     * The generator of a curve that the client did not offer: the public key of the private key 1, so that the secret is
     * the client's own first coordinate.
     */
    static ServerShare notOffered(List<Integer> offered) {
        boolean isFirst = !offered.contains(NamedGroup.SECP256K1.code());
        KeyShare generator = isFirst
                ? new KeyShare(NamedGroup.SECP256K1.code(), GENERATOR_OF_SECP256K1)
                : new KeyShare(NamedGroup.BRAINPOOLP256R1.code(), GENERATOR_OF_BRAINPOOLP256R1);
        return new ServerShare(generator, client -> {
            if (client.length() != 1 + 2 * COORDINATE) {
                throw new MalformedException(
                        "expected a point of " + (1 + 2 * COORDINATE) + " octets, got " + client.length());
            }
            return client.slice(1, 1 + COORDINATE);
        });
    }
}
