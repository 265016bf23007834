package dev.starttls.conformance.tls.wire;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts the octets read, keeps the first of them as evidence, and throws an exception when the limit is exceeded. */
final class CountingStream extends FilterInputStream {

    private static final int KEPT = 512;

    private final int limit;
    private final ByteArrayOutputStream first = new ByteArrayOutputStream();
    private long count;

    CountingStream(InputStream in, int limit) {
        super(in);
        this.limit = limit;
    }

    long count() {
        return count;
    }

    /** The first octets that were read. */
    OctetString seen() {
        return OctetString.of(first.toByteArray());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
        if (count >= limit) {
            throw new MalformedException("an answer of more than " + limit + " octets");
        }
        int read = super.read(octets, offset, Math.min(length, (int) (limit - count)));
        if (read > 0) {
            first.write(octets, offset, Math.min(read, KEPT - Math.min(KEPT, first.size())));
            count += read;
        }
        return read;
    }

    /** Reads what has come already, without waiting, as evidence. */
    void takeAvailable(int max) throws IOException {
        int available = Math.min(max, available());
        if (available > 0) {
            readNBytes(available);
        }
    }
}
