package dev.starttls.conformance.tls.wire;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;

/**
 * A public key of one group (RFC 8446 section 4.2.8). It is a valid one, because servers check that the point is on the
 * curve.
 *
 * @param group the number of the group
 * @param exchange the encoded public key
 */
public record KeyShare(int group, OctetString exchange) {

    private static final int X25519_LENGTH = 32;
    private static final int P256_COORDINATE = 32;
    private static final int UNCOMPRESSED = 4;

    /**
     * A key share of a new key pair.
     *
     * @throws IllegalArgumentException if the group is not x25519 or secp256r1
     */
    public static KeyShare fresh(NamedGroup group) {
        try {
            return switch (group) {
                case X25519 -> x25519(keys("XDH", NamedParameterSpec.X25519));
                case SECP256R1 -> secp256r1(keys("EC", new ECGenParameterSpec("secp256r1")));
                default -> throw new IllegalArgumentException("expected x25519 or secp256r1, got " + group.label());
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no keys of " + group.label(), e);
        }
    }

    private static PublicKey keys(String algorithm, java.security.spec.AlgorithmParameterSpec group)
            throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(group);
        KeyPair pair = generator.generateKeyPair();
        return pair.getPublic();
    }

    /** The key share of an x25519 key: its coordinate, least significant octet first (RFC 7748 section 5). */
    public static KeyShare x25519(PublicKey key) {
        byte[] big = fixed(((XECPublicKey) key).getU(), X25519_LENGTH);
        byte[] little = new byte[big.length];
        for (int i = 0; i < big.length; i++) {
            little[i] = big[big.length - 1 - i];
        }
        return new KeyShare(NamedGroup.X25519.code(), OctetString.of(little));
    }

    /** The key share of a secp256r1 key: the uncompressed point (RFC 8446 section 4.2.8.2). */
    public static KeyShare secp256r1(PublicKey key) {
        ECPublicKey point = (ECPublicKey) key;
        OctetString exchange = new OctetWriter()
                .u8(UNCOMPRESSED)
                .put(OctetString.of(fixed(point.getW().getAffineX(), P256_COORDINATE)))
                .put(OctetString.of(fixed(point.getW().getAffineY(), P256_COORDINATE)))
                .octets();
        return new KeyShare(NamedGroup.SECP256R1.code(), exchange);
    }

    private static byte[] fixed(BigInteger number, int length) {
        byte[] shortest = number.toByteArray();
        byte[] fixed = new byte[length];
        int significant = Math.min(shortest.length, length);
        System.arraycopy(shortest, shortest.length - significant, fixed, length - significant, significant);
        return fixed;
    }
}
