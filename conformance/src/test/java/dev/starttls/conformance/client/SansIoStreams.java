package dev.starttls.conformance.client;

import dev.starttls.core.upgrade.UpgradeConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection without I/O, driven over a blocking socket as its javadoc has it. */
final class SansIoStreams {
    private static final int SIZE = 64 * 1024;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final SocketChannel socket;
    private final UpgradeConnection connection;
    private final ByteBuffer in = ByteBuffer.allocate(SIZE).limit(0);
    private final ByteBuffer out = ByteBuffer.allocate(SIZE);
    private final ByteBuffer data = ByteBuffer.allocate(SIZE).limit(0);

    SansIoStreams(SocketChannel socket, UpgradeConnection connection) {
        this.socket = socket;
        this.connection = connection;
    }

    /** Drives the upgrade to its end. */
    void upgrade() throws IOException {
        try {
            connection.begin(System.nanoTime());
            while (!step()) {
                // The step says when it is done.
            }
        } catch (IOException e) {
            flush();
            throw e;
        }
    }

    private boolean step() throws IOException {
        connection.tick(System.nanoTime());
        int left = in.remaining();
        switch (connection.want()) {
            case TASK -> connection.task().ifPresent(Runnable::run);
            case WRITE -> flush();
            case AGAIN -> connection.receive(in, NONE);
            case READ -> {
                connection.receive(in, NONE);
                if (in.remaining() == left && connection.want() == dev.starttls.core.upgrade.Want.READ) {
                    read();
                    connection.receive(in, NONE);
                }
            }
            case ANSWER -> throw new IOException("Expected a dialogue that answers at once, got " + connection);
            case NOTHING -> {
                return connection.ready();
            }
        }
        return false;
    }

    private void flush() throws IOException {
        transmit(NONE);
    }

    private void transmit(ByteBuffer application) throws IOException {
        do {
            connection.transmit(application, out.clear());
            out.flip();
            while (out.hasRemaining()) {
                socket.write(out);
            }
        } while (application.hasRemaining());
    }

    private void read() throws IOException {
        in.compact();
        int octets = socket.read(in);
        in.flip();
        if (octets < 0) {
            connection.endOfInput();
        }
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                while (!data.hasRemaining()) {
                    if (connection.inputEnded()) {
                        return -1;
                    }
                    int left = in.remaining();
                    connection.receive(in, data.clear());
                    data.flip();
                    connection.task().ifPresent(Runnable::run);
                    if (!data.hasRemaining() && in.remaining() == left && !connection.inputEnded()) {
                        SansIoStreams.this.read();
                    }
                }
                return data.get() & 0xff;
            }

            @Override
            public int read(byte[] octets, int from, int length) throws IOException {
                int first = read();
                if (first < 0) {
                    return -1;
                }
                octets[from] = (byte) first;
                int more = Math.min(length - 1, data.remaining());
                data.get(octets, from + 1, more);
                return 1 + more;
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] octets, int from, int length) throws IOException {
                transmit(ByteBuffer.wrap(octets, from, length));
            }
        };
    }
}
