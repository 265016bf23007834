package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;

/** Splits a handshake message into records of any size (RFC 8446 section 5.1). */
public final class RecordSplitter {

    /** The maximum number of plaintext octets in a record. */
    public static final int MAX_PLAINTEXT = 1 << 14;

    private RecordSplitter() {}

    /**
     * The records that carry a message.
     *
     * @param version the version in the header of each record; RFC 8446 section 5.1 has TLS 1.0 for a first ClientHello
     * @param message the handshake message
     * @param fragment the octets of the message per record, 1 to {@link #MAX_PLAINTEXT}; the last record has the rest
     */
    public static List<OctetString> handshake(int version, OctetString message, int fragment) {
        if (fragment < 1 || fragment > MAX_PLAINTEXT) {
            throw new IllegalArgumentException(
                    "expected fragments of 1 to " + MAX_PLAINTEXT + " octets, got " + fragment);
        }
        List<OctetString> records = new ArrayList<>();
        for (int from = 0; from < message.length(); from += fragment) {
            OctetString piece = message.slice(from, Math.min(from + fragment, message.length()));
            records.add(record(ContentType.HANDSHAKE.code(), version, piece));
        }
        return records;
    }

    /** One record with any type, version and content. */
    public static OctetString record(int type, int version, OctetString content) {
        return new OctetWriter().u8(type).u16(version).vector16(content).octets();
    }

    /** The octets, one by one. */
    public static List<OctetString> singly(OctetString octets) {
        List<OctetString> single = new ArrayList<>(octets.length());
        for (int i = 0; i < octets.length(); i++) {
            single.add(octets.slice(i, i + 1));
        }
        return single;
    }

    /** The pieces joined. */
    public static OctetString joined(List<OctetString> pieces) {
        OctetWriter all = new OctetWriter();
        pieces.forEach(all::put);
        return all.octets();
    }
}
