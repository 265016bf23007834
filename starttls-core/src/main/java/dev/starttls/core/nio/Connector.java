package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Makes blocking TCP connections: tries the addresses of a name in their order. */
final class Connector {

    private Connector() {}

    /** Connects, each address getting what is left of the time. */
    static SocketChannel connect(Peer peer, Duration timeout) throws UpgradeException {
        long deadline = System.nanoTime() + timeout.toNanos();
        StringBuilder tried = new StringBuilder();
        for (InetAddress address : resolve(peer.host())) {
            long left =
                    Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis());
            try {
                return connect(new InetSocketAddress(address, peer.port()), (int) Math.min(left, Integer.MAX_VALUE));
            } catch (IOException e) {
                tried.append(tried.isEmpty() ? "" : "; ")
                        .append(address.getHostAddress())
                        .append(": ");
                tried.append(e.getMessage());
            }
        }
        throw failed(peer.toString(), tried.toString());
    }

    static UpgradeException failed(String peer, String what) {
        return new UpgradeException(
                FailureReason.CONNECT_FAILED,
                Phase.CONNECT,
                "Expected a TCP connection to " + peer + ", got: " + what,
                "",
                "Check the host, the port and what filters between here and there");
    }

    static UpgradeException unknown(String host) {
        return new UpgradeException(
                FailureReason.CONNECT_FAILED,
                Phase.CONNECT,
                "Expected an address for " + host + ", found none",
                "",
                "Check the name, and the name service of this machine");
    }

    private static SocketChannel connect(InetSocketAddress address, int millis) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            // The dialogue is made of small segments, each of which the peer waits for.
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(address, millis);
            return channel;
        } catch (IOException | RuntimeException e) {
            Quietly.close(channel);
            throw e;
        }
    }

    private static InetAddress[] resolve(String host) throws UpgradeException {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            UpgradeException unknown = unknown(host);
            unknown.initCause(e);
            throw unknown;
        }
    }
}
