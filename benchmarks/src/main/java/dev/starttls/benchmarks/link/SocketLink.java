package dev.starttls.benchmarks.link;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** A socket of the JDK. */
final class SocketLink implements Link {

    private static final int ROOM = 32_768;

    private final Socket socket;

    SocketLink(Socket socket) {
        this.socket = socket;
    }

    @Override
    public void send(long octets, int piece) throws IOException {
        byte[] source = new byte[piece];
        OutputStream out = socket.getOutputStream();
        for (long left = octets; left > 0; left -= piece) {
            out.write(source, 0, (int) Math.min(left, piece));
        }
    }

    @Override
    public void receive(long octets) throws IOException {
        byte[] target = new byte[(int) Math.min(octets, ROOM)];
        InputStream in = socket.getInputStream();
        long left = octets;
        while (left > 0) {
            int count = in.read(target, 0, (int) Math.min(left, target.length));
            if (count < 0) {
                throw new EOFException("Expected " + left + " octets more, got the end");
            }
            left -= count;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
