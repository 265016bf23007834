package dev.starttls.core.nio;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** What the program reads of a {@link StartTlsSocket}: the greeting that was made for it, then what the server sends. */
final class SocketInput extends InputStream {

    private final byte[] greeting;
    private final AtomicInteger read = new AtomicInteger();
    private final StartTlsChannel channel;
    private final Closeable socket;
    private volatile boolean ended;

    /**
     * A stream that begins.
     *
     * @param greeting a line, without CRLF
     * @param socket closed with the stream
     */
    SocketInput(String greeting, StartTlsChannel channel, Closeable socket) {
        this.greeting = (greeting + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        this.channel = channel;
        this.socket = socket;
    }

    /** The reads to come are at the end of the stream. */
    void end() {
        ended = true;
    }

    boolean ended() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        if (length == 0) {
            return 0;
        }
        if (ended) {
            return -1;
        }
        int from = read.getAndUpdate(at -> Math.min(greeting.length, at + Math.min(length, greeting.length)));
        if (from < greeting.length) {
            int count = Math.min(length, greeting.length - from);
            System.arraycopy(greeting, from, into, offset, count);
            return count;
        }
        try {
            int count = channel.read(ByteBuffer.wrap(into, offset, length));
            return ended ? -1 : count;
        } catch (ClosedChannelException e) {
            throw closed(e);
        }
    }

    /** What is left of the greeting: of what is encrypted, nothing is known before it is read. */
    @Override
    public int available() throws IOException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        return ended ? 0 : greeting.length - read.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Sockets have an exception of their own for it. */
    static SocketException closed(ClosedChannelException thrown) {
        SocketException closed = new SocketException("Socket is closed");
        closed.initCause(thrown);
        return closed;
    }
}
