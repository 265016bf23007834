package dev.starttls.core.keys;

import java.io.ByteArrayOutputStream;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;

/** As much of DER (X.690) as it takes to find the algorithm of a private key, and to wrap a key as PKCS #8 (RFC 5958). */
final class Der {

    static final byte INTEGER = 0x02;
    static final byte OCTET_STRING = 0x04;
    static final byte OBJECT_IDENTIFIER = 0x06;
    static final byte SEQUENCE = 0x30;
    /** {@code [0]}, constructed. */
    static final byte CONTEXT_0 = (byte) 0xa0;

    private final byte[] octets;
    private final int end;
    private int position;

    /** A reader of a whole array. */
    Der(byte[] octets) {
        this(octets, 0, octets.length);
    }

    private Der(byte[] octets, int position, int end) {
        this.octets = octets;
        this.position = position;
        this.end = end;
    }

    /** Whether an element of this tag is next. */
    boolean next(byte tag) {
        return position < end && octets[position] == tag;
    }

    /** A reader of the contents of the next element, which must have this tag; this reader goes on after it. */
    Der enter(byte tag) throws InvalidKeySpecException {
        if (!next(tag)) {
            throw malformed();
        }
        position++;
        int length = length();
        if (length > end - position) {
            throw malformed();
        }
        Der content = new Der(octets, position, position + length);
        position += length;
        return content;
    }

    /** The octets not yet read. */
    byte[] rest() {
        return Arrays.copyOfRange(octets, position, end);
    }

    private int length() throws InvalidKeySpecException {
        int first = octet();
        if (first < 0x80) {
            return first;
        }
        // Three octets of length are enough for the 1 MiB that a file may have.
        int count = first & 0x7f;
        if (count == 0 || count > 3) {
            throw malformed();
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = (length << 8) | octet();
        }
        return length;
    }

    private int octet() throws InvalidKeySpecException {
        if (position == end) {
            throw malformed();
        }
        return octets[position++] & 0xff;
    }

    private static InvalidKeySpecException malformed() {
        return new InvalidKeySpecException("not DER");
    }

    /** An element of a tag and these contents, concatenated. */
    static byte[] element(byte tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream(length + 5);
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else {
            int count = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
            element.write(0x80 | count);
            for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
                element.write(length >> shift);
            }
        }
        for (byte[] content : contents) {
            element.writeBytes(content);
        }
        return element.toByteArray();
    }
}
