package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.Octets;
import java.util.Arrays;
import java.util.Optional;

/** The two AES-GCM suites of TLS 1.3, and the key derivation on their digest (RFC 8446 section 7.1, RFC 5869). */
enum Tls13Suite {
    AES_128(CipherSuite.TLS_AES_128_GCM_SHA256, Digest.SHA_256, 16),
    AES_256(CipherSuite.TLS_AES_256_GCM_SHA384, Digest.SHA_384, 32);

    private static final String PREFIX = "tls13 ";

    private final CipherSuite suite;
    private final Digest digest;
    private final int keyLength;

    Tls13Suite(CipherSuite suite, Digest digest, int keyLength) {
        this.suite = suite;
        this.digest = digest;
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
        return Octets.zeros(digest.length());
    }

    Octets hash(Octets message) {
        return digest.hash(message);
    }

    /** HMAC, which is also HKDF-Extract with the salt as its key. */
    Octets hmac(Octets key, Octets message) {
        return digest.hmac(key, message);
    }

    /** Derive-Secret: a secret as long as the digest, bound to the messages so far. */
    Octets derive(Octets secret, String label, Octets messages) {
        return expand(secret, label, hash(messages), digest.length());
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

    /** The next traffic secret, after a KeyUpdate (RFC 8446 section 7.2). */
    Octets updated(Octets secret) {
        return expand(secret, "traffic upd", Octets.NONE, digest.length());
    }

    /** The pre-shared key of a ticket (RFC 8446 section 4.6.1). */
    Octets resumptionKey(Octets secret, Octets nonce) {
        return expand(secret, "resumption", nonce, digest.length());
    }

    /**
     * The binder, which proves that the pre-shared key is known, over the ClientHello without its binders (RFC 8446
     * section 4.2.11.2).
     */
    Octets binder(Octets preSharedKey, Octets truncatedHello) {
        Octets early = hmac(noSecret(), preSharedKey);
        return finished(derive(early, "res binder", Octets.NONE), truncatedHello);
    }

    /** The MAC in a Finished (RFC 8446 section 4.4.4). */
    Octets finished(Octets secret, Octets messages) {
        return hmac(expand(secret, "finished", Octets.NONE, digest.length()), hash(messages));
    }
}
