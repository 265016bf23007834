package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.OctetString;
import java.util.Arrays;
import java.util.Optional;

/** The two AES-GCM suites of TLS 1.3, and the key derivation on their digest (RFC 8446 section 7.1, RFC 5869). */
public enum Tls13Suite {
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

    /** The suite with this number. */
    public static Optional<Tls13Suite> of(int code) {
        return Arrays.stream(values()).filter(one -> one.suite.code() == code).findFirst();
    }

    /** The registered suite. */
    public CipherSuite suite() {
        return suite;
    }

    int keyLength() {
        return keyLength;
    }

    /** As many octets of zero as the digest has, where there is no secret. */
    public OctetString noSecret() {
        return OctetString.zeros(digest.length());
    }

    /** The digest of octets. */
    public OctetString hash(OctetString message) {
        return digest.hash(message);
    }

    /** HMAC, which is also HKDF-Extract with the salt as its key. */
    public OctetString hmac(OctetString key, OctetString message) {
        return digest.hmac(key, message);
    }

    /** Derive-Secret: a secret as long as the digest, bound to the messages so far. */
    public OctetString derive(OctetString secret, String label, OctetString messages) {
        return expand(secret, label, hash(messages), digest.length());
    }

    /** HKDF-Expand-Label; nothing here is longer than one digest, so the first block is all of it. */
    OctetString expand(OctetString secret, String label, OctetString context, int length) {
        OctetString name = OctetString.ascii(PREFIX + label);
        byte[] lengths = {(byte) (length >> 8), (byte) length, (byte) name.length()};
        OctetString info = OctetString.of(lengths)
                .and(name)
                .and(OctetString.of(new byte[] {(byte) context.length()}))
                .and(context)
                .and(OctetString.of(new byte[] {1}));
        return hmac(secret, info).first(length);
    }

    /** The next traffic secret, after a KeyUpdate (RFC 8446 section 7.2). */
    OctetString updated(OctetString secret) {
        return expand(secret, "traffic upd", OctetString.NONE, digest.length());
    }

    /** The pre-shared key of a ticket (RFC 8446 section 4.6.1). */
    OctetString resumptionKey(OctetString secret, OctetString nonce) {
        return expand(secret, "resumption", nonce, digest.length());
    }

    /**
     * The binder, which proves that the pre-shared key is known, over the ClientHello without its binders (RFC 8446
     * section 4.2.11.2).
     */
    OctetString binder(OctetString preSharedKey, OctetString truncatedHello) {
        OctetString early = hmac(noSecret(), preSharedKey);
        return finished(derive(early, "res binder", OctetString.NONE), truncatedHello);
    }

    /** The MAC in a Finished (RFC 8446 section 4.4.4). */
    public OctetString finished(OctetString secret, OctetString messages) {
        return hmac(expand(secret, "finished", OctetString.NONE, digest.length()), hash(messages));
    }
}
