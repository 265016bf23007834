package dev.starttls.conformance.client.server;

import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** One connection below TLS. No wait on it is longer than the time that its case has, but for what has come before. */
public final class RawWire implements AutoCloseable {
    /** After the time of a read is over, what has come is still read for so long. */
    private static final Duration MOST_LATE = Duration.ofSeconds(5);

    private static final int MAX_PUSHED_BACK = 1 << 18;

    private final Socket socket;
    private final long last;
    private long deadline;
    private boolean gone;
    private boolean reset;
    private final Held in;

    /**
     * A new connection.
     *
     * @param deadline by {@link System#nanoTime}
     */
    RawWire(Socket socket, long deadline) throws IOException {
        this.socket = socket;
        this.last = deadline;
        this.deadline = deadline;
        socket.setTcpNoDelay(true);
        this.in = new Held(new Limited(socket.getInputStream()), MAX_PUSHED_BACK);
    }

    /**
     * What the client sends; a read that takes too long ends with {@link SocketTimeoutException}. A reset is the end of the
     * stream too, so that what came before it can be used.
     */
    public InputStream in() {
        return in;
    }

    /** Sends octets. A client that is gone gets none; what it sent before it went is still to be read. */
    public void write(byte[] octets) throws IOException {
        if (gone) {
            return;
        }
        try {
            socket.getOutputStream().write(octets);
            socket.getOutputStream().flush();
        } catch (SocketException e) {
            gone = true;
        }
    }

    /** Whether the client did not take what was sent last. */
    boolean gone() {
        return gone;
    }

    /**
     * Waits for the next octet of the client, which stays to be read.
     *
     * @return the octet, or -1 at the end of the stream
     */
    public int peek() throws IOException {
        int octet = in.read();
        if (octet >= 0) {
            in.unread(octet);
        }
        return octet;
    }

    /**
     * Waits for the next octets of the client, which stay to be read, also if the wait takes too long.
     *
     * @return so many, or fewer at the end of the stream
     */
    byte[] peek(int count) throws IOException {
        byte[] octets = new byte[count];
        int length = 0;
        try {
            while (length < count) {
                int held = in.held();
                int now = in.read(octets, length, held > 0 ? Math.min(held, count - length) : count - length);
                if (now < 0) {
                    break;
                }
                length += now;
            }
        } finally {
            in.unread(octets, 0, length);
        }
        return Arrays.copyOf(octets, length);
    }

    /** The next octets: so many, or fewer at the end of the stream. */
    byte[] take(int count) throws IOException {
        byte[] octets = peek(count);
        in.skipNBytes(octets.length);
        return octets;
    }

    /**
     * The next record of TLS.
     *
     * @throws MalformedException if there is none; what is there in its place stays to be read
     * @throws EOFException if the stream ends before the record does; what there is of it stays to be read
     */
    public TlsRecord record() throws IOException {
        OctetString header = OctetString.of(peek(TlsRecord.HEADER));
        if (header.isEmpty()) {
            throw new EOFException("the stream ended before a record");
        }
        if (header.length() < TlsRecord.HEADER || !TlsRecord.isHeader(header)) {
            throw new MalformedException("not the header of a TLS record");
        }
        int length = length(header);
        byte[] octets = peek(length);
        if (octets.length < length) {
            throw new EOFException("the stream ended after " + octets.length + " octets, expected " + length);
        }
        TlsRecord record = TlsRecord.read(new ByteArrayInputStream(octets));
        in.skipNBytes(length);
        return record;
    }

    /** How long a record with this header is, with the header. */
    static int length(OctetString header) {
        return TlsRecord.HEADER + (header.at(3) << 8 | header.at(4));
    }

    /** Whether the stream of the client ended with a reset. */
    boolean wasReset() {
        return reset;
    }

    /**
     * Whether the client sends nothing for so long. What it sends stays to be read; the end of its stream is not nothing.
     */
    boolean quiet(Duration time) throws IOException {
        long whole = deadline;
        limit(time);
        try {
            var unused = peek();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            deadline = whole;
        }
    }

    /** Whether the client has sent something that was not read. */
    boolean waiting() throws IOException {
        return in.available() > 0;
    }

    /** Puts octets back, to be read again. */
    public void unread(byte[] octets) throws IOException {
        in.unread(octets);
    }

    /** Ends the stream to the client. */
    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Lets no wait last longer than this from now on, nor longer than before. */
    public void limit(Duration fromNow) {
        deadline = Math.min(deadline, System.nanoTime() + fromNow.toNanos());
    }

    /** Lets the waits last this long from now on, if the case has the time. */
    void extend(Duration fromNow) {
        deadline = Math.min(last, System.nanoTime() + fromNow.toNanos());
    }

    /** How long the case still has. */
    public long millisLeft() {
        return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Knows how much of it was put back. */
    private static final class Held extends PushbackInputStream {
        Held(InputStream source, int size) {
            super(source, size);
        }

        int held() {
            return buf.length - pos;
        }
    }

    /** Gives each read the time that is left. */
    private final class Limited extends InputStream {
        private final InputStream source;

        Limited(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            try {
                limit();
                return source.read(octets, from, length);
            } catch (SocketException e) {
                reset |= !socket.isClosed();
                return -1;
            }
        }

        @Override
        public int available() throws IOException {
            return source.available();
        }

        private void limit() throws IOException {
            long left = millisLeft();
            // What has come in time, and is only read late, is not the client's silence.
            if (left <= -MOST_LATE.toMillis()) {
                throw new SocketTimeoutException("the time of the case is over");
            }
            socket.setSoTimeout((int) Math.max(1, Math.min(left, Integer.MAX_VALUE)));
        }
    }
}
