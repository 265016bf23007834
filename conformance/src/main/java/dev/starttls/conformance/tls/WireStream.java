package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Chunk;
import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Wire;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A wire as a stream with a deadline: silence is a {@link SocketTimeoutException}, a reset a {@link SocketException}. */
final class WireStream extends InputStream {

    private static final int EVIDENCE = 80;

    private final Wire wire;
    private long deadline;
    private byte[] held;
    private int position;

    /**
     * Reads from now on.
     *
     * @param before octets that were read from the wire already
     * @param limit the time for all reads together
     */
    WireStream(Wire wire, byte[] before, Duration limit) {
        this.wire = wire;
        this.held = before;
        within(limit);
    }

    /** Gives the reads that follow so much time together. */
    void within(Duration limit) {
        deadline = System.nanoTime() + limit.toNanos();
    }

    /** What an exception on the way says; of octets that are no TLS it shows the first. */
    Heard heard(IOException e) {
        Heard heard = Heard.Ended.by(e);
        return heard instanceof Heard.Ended ended && ended.ending() == Ending.NOT_TLS
                ? new Heard.Ended(
                        Ending.NOT_TLS,
                        ended.detail() + ": '" + Octets.of(held).first(EVIDENCE).text() + "'")
                : heard;
    }

    /** What the connection brings next, TLS or not: octets, its end, or silence. */
    Heard next(Duration limit) {
        within(limit);
        try {
            if (!fill()) {
                return new Heard.Ended(Ending.FIN, "");
            }
            Octets rest = Octets.of(held, position, held.length - position);
            position = held.length;
            return new Heard.Data(rest);
        } catch (IOException e) {
            return Heard.Ended.by(e);
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? held[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int taken = Math.min(length, held.length - position);
        System.arraycopy(held, position, into, offset, taken);
        position += taken;
        return taken;
    }

    @Override
    public int available() {
        return held.length - position;
    }

    /** Whether there is at least one octet; false at the end of the stream. */
    private boolean fill() throws IOException {
        if (position < held.length) {
            return true;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the time for this answer is over");
        }
        Chunk chunk = wire.read(Duration.ofNanos(left));
        if (chunk instanceof Chunk.Data data) {
            held = data.bytes();
            position = 0;
            return true;
        }
        if (chunk instanceof Chunk.Ended ended) {
            return switch (ended.ending()) {
                case FIN, CLOSE_NOTIFY -> false;
                case RESET, ALERT, NOT_TLS, GIVEN_UP ->
                    throw new SocketException(ended.ending().told());
            };
        }
        throw new SocketTimeoutException("the time for this answer is over");
    }
}
