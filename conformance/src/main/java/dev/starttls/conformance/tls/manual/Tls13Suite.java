package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two AES-GCM suites of TLS 1.3, and the key derivation on their digest (RFC 8446 section 7.1, RFC 5869). */
enum Tls13Suite {
    AES_128(CipherSuite.TLS_AES_128_GCM_SHA256, "SHA-256", 32, 16),
    AES_256(CipherSuite.TLS_AES_256_GCM_SHA384, "SHA-384", 48, 32);

    private static final String PREFIX = "tls13 ";

    private final CipherSuite suite;
    private final String digest;
    private final int digestLength;
    private final int keyLength;

    Tls13Suite(CipherSuite suite, String digest, int digestLength, int keyLength) {
        this.suite = suite;
        this.digest = digest;
        this.digestLength = digestLength;
        this.keyLength = keyLength;
    }

    static Optional<Tls13Suite> of(int code) {
        return Arrays.stream(values()).filter(one -> one.suite.code() == code).findFirst();
    }

    CipherSuite suite() {
        return suite;
    }

    int keyLength() {
        return keyLength;
    }

    Octets noSecret() {
        return Octets.zeros(digestLength);
    }

    Octets hash(Octets message) {
        try {
            return Octets.of(MessageDigest.getInstance(digest).digest(message.array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + digest, e);
        }
    }

    /** HMAC, which is HKDF-Extract with the salt as its key too. */
    Octets hmac(Octets key, Octets message) {
        try {
            String name = "Hmac" + digest.replace("-", "").toUpperCase(Locale.ROOT);
            Mac mac = Mac.getInstance(name);
            mac.init(new SecretKeySpec(key.array(), name));
            return Octets.of(mac.doFinal(message.array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HMAC on " + digest, e);
        }
    }

    /** Derive-Secret: a secret as long as the digest, bound to the messages so far. */
    Octets derive(Octets secret, String label, Octets messages) {
        return expand(secret, label, hash(messages), digestLength);
    }

    /** HKDF-Expand-Label; nothing here is longer than one digest, so the first block is all of it. */
    Octets expand(Octets secret, String label, Octets context, int length) {
        Octets name = Octets.ascii(PREFIX + label);
        byte[] lengths = {(byte) (length >> 8), (byte) length, (byte) name.length()};
        Octets info = Octets.of(lengths)
                .and(name)
                .and(Octets.of(new byte[] {(byte) context.length()}))
                .and(context)
                .and(Octets.of(new byte[] {1}));
        return hmac(secret, info).first(length);
    }

    /** The secret of one side, and the one its KeyUpdate leads to (RFC 8446 section 7.2). */
    Octets updated(Octets secret) {
        return expand(secret, "traffic upd", Octets.NONE, digestLength);
    }

    /** The pre-shared key of a ticket (RFC 8446 section 4.6.1). */
    Octets resumptionKey(Octets secret, Octets nonce) {
        return expand(secret, "resumption", nonce, digestLength);
    }

    /** The proof in a hello, cut off before its binders, that a pre-shared key is known (RFC 8446 section 4.2.11.2). */
    Octets binder(Octets preSharedKey, Octets truncatedHello) {
        Octets early = hmac(noSecret(), preSharedKey);
        return finished(derive(early, "res binder", Octets.NONE), truncatedHello);
    }

    /** The MAC in a Finished (RFC 8446 section 4.4.4). */
    Octets finished(Octets secret, Octets messages) {
        return hmac(expand(secret, "finished", Octets.NONE, digestLength), hash(messages));
    }
}
