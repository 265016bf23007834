package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The record protection of one direction in TLS 1.2 with AES-GCM (RFC 5246 section 6.2.3.3, RFC 5288 section 3). */
public final class Tls12Protection {

    /** The octets of the nonce that are derived with the keys. */
    static final int SALT = 4;

    private static final int EXPLICIT = 8;
    private static final int TAG = 16;

    private final SecretKeySpec key;
    private final OctetString salt;
    private long sequence;

    Tls12Protection(OctetString key, OctetString salt) {
        this.key = new SecretKeySpec(key.array(), "AES");
        this.salt = salt;
    }

    /** Encrypts the content into a record of this type. */
    public OctetString seal(int type, OctetString content) {
        OctetString explicit =
                OctetString.of(ByteBuffer.allocate(EXPLICIT).putLong(sequence).array());
        try {
            OctetString sealed = transform(Cipher.ENCRYPT_MODE, explicit, type, content.length(), content);
            return RecordSplitter.record(type, ProtocolVersion.TLS12.code(), explicit.and(sealed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no AES-GCM", e);
        }
    }

    /** Decrypts a record. */
    public TlsRecord open(TlsRecord record) throws MalformedException {
        OctetString content = record.content();
        int length = content.length() - EXPLICIT - TAG;
        if (length < 0) {
            throw new MalformedException("a record too short to be encrypted");
        }
        try {
            OctetString plain = transform(
                    Cipher.DECRYPT_MODE,
                    content.first(EXPLICIT),
                    record.type(),
                    length,
                    content.slice(EXPLICIT, content.length()));
            return new TlsRecord(record.type(), record.version(), plain);
        } catch (GeneralSecurityException e) {
            throw new MalformedException("a record that does not decrypt");
        }
    }

    private OctetString transform(int mode, OctetString explicit, int type, int length, OctetString input)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                mode,
                key,
                new GCMParameterSpec(TAG * Byte.SIZE, salt.and(explicit).array()));
        cipher.updateAAD(ByteBuffer.allocate(EXPLICIT + TlsRecord.HEADER)
                .putLong(sequence)
                .put((byte) type)
                .putShort((short) ProtocolVersion.TLS12.code())
                .putShort((short) length)
                .array());
        sequence++;
        return OctetString.of(cipher.doFinal(input.array()));
    }
}
