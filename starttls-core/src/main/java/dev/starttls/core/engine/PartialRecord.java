package dev.starttls.core.engine;

import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;

/**
 * Keeps the beginning of a record whose end has not arrived. Takes no octet after that record from the caller, so that
 * whole records are decrypted from the caller's buffer, without a copy.
 */
final class PartialRecord {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** Allocated for a header. A short record fits in it too; a longer one takes a second buffer, of its own length. */
    private static final int FIRST_SIZE = 512;

    private static final int CLIENT_HELLO = 1;

    /** The state after the first record as long as nothing is kept: shared by all connections, never changed. */
    private static final PartialRecord NONE = new PartialRecord(true);

    /** Octets held are those before the position. */
    private ByteBuffer held = NOTHING;

    private boolean reading;
    private boolean pastFirst;

    private PartialRecord(boolean pastFirst) {
        this.pastFirst = pastFirst;
    }

    /** The state before the first record. */
    static PartialRecord first() {
        return new PartialRecord(false);
    }

    boolean holds() {
        return held.position() > 0;
    }

    /** The buffer to decrypt from: the caller's as it is when nothing is held, otherwise what is held. */
    ByteBuffer source(ByteBuffer network) {
        if (!holds()) {
            return network;
        }
        reading = true;
        return held.flip();
    }

    /** Drops what was decrypted from the buffer that {@link #source} gave. */
    void taken(int count) {
        if (!pastFirst) {
            pastFirst = count > 0;
        }
        if (reading) {
            reading = false;
            held.compact();
        }
    }

    /** The length of the next record, its header included; 0 while its header is incomplete. */
    int nextLength(ByteBuffer network) {
        if (!holds()) {
            return lengthOf(network);
        }
        return held.position() < RecordHeader.LENGTH ? 0 : length(held, 0);
    }

    /**
     * Takes octets up to the end of the record. Returns true when those held may be a whole record, which the engine is to
     * try; false when all the caller's octets were taken and more are needed.
     */
    boolean fill(ByteBuffer network) {
        while (true) {
            int want = wanted();
            if (want == 0) {
                return true;
            }
            int count = Math.min(want, network.remaining());
            if (count == 0) {
                return false;
            }
            if (held.remaining() < count) {
                held = ByteBuffer.allocate(Math.max(FIRST_SIZE, held.position() + want))
                        .put(held.flip());
            }
            held.put(network.slice(network.position(), count));
            network.position(network.position() + count);
        }
    }

    /** Whether a whole record is held, so that an engine which asks for more has not understood it. */
    boolean complete() {
        return held.position() >= RecordHeader.LENGTH && wanted() == 0;
    }

    /** The state to put octets in: not the shared one. */
    PartialRecord writable() {
        return this == NONE ? new PartialRecord(true) : this;
    }

    /** Releases the buffer when it is empty; while records keep arriving in pieces it serves for all of them. */
    PartialRecord releasedIfEmpty() {
        return holds() ? this : released();
    }

    /** Releases the buffer and what is in it. */
    PartialRecord released() {
        if (pastFirst) {
            return NONE;
        }
        held = NOTHING;
        reading = false;
        return this;
    }

    /** The capacity of the buffer kept, in octets. */
    int capacity() {
        return held.capacity();
    }

    /** Whether the peer had sent no record before. */
    boolean atFirst() {
        return !pastFirst;
    }

    /**
     * Whether a record can begin with these octets: one octet is enough to recognize plaintext in ASCII, two for nearly all the
     * rest (RFC 8446 section 5.1). A client may begin with an SSLv2 header: 0x80 or more, a length, and a message of type 1 (RFC
     * 5246 appendix E.2). A line that is not in ASCII may begin so too, up to its third octet.
     */
    boolean plausible(ByteBuffer source, boolean fromClient) {
        return plausible(source, source.position(), source.remaining(), fromClient);
    }

    /** The same for what is held: a header that arrives in pieces is judged before the rest of the record is waited for. */
    boolean plausible(boolean fromClient) {
        return plausible(held, 0, held.position(), fromClient);
    }

    /** What is held, for a message. */
    ByteBuffer shown() {
        return held.duplicate().flip();
    }

    private boolean plausible(ByteBuffer source, int at, int count, boolean fromClient) {
        int first = source.get(at) & 0xff;
        if (RecordHeader.isContentType(first)) {
            return count < 2 || source.get(at + 1) == RecordHeader.MAJOR_VERSION;
        }
        return fromClient
                && !pastFirst
                && (first & 0x80) != 0
                && (count < 3 || source.get(at + 2) == CLIENT_HELLO)
                && (count < 4 || source.get(at + 3) == RecordHeader.MAJOR_VERSION || source.get(at + 3) == 0);
    }

    /** The length of the record that a buffer begins with, its header included; 0 while its header is incomplete. */
    int lengthOf(ByteBuffer source) {
        return source.remaining() < RecordHeader.LENGTH ? 0 : length(source, source.position());
    }

    /** How many octets are missing: of the header, then of the record. */
    private int wanted() {
        int have = held.position();
        if (have < RecordHeader.LENGTH) {
            return RecordHeader.LENGTH - have;
        }
        int length = length(held, 0);
        // A record that is too long is not waited for: it is refused now.
        return length > RecordHeader.MAX_RECORD ? 0 : Math.max(0, length - have);
    }

    private int length(ByteBuffer octets, int at) {
        int first = octets.get(at) & 0xff;
        if (RecordHeader.isContentType(first)) {
            return RecordHeader.LENGTH + RecordHeader.fragmentLength(octets, at);
        }
        if ((first & 0x80) != 0 && !pastFirst) {
            // An SSLv2 header (RFC 5246 appendix E.2), which engines answer or refuse as they are set.
            return Math.max(RecordHeader.LENGTH, 2 + (octets.getShort(at) & 0x7fff));
        }
        // No content type of TLS (RFC 8446 section 5.1): its length means nothing.
        return RecordHeader.LENGTH;
    }
}
