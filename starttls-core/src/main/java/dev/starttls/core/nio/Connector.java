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
import java.util.ArrayList;
import java.util.List;

/** Makes TCP connections: tries the addresses of a name in their order. */
final class Connector {

    private Connector() {}

    /** The addresses tried so far, and what became of them. */
    static final class Attempts {

        private final StringBuilder tried = new StringBuilder();
        private final List<InetSocketAddress> addresses;
        private final long deadline;
        private int begun;

        Attempts(List<InetSocketAddress> addresses, Duration timeout) {
            this.addresses = addresses;
            this.deadline = System.nanoTime() + timeout.toNanos();
        }

        /** Returns the time for an address, in nanoseconds: what is left is shared out among those that are left. */
        long begin(InetSocketAddress address) {
            tried.append(tried.isEmpty() ? "" : "; ").append(address).append(": ");
            return Math.max(1, (deadline - System.nanoTime()) / (addresses.size() - begun++));
        }

        void failed(String what) {
            tried.append(what);
        }

        UpgradeException failure() {
            return new UpgradeException(
                    FailureReason.CONNECT_FAILED,
                    Phase.CONNECT,
                    "Expected a TCP connection, got: " + tried,
                    "",
                    "Check the host, the port and what filters between here and there");
        }
    }

    /** Connects and blocks meanwhile. */
    static SocketChannel connect(List<InetSocketAddress> addresses, Duration timeout) throws UpgradeException {
        Attempts attempts = new Attempts(addresses, timeout);
        for (InetSocketAddress address : addresses) {
            long millis = Duration.ofNanos(attempts.begin(address)).toMillis() + 1;
            try {
                return connect(address, (int) Math.min(millis, Integer.MAX_VALUE));
            } catch (IOException e) {
                attempts.failed(e.getMessage());
            }
        }
        throw attempts.failure();
    }

    /** Looks the host up, and blocks meanwhile. */
    static List<InetSocketAddress> resolve(Peer peer) throws UpgradeException {
        try {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(peer.host())) {
                addresses.add(new InetSocketAddress(address, peer.port()));
            }
            return addresses;
        } catch (UnknownHostException e) {
            UpgradeException unknown = unknown(peer.host());
            unknown.initCause(e);
            throw unknown;
        }
    }

    /** The dialogue is made of small segments, each of which the peer waits for. */
    static void withoutDelay(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            // The peer has gone already, which reading will tell.
            return;
        }
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
            withoutDelay(channel);
            channel.socket().connect(address, millis);
            return channel;
        } catch (IOException | RuntimeException e) {
            Quietly.close(channel);
            throw e;
        }
    }
}
