package dev.starttls.conformance.tls.hand;

import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** An x25519 key for one handshake (RFC 7748). */
final class Ephemeral {

    private static final String ALGORITHM = "XDH";

    private final KeyPair keys;

    Ephemeral() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.X25519);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no x25519", e);
        }
    }

    KeyShare share() {
        return KeyShare.x25519(keys.getPublic());
    }

    /** The secret shared with whoever has the private key of a server's key_share extension. */
    Octets agree(Octets extension) throws MalformedException {
        int group = extension.length() < 4 ? 0 : extension.at(0) << 8 | extension.at(1);
        if (group != NamedGroup.X25519.code() || extension.length() != 4 + 32) {
            throw new MalformedException("a key share of x25519 expected, got " + NamedGroup.label(group) + " in "
                    + extension.length() + " octets");
        }
        byte[] big = new byte[32];
        for (int i = 0; i < big.length; i++) {
            big[i] = (byte) extension.at(extension.length() - 1 - i);
        }
        try {
            PublicKey theirs = KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, big)));
            KeyAgreement agreement = KeyAgreement.getInstance(ALGORITHM);
            agreement.init(keys.getPrivate());
            agreement.doPhase(theirs, true);
            return Octets.of(agreement.generateSecret());
        } catch (GeneralSecurityException e) {
            throw new MalformedException("the server's key share is no good: " + e.getMessage());
        }
    }
}
