package dev.starttls.conformance.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A server for a test on a free port of the loopback: each connection gets a thread, all end with the test. */
final class LoopbackServer implements AutoCloseable {

    /** What is done with a connection; it is closed afterwards. */
    @FunctionalInterface
    interface Handler {
        void serve(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private final int most;

    private LoopbackServer(ServerSocket server, int most) {
        this.server = server;
        this.most = most;
    }

    static LoopbackServer serving(Handler handler) {
        return servingAtMost(Integer.MAX_VALUE, handler);
    }

    /** A server that closes every connection while it has as many as this. */
    static LoopbackServer servingAtMost(int most, Handler handler) {
        try {
            LoopbackServer loopback =
                    new LoopbackServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), most);
            start(() -> loopback.accept(handler));
            return loopback;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** A connection to it. */
    Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port());
    }

    private void accept(Handler handler) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (open.size() >= most) {
                    socket.close();
                    continue;
                }
                open.add(socket);
                start(() -> serve(handler, socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Handler handler, Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            handler.serve(socket);
        } catch (IOException e) {
            // The peer is gone, or the test is over.
        } finally {
            open.remove(socket);
        }
    }

    static void start(Runnable task) {
        Thread thread = new Thread(task, "loopback");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
