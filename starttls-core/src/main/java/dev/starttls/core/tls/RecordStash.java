package dev.starttls.core.tls;

import java.nio.ByteBuffer;

/**
 * Keeps the beginning of a record whose end has not arrived. Takes no octet behind that record from the caller, so that
 * whole records are read where they lie.
 */
final class RecordStash {

    private static final int HEADER = 5;
    /** RFC 5246 section 6.2.3: the greatest length of a record's fragment, which RFC 8446 section 5.2 lessens. */
    private static final int MAX_RECORD = HEADER + 16_384 + 2_048;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Octets held are those before the position. */
    private ByteBuffer held = NOTHING;

    private ByteBuffer reading = NOTHING;

    /** The buffer to decrypt from: the caller's as it is when nothing is held, otherwise what is held. */
    ByteBuffer source(ByteBuffer network) {
        if (held.position() == 0) {
            reading = network;
        } else {
            reading = held.duplicate().flip();
        }
        return reading;
    }

    /** Drops what was decrypted from the buffer that {@link #source} gave. */
    void taken() {
        if (held.position() > 0 && reading.position() > 0) {
            if (reading.hasRemaining()) {
                held = ByteBuffer.allocate(MAX_RECORD).put(reading);
            } else {
                held = NOTHING;
            }
        }
        reading = NOTHING;
    }

    /**
     * Takes octets up to the end of the record. Returns true when the octets held may now be a whole record and another
     * try is due; false when all the caller's octets were taken and more are needed.
     */
    boolean fill(ByteBuffer network) {
        boolean took = false;
        while (network.hasRemaining()) {
            int want = wanted();
            if (want == 0) {
                return took;
            }
            int count = Math.min(want, network.remaining());
            if (held.remaining() < count) {
                held = ByteBuffer.allocate(Math.min(MAX_RECORD, Math.max(512, held.position() + want)))
                        .put(held.duplicate().flip());
            }
            held.put(network.slice(network.position(), count));
            network.position(network.position() + count);
            took = true;
        }
        return took && wanted() == 0;
    }

    /** Whether a whole record is held, so that an engine which asks for more has not understood it. */
    boolean complete() {
        return held.position() >= HEADER && wanted() == 0;
    }

    void release() {
        held = NOTHING;
        reading = NOTHING;
    }

    /** How many octets are missing: of the header, then of the record. */
    private int wanted() {
        int have = held.position();
        if (have < HEADER) {
            return HEADER - have;
        }
        return Math.min(MAX_RECORD, recordLength()) - have;
    }

    private int recordLength() {
        int first = held.get(0) & 0xff;
        if ((first & 0x80) != 0) {
            // An SSLv2 header (RFC 5246 appendix E.2), which engines answer or refuse as they are set.
            return Math.max(HEADER, 2 + (((first & 0x7f) << 8) | (held.get(1) & 0xff)));
        }
        if (first < 20 || first > 24) {
            // No content type of TLS (RFC 8446 section 5.1): its length means nothing, the engine is to refuse it now.
            return HEADER;
        }
        return HEADER + (((held.get(3) & 0xff) << 8) | (held.get(4) & 0xff));
    }
}
