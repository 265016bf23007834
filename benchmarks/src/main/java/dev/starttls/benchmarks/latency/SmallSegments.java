package dev.starttls.benchmarks.latency;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/** Whether a client's small segments are delayed (Nagle's algorithm, RFC 896). */
enum SmallSegments {
    /** The platform's default: the second waits until the first is acknowledged. */
    AS_THEY_COME,
    /** TCP_NODELAY. */
    AT_ONCE;

    SocketChannel channel() throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (this == AT_ONCE) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        return channel;
    }

    Socket socket() throws IOException {
        return set(new Socket());
    }

    private Socket set(Socket socket) throws IOException {
        if (this == AT_ONCE) {
            socket.setTcpNoDelay(true);
        }
        return socket;
    }

    /** Sockets in plaintext, for libraries that use such a factory. */
    SocketFactory factory() {
        return new Plain();
    }

    /** Sockets of TLS, for libraries that use such a factory. */
    SSLSocketFactory factory(SSLSocketFactory sockets) {
        return new Secure(sockets);
    }

    private static UnsupportedOperationException unconnected() {
        return new UnsupportedOperationException("Expected to be asked for a socket that is not connected");
    }

    private final class Plain extends SocketFactory {

        @Override
        public Socket createSocket() throws IOException {
            return socket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw unconnected();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw unconnected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw unconnected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
            throw unconnected();
        }
    }

    private final class Secure extends SSLSocketFactory {

        private final SSLSocketFactory sockets;

        Secure(SSLSocketFactory sockets) {
            this.sockets = sockets;
        }

        @Override
        public Socket createSocket() throws IOException {
            return set(sockets.createSocket());
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
            return sockets.createSocket(socket, host, port, autoClose);
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return sockets.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return sockets.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw unconnected();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw unconnected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw unconnected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
            throw unconnected();
        }
    }
}
