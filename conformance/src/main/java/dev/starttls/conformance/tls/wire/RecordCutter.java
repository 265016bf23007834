package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;

/** Splits a handshake message into records of any size (RFC 8446 section 5.1). */
public final class RecordCutter {

    /** The maximum number of plaintext octets in a record. */
    public static final int GREATEST = 1 << 14;

    private RecordCutter() {}

    /**
     * The records that carry a message.
     *
     * @param version the version in the header of each record; RFC 8446 section 5.1 has TLS 1.0 for a first ClientHello
     * @param message the handshake message
     * @param fragment the octets of the message in each record, 1 to {@link #GREATEST}; the last record has the rest
     */
    public static List<Octets> handshake(int version, Octets message, int fragment) {
        if (fragment < 1 || fragment > GREATEST) {
            throw new IllegalArgumentException("expected fragments of 1 to " + GREATEST + " octets, got " + fragment);
        }
        List<Octets> records = new ArrayList<>();
        for (int from = 0; from < message.length(); from += fragment) {
            Octets piece = message.slice(from, Math.min(from + fragment, message.length()));
            records.add(record(ContentType.HANDSHAKE.code(), version, piece));
        }
        return records;
    }

    /** One record with any type, version and content. */
    public static Octets record(int type, int version, Octets content) {
        return new OctetWriter().u8(type).u16(version).vector16(content).octets();
    }

    /** The octets, one by one. */
    public static List<Octets> singly(Octets octets) {
        List<Octets> single = new ArrayList<>(octets.length());
        for (int i = 0; i < octets.length(); i++) {
            single.add(octets.slice(i, i + 1));
        }
        return single;
    }

    /** The pieces joined. */
    public static Octets joined(List<Octets> pieces) {
        OctetWriter all = new OctetWriter();
        pieces.forEach(all::put);
        return all.octets();
    }
}
