package dev.starttls.conformance.tls.wire;

/** Reads what {@link OctetWriter} writes; it never reads beyond the octets, whatever they are. */
final class OctetReader {

    private final OctetString octets;
    private final String what;
    private int position;

    OctetReader(String what, OctetString octets) {
        this.what = what;
        this.octets = octets;
    }

    int remaining() {
        return octets.length() - position;
    }

    int u8(String field) throws MalformedException {
        need(1, field);
        return octets.at(position++);
    }

    int u16(String field) throws MalformedException {
        need(2, field);
        return u8(field) << 8 | u8(field);
    }

    int u24(String field) throws MalformedException {
        need(3, field);
        return u8(field) << 16 | u16(field);
    }

    OctetString take(int length, String field) throws MalformedException {
        need(length, field);
        position += length;
        return octets.slice(position - length, position);
    }

    OctetString vector8(String field) throws MalformedException {
        return take(u8(field), field);
    }

    OctetString vector16(String field) throws MalformedException {
        return take(u16(field), field);
    }

    OctetString vector24(String field) throws MalformedException {
        return take(u24(field), field);
    }

    void end() throws MalformedException {
        if (remaining() > 0) {
            throw new MalformedException(what + " has " + remaining() + " octets after its end");
        }
    }

    private void need(int length, String field) throws MalformedException {
        if (remaining() < length) {
            throw new MalformedException(
                    what + " ends inside its " + field + ": " + length + " octets needed, " + remaining() + " left");
        }
    }
}
