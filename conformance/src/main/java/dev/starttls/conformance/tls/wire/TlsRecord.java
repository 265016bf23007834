package dev.starttls.conformance.tls.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * One record as sent (RFC 8446 section 5.1).
 *
 * @param type the number of its content type
 * @param version the version in its header
 * @param content its content, encrypted or not
 */
public record TlsRecord(int type, int version, OctetString content) {

    /** Octets before the content: type, version, length. */
    public static final int HEADER = 5;

    /** The maximum that any version allows, encrypted and with compression (RFC 5246 section 6.2.3). */
    static final int MAX_CONTENT = RecordSplitter.MAX_PLAINTEXT + 2048;

    private static final int MAJOR = 3;

    /**
     * Reads the next record and nothing after it.
     *
     * @throws MalformedException if the octets are not a record; the message does not quote them
     * @throws EOFException if the stream ends before or inside the record
     */
    public static TlsRecord read(InputStream in) throws IOException {
        return read(exactly(in, HEADER), in);
    }

    /**
     * The same if the header was read before.
     *
     * @throws IOException as the other does
     */
    public static TlsRecord read(OctetString header, InputStream in) throws IOException {
        if (!isHeader(header)) {
            throw new MalformedException("not the header of a TLS record");
        }
        int length = header.at(3) << 8 | header.at(4);
        if (length > MAX_CONTENT) {
            throw new MalformedException("a record of " + length + " octets, expected at most " + MAX_CONTENT);
        }
        return new TlsRecord(header.at(0), header.at(1) << 8 | header.at(2), exactly(in, length));
    }

    /** Whether octets are the header of a record with a known type and version. */
    public static boolean isHeader(OctetString header) {
        return ContentType.of(header.at(0)).isPresent() && header.at(1) == MAJOR && header.at(2) <= MAJOR + 1;
    }

    static OctetString exactly(InputStream in, int length) throws IOException {
        byte[] octets = new byte[length];
        int read = in.readNBytes(octets, 0, length);
        if (read < length) {
            throw new EOFException("the stream ended after " + read + " octets, expected " + length + "");
        }
        return OctetString.of(octets);
    }

    /** The encoded record. */
    public OctetString octets() {
        return RecordSplitter.record(type, version, content);
    }
}
