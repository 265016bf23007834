package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The record protection of one direction in TLS 1.3, under one key (RFC 8446 section 5.2 and 5.3). */
public final class Tls13Protection {

    private static final int NONCE = 12;
    private static final int TAG = 16;

    private final Tls13Suite suite;
    private final OctetString secret;
    private final SecretKeySpec key;
    private final OctetString iv;
    private long sequence;

    /** With the key that follows from a traffic secret. */
    public Tls13Protection(Tls13Suite suite, OctetString secret) {
        this.suite = suite;
        this.secret = secret;
        this.key = new SecretKeySpec(
                suite.expand(secret, "key", OctetString.NONE, suite.keyLength()).array(), "AES");
        this.iv = suite.expand(secret, "iv", OctetString.NONE, NONCE);
    }

    /** The protection with the next key of this direction. */
    public Tls13Protection updated() {
        return new Tls13Protection(suite, suite.updated(secret));
    }

    /** Encrypts the content into a record, without padding. */
    public OctetString seal(ContentType type, OctetString content) {
        OctetString inner = content.and(OctetString.of(new byte[] {(byte) type.code()}));
        OctetString header = RecordSplitter.record(
                        ContentType.APPLICATION_DATA.code(),
                        ProtocolVersion.TLS12.code(),
                        OctetString.zeros(inner.length() + TAG))
                .first(TlsRecord.HEADER);
        try {
            return header.and(transform(Cipher.ENCRYPT_MODE, header, inner));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no AES-GCM", e);
        }
    }

    /** Decrypts a record; the result has the inner content type. */
    public TlsRecord open(TlsRecord record) throws MalformedException {
        OctetString header = record.octets().first(TlsRecord.HEADER);
        OctetString inner;
        try {
            inner = transform(Cipher.DECRYPT_MODE, header, record.content());
        } catch (GeneralSecurityException e) {
            throw new MalformedException("a record that does not decrypt");
        }
        int end = inner.length() - 1;
        while (end >= 0 && inner.at(end) == 0) {
            end--;
        }
        if (end < 0) {
            throw new MalformedException("a record of nothing but padding");
        }
        return new TlsRecord(inner.at(end), record.version(), inner.slice(0, end));
    }

    private OctetString transform(int mode, OctetString header, OctetString input) throws GeneralSecurityException {
        byte[] nonce = iv.array();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[NONCE - 1 - i] ^= (byte) (sequence >>> (Byte.SIZE * i));
        }
        sequence++;
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG * Byte.SIZE, nonce));
        cipher.updateAAD(header.array());
        return OctetString.of(cipher.doFinal(input.array()));
    }
}
