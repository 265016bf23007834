package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.core.tls.GroupNames;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.List;
import javax.crypto.KeyAgreement;

/**
 * Ephemeral keys for one handshake, of the two groups that nearly every server supports: x25519 (RFC 7748) and
 * secp256r1.
 */
public final class EphemeralKeys {

    /** The groups, the preferred one first. */
    public static final List<Integer> GROUPS = List.of(NamedGroup.X25519.code(), NamedGroup.SECP256R1.code());

    private static final int X25519_LENGTH = 32;
    private static final int P256_LENGTH = 65;
    private static final int UNCOMPRESSED = 4;

    private final KeyPair x25519 = keys("XDH", NamedParameterSpec.X25519);
    private final KeyPair secp256r1 = keys("EC", new ECGenParameterSpec("secp256r1"));

    private static KeyPair keys(String algorithm, AlgorithmParameterSpec group) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(group);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no keys of " + algorithm, e);
        }
    }

    /** The public keys of all groups. */
    List<KeyShare> shares() {
        return List.of(KeyShare.x25519(x25519.getPublic()), KeyShare.secp256r1(secp256r1.getPublic()));
    }

    /** The public key of one of the groups. */
    public KeyShare share(int group) {
        return shares().get(GROUPS.indexOf(group));
    }

    /**
     * The secret shared with the peer that sent this key share.
     *
     * @throws MalformedException if the share is of another group, or not a public key
     */
    public OctetString agree(KeyShare theirs) throws MalformedException {
        OctetString exchange = theirs.exchange();
        try {
            if (theirs.group() == NamedGroup.X25519.code() && exchange.length() == X25519_LENGTH) {
                return agreed("XDH", x25519, montgomery(exchange));
            }
            if (theirs.group() == NamedGroup.SECP256R1.code()
                    && exchange.length() == P256_LENGTH
                    && exchange.at(0) == UNCOMPRESSED) {
                return agreed("ECDH", secp256r1, point(exchange));
            }
        } catch (GeneralSecurityException e) {
            throw new MalformedException("the peer's key share is not valid: " + e.getMessage());
        }
        throw new MalformedException("expected a key share of x25519 or secp256r1, got " + GroupNames.of(theirs.group())
                + " in " + exchange.length() + " octets");
    }

    private static OctetString agreed(String algorithm, KeyPair ours, PublicKey theirs)
            throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance(algorithm);
        agreement.init(ours.getPrivate());
        agreement.doPhase(theirs, true);
        return OctetString.of(agreement.generateSecret());
    }

    /** Least significant octet first (RFC 7748 section 5). */
    private static PublicKey montgomery(OctetString exchange) throws GeneralSecurityException {
        byte[] big = new byte[X25519_LENGTH];
        for (int i = 0; i < big.length; i++) {
            big[i] = (byte) exchange.at(big.length - 1 - i);
        }
        return KeyFactory.getInstance("XDH")
                .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, big)));
    }

    private PublicKey point(OctetString exchange) throws GeneralSecurityException {
        int middle = 1 + P256_LENGTH / 2;
        ECPoint point = new ECPoint(
                new BigInteger(1, exchange.slice(1, middle).array()),
                new BigInteger(1, exchange.slice(middle, P256_LENGTH).array()));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, ((ECPublicKey) secp256r1.getPublic()).getParams()));
    }
}
