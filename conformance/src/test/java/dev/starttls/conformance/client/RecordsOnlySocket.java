package dev.starttls.conformance.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;

/** A connection of which only the records of TLS are seen: a fault of a client, not a service to it. */
final class RecordsOnlySocket extends Socket {
    private static final int HEADER = 5;

    private final Socket socket;

    RecordsOnlySocket(Socket socket) {
        this.socket = socket;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Records(socket.getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public synchronized int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public synchronized void close() throws IOException {
        socket.close();
    }

    private static final class Records extends FilterInputStream {
        private final byte[] header = new byte[HEADER];
        private int headerLeft;
        private int left;

        Records(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            if (headerLeft == 0 && left == 0) {
                int octet = in.read();
                while (octet >= 0 && (octet < 0x14 || octet > 0x17)) {
                    octet = in.read();
                }
                header[0] = (byte) octet;
                if (octet < 0 || in.readNBytes(header, 1, HEADER - 1) < HEADER - 1) {
                    return -1;
                }
                headerLeft = HEADER;
                left = ((header[3] & 0xff) << 8) | (header[4] & 0xff);
            }
            if (headerLeft > 0) {
                headerLeft--;
                return header[HEADER - 1 - headerLeft] & 0xff;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            int octet = length == 0 ? -1 : read();
            if (octet < 0) {
                return length == 0 ? 0 : -1;
            }
            octets[offset] = (byte) octet;
            return 1;
        }
    }
}
