package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordCutter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The record protection of one direction in TLS 1.2 with AES-GCM (RFC 5246 section 6.2.3.3, RFC 5288 section 3). */
final class Tls12Protection {

    /** The octets of the nonce that are derived with the keys. */
    static final int SALT = 4;

    private static final int EXPLICIT = 8;
    private static final int TAG = 16;

    private final SecretKeySpec key;
    private final Octets salt;
    private long sequence;

    Tls12Protection(Octets key, Octets salt) {
        this.key = new SecretKeySpec(key.array(), "AES");
        this.salt = salt;
    }

    /** Encrypts the content into a record of this type. */
    Octets seal(int type, Octets content) {
        Octets explicit =
                Octets.of(ByteBuffer.allocate(EXPLICIT).putLong(sequence).array());
        try {
            Octets sealed = transform(Cipher.ENCRYPT_MODE, explicit, type, content.length(), content);
            return RecordCutter.record(type, ProtocolVersion.TLS12.code(), explicit.and(sealed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no AES-GCM", e);
        }
    }

    /** Decrypts a record. */
    TlsRecord open(TlsRecord record) throws MalformedException {
        Octets content = record.content();
        int length = content.length() - EXPLICIT - TAG;
        if (length < 0) {
            throw new MalformedException("a record too short to be encrypted");
        }
        try {
            Octets plain = transform(
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

    private Octets transform(int mode, Octets explicit, int type, int length, Octets input)
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
        return Octets.of(cipher.doFinal(input.array()));
    }
}
