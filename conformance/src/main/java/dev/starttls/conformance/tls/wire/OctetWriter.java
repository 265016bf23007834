package dev.starttls.conformance.tls.wire;

import java.io.ByteArrayOutputStream;

/**
 * Writes the presentation language of TLS: big-endian numbers, and vectors preceded by their length (RFC 8446 section
 * 3).
 */
public final class OctetWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    /** One octet. */
    public OctetWriter u8(int number) {
        out.write(number);
        return this;
    }

    /** Two octets. */
    public OctetWriter u16(int number) {
        return u8(number >> 8).u8(number);
    }

    /** Three octets. */
    public OctetWriter u24(int number) {
        return u8(number >> 16).u16(number);
    }

    /** Octets as they are. */
    public OctetWriter put(OctetString octets) {
        out.writeBytes(octets.array());
        return this;
    }

    /** A vector of at most 2^8 - 1 octets. */
    public OctetWriter vector8(OctetString octets) {
        return u8(fitting(octets, 0xff)).put(octets);
    }

    /** A vector of at most 2^16 - 1 octets. */
    public OctetWriter vector16(OctetString octets) {
        return u16(fitting(octets, 0xffff)).put(octets);
    }

    /** A vector of at most 2^24 - 1 octets. */
    public OctetWriter vector24(OctetString octets) {
        return u24(fitting(octets, 0xffffff)).put(octets);
    }

    /** All that was written. */
    public OctetString octets() {
        return OctetString.of(out.toByteArray());
    }

    private static int fitting(OctetString octets, int limit) {
        if (octets.length() > limit) {
            throw new IllegalArgumentException(
                    "expected a vector of at most " + limit + " octets, got " + octets.length());
        }
        return octets.length();
    }
}
