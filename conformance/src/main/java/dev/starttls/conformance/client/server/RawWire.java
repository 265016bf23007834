package dev.starttls.conformance.client.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One connection below TLS. No wait on it is longer than the time that its case has. */
public final class RawWire implements AutoCloseable {
    private static final int MAX_PUSHED_BACK = 1 << 18;

    private final Socket socket;
    private long deadline;
    private boolean gone;
    private final PushbackInputStream in;

    /**
     * A new connection.
     *
     * @param deadline by {@link System#nanoTime}
     */
    RawWire(Socket socket, long deadline) throws IOException {
        this.socket = socket;
        this.deadline = deadline;
        socket.setTcpNoDelay(true);
        this.in = new PushbackInputStream(new Limited(socket.getInputStream()), MAX_PUSHED_BACK);
    }

    /** What the client sends; a read that takes too long ends with {@link SocketTimeoutException}. */
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

    /** How long the case still has. */
    public long millisLeft() {
        return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Gives each read the time that is left. */
    private final class Limited extends InputStream {
        private final InputStream source;

        Limited(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            limit();
            return source.read();
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            limit();
            return source.read(octets, from, length);
        }

        @Override
        public int available() throws IOException {
            return source.available();
        }

        private void limit() throws IOException {
            long left = millisLeft();
            if (left <= 0) {
                throw new SocketTimeoutException("the time of the case is over");
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        }
    }
}
