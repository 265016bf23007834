package dev.starttls.core.wire;

import java.nio.ByteBuffer;

/**
 * The header of a TLS record: its content type, two octets of a version, and the length of its fragment (RFC 8446 section
 * 5.1).
 */
public final class RecordHeader {

    /** Octets of a header. */
    public static final int LENGTH = 5;

    /** The content type that comes first among those of TLS 1.0 to 1.3. */
    public static final int CHANGE_CIPHER_SPEC = 20;

    /** The content type of alerts. */
    public static final int ALERT = 21;

    /** The content type of handshake messages. */
    public static final int HANDSHAKE = 22;

    /** The content type that comes last among those of TLS 1.0 to 1.3. */
    public static final int APPLICATION_DATA = 23;

    /** The first octet of the version, the same in all records since SSL 3.0. */
    public static final int MAJOR_VERSION = 3;

    /** Octets of the most that a record carries, once decrypted (RFC 8446 section 5.1, RFC 5246 section 6.2.1). */
    public static final int MAX_PLAINTEXT = 16_384;

    /** Octets of the longest fragment of TLS 1.3 (RFC 8446 section 5.2). */
    public static final int MAX_FRAGMENT_OF_TLS13 = MAX_PLAINTEXT + 256;

    /**
     * Octets of the longest fragment: RFC 5246 section 6.2.3 allows 2,048 more than the plaintext has, RFC 8446 section 5.2
     * only 256.
     */
    public static final int MAX_FRAGMENT = MAX_PLAINTEXT + 2_048;

    /** Octets of the longest record, its header included. */
    public static final int MAX_RECORD = LENGTH + MAX_FRAGMENT;

    private RecordHeader() {}

    /**
     * The length of the fragment that follows a header.
     *
     * @param octets with a header
     * @param at the index of its first octet
     * @return 0 to 65,535, of which only 0 to {@link #MAX_FRAGMENT} is valid
     */
    public static int fragmentLength(ByteBuffer octets, int at) {
        return octets.getShort(at + 3) & 0xffff;
    }

    /**
     * Whether an octet is a content type.
     *
     * @param octet 0 to 255
     * @return true from {@link #CHANGE_CIPHER_SPEC} to {@link #APPLICATION_DATA}
     */
    public static boolean isContentType(int octet) {
        return octet >= CHANGE_CIPHER_SPEC && octet <= APPLICATION_DATA;
    }
}
