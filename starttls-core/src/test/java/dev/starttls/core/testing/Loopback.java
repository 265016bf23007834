package dev.starttls.core.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Two socket channels that are connected with each other, blocking.
 *
 * @param client the side that connected
 * @param server the side that accepted
 */
public record Loopback(SocketChannel client, SocketChannel server) implements AutoCloseable {

    /** Connects two. */
    public static Loopback open() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(anyPort())) {
            SocketChannel client = SocketChannel.open(listening.getLocalAddress());
            return new Loopback(client, listening.accept());
        }
    }

    /** The loopback address and any free port. */
    public static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
