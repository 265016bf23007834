package dev.starttls.core.nio;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** What the program writes into a {@link StartTlsSocket}; each write is at least one record. */
final class SocketOutput extends OutputStream {

    private final StartTlsChannel channel;
    private final Closeable socket;

    /**
     * A stream.
     *
     * @param socket closed with the stream
     */
    SocketOutput(StartTlsChannel channel, Closeable socket) {
        this.channel = channel;
        this.socket = socket;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(octets, offset, length);
        try {
            while (left.hasRemaining()) {
                channel.write(left);
            }
        } catch (ClosedChannelException e) {
            throw channel.isOpen() ? outputShutdown(e) : SocketInput.closed(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static SocketException outputShutdown(ClosedChannelException thrown) {
        SocketException shutdown = new SocketException("Socket output is shutdown");
        shutdown.initCause(thrown);
        return shutdown;
    }
}
