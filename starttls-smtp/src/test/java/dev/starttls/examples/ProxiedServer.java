package dev.starttls.examples;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.Peer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;

/**
 * Serves connections that a load balancer passes on with the PROXY protocol: handlers and limits see the client's address. Only
 * balancers that are known are believed; all else is closed.
 */
final class ProxiedServer {

    private final ServerSetup<?> server;
    private final Set<InetAddress> balancers;
    private final Duration patience;

    /** A balancer has so long for its header, which it sends first. */
    ProxiedServer(ServerSetup<?> server, Set<InetAddress> balancers, Duration patience) {
        this.server = server;
        this.balancers = Set.copyOf(balancers);
        this.patience = patience;
    }

    /** Serves one accepted connection on the calling thread. */
    void serve(SocketChannel accepted) throws IOException {
        try {
            InetSocketAddress from = (InetSocketAddress) accepted.getRemoteAddress();
            if (!balancers.contains(from.getAddress())) {
                throw new IOException("Expected a connection of a balancer, got one of " + from);
            }
            InetSocketAddress client = read(accepted).client().orElse(from);
            Peer peer = new Peer(client.getAddress().getHostAddress(), client.getPort());
            StartTlsChannel.over(accepted, server.connection(peer)).upgrade();
        } finally {
            accepted.close();
        }
    }

    private ProxyHeader read(SocketChannel accepted) throws IOException {
        ProxyHeader header = new ProxyHeader();
        byte[] octets = new byte[4_200];
        long deadline = System.nanoTime() + patience.toNanos();
        InputStream in = accepted.socket().getInputStream();
        while (header.wanted() > 0) {
            long left = deadline - System.nanoTime();
            accepted.socket().setSoTimeout((int) Math.max(1, left / 1_000_000));
            int count = in.read(octets, 0, header.wanted());
            if (count < 0) {
                throw new EOFException("Expected the rest of a header of the PROXY protocol, got the end");
            }
            header.take(ByteBuffer.wrap(octets, 0, count));
        }
        accepted.socket().setSoTimeout(0);
        return header;
    }
}
