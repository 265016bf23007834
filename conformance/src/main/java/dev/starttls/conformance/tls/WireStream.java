package dev.starttls.conformance.tls;

import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TcpConnection;
import dev.starttls.conformance.tls.minimal.AlertException;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/**
 * A connection as a stream with a deadline: silence is a {@link SocketTimeoutException}, a reset a {@link
 * SocketException}.
 */
final class WireStream extends InputStream {

    private static final int EVIDENCE = 80;

    private final TcpConnection wire;
    private Duration limit;
    private long deadline;
    private byte[] held;
    private int position;

    /**
     * A stream whose time limit starts now.
     *
     * @param before octets that were read from the connection already
     * @param limit the time for all reads together
     */
    WireStream(TcpConnection wire, byte[] before, Duration limit) {
        this.wire = wire;
        this.held = before;
        this.limit = limit;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /** Sets the time limit of all following reads together. */
    void within(Duration together) {
        limit = together.isNegative() ? Duration.ZERO : together;
        deadline = System.nanoTime() + limit.toNanos();
    }

    /** The meaning of an exception while reading; if octets are not TLS, it quotes the first. */
    Received received(IOException e) {
        Received received = received(e, limit);
        return received instanceof Received.Ended ended && ended.ending() == ConnectionEnd.NOT_TLS
                ? new Received.Ended(
                        ConnectionEnd.NOT_TLS,
                        ended.detail() + ": '"
                                + OctetString.of(held).first(EVIDENCE).text() + "'")
                : received;
    }

    /** The meaning of an exception of a session over a stream, after waiting this time. */
    static Received received(IOException e, Duration waited) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        if (e instanceof AlertException alert) {
            return new Received.Ended(ConnectionEnd.ALERT, alert.alert().name());
        }
        if (e instanceof SocketTimeoutException) {
            return new Received.Silence(waited);
        }
        if (e instanceof EOFException) {
            return new Received.Ended(ConnectionEnd.FIN, "");
        }
        return new Received.Ended(
                e instanceof MalformedException ? ConnectionEnd.NOT_TLS : ConnectionEnd.RESET, message);
    }

    /** What comes next on the connection, TLS or not: octets, its end, or silence. */
    Received next(Duration within) {
        within(within);
        try {
            if (!fill()) {
                return new Received.Ended(ConnectionEnd.FIN, "");
            }
            byte[] rest = Arrays.copyOfRange(held, position, held.length);
            position = held.length;
            return new Received.Data(rest);
        } catch (IOException e) {
            return received(e, limit);
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
        Received received = wire.read(Duration.ofNanos(left));
        if (received instanceof Received.Data data) {
            held = data.bytes();
            position = 0;
            return true;
        }
        if (received instanceof Received.Ended ended) {
            return switch (ended.ending()) {
                case FIN, CLOSE_NOTIFY -> false;
                case RESET, ALERT, NOT_TLS, GIVEN_UP ->
                    throw new SocketException(ended.ending().description());
            };
        }
        throw new SocketTimeoutException("the time for this answer is over");
    }
}
