package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;

/** Puts a handshake message into records, as many as one likes (RFC 8446 section 5.1). */
public final class RecordCutter {

    /** The greatest number of octets a record may carry in the clear. */
    public static final int GREATEST = 1 << 14;

    private RecordCutter() {}

    /**
     * The records that carry a message.
     *
     * @param version the version in the header of each record; RFC 8446 section 5.1 asks for TLS 1.0 in a first hello
     * @param message the handshake message
     * @param fragment the octets of the message in each record, 1 to {@link #GREATEST}; the last record has the rest
     */
    public static List<Octets> handshake(int version, Octets message, int fragment) {
        if (fragment < 1 || fragment > GREATEST) {
            throw new IllegalArgumentException("fragments of 1 to " + GREATEST + " octets expected, got " + fragment);
        }
        List<Octets> records = new ArrayList<>();
        for (int from = 0; from < message.length(); from += fragment) {
            Octets piece = message.slice(from, Math.min(from + fragment, message.length()));
            records.add(record(ContentType.HANDSHAKE.code(), version, piece));
        }
        return records;
    }

    /** One record with whatever type, version and content. */
    public static Octets record(int type, int version, Octets content) {
        return new OctetWriter().u8(type).u16(version).vector16(content).octets();
    }

    /** Every octet on its own. */
    public static List<Octets> singly(Octets octets) {
        List<Octets> single = new ArrayList<>(octets.length());
        for (int i = 0; i < octets.length(); i++) {
            single.add(octets.slice(i, i + 1));
        }
        return single;
    }

    /** All of them in one. */
    public static Octets joined(List<Octets> pieces) {
        OctetWriter all = new OctetWriter();
        pieces.forEach(all::put);
        return all.octets();
    }
}
