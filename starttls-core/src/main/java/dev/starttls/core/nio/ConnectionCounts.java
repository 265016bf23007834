package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The connections of a server's clients, open and new: by any thread that accepts or ends one. */
final class ConnectionCounts {

    /**
     * Clients that are remembered. One more is remembered in the place of the one that has come first of those without an open
     * connection: an attacker that has so many networks is bounded by the total. Each costs some 150 octets.
     */
    private static final int MAX_CLIENTS = 65_536;
    /** Of an IPv6 address: 64 bits. */
    private static final int NETWORK_OCTETS = 8;

    private final ConnectionLimits limits;
    private final TimeSource time;
    /** In the order in which they have come first. */
    private final Map<String, Count> clients = new LinkedHashMap<>();

    private int open;
    /** Of all clients, since their window began. */
    private int recent;

    private long windowBegan;

    private static final class Count {
        private int open;
        private int recent;
        private long windowBegan;
    }

    ConnectionCounts(ConnectionLimits limits, TimeSource time) {
        this.limits = limits;
        this.time = time;
        this.windowBegan = time.nanos();
    }

    /** Counts a connection, unless it is one too many: then it says of what, for an exception. */
    synchronized Optional<String> admit(Peer peer) {
        if (open >= limits.total()) {
            return Optional.of("at most " + limits.total() + " connections at once");
        }
        long now = time.nanos();
        if (recent == 0 || now - windowBegan >= limits.totalWindow().toNanos()) {
            windowBegan = now;
            recent = 0;
        }
        if (recent >= limits.newTotal()) {
            return Optional.of("at most " + limits.newTotal() + " new connections in "
                    + limits.totalWindow().toMillis() + " ms");
        }
        Optional<String> network = network(peer);
        if (network.isPresent()) {
            Optional<String> excess = count(network.get());
            if (excess.isPresent()) {
                return excess;
            }
        }
        open++;
        recent++;
        return Optional.empty();
    }

    private Optional<String> count(String network) {
        long now = time.nanos();
        Count count = clients.get(network);
        if (count == null) {
            count = new Count();
            count.windowBegan = now;
            makeRoom();
            clients.put(network, count);
        }
        if (count.open >= limits.perClient()) {
            return Optional.of("at most " + limits.perClient() + " connections at once of " + network);
        }
        if (now - count.windowBegan >= limits.window().toNanos()) {
            count.windowBegan = now;
            count.recent = 0;
        }
        if (count.recent >= limits.newPerClient()) {
            return Optional.of("at most " + limits.newPerClient() + " new connections of " + network + " in "
                    + limits.window().toMillis() + " ms");
        }
        count.open++;
        count.recent++;
        return Optional.empty();
    }

    /** A connection that was admitted has ended. */
    synchronized void release(Peer peer) {
        open--;
        network(peer).ifPresent(network -> {
            Count count = clients.get(network);
            count.open--;
            if (count.open == 0
                    && time.nanos() - count.windowBegan >= limits.window().toNanos()) {
                clients.remove(network);
            }
        });
    }

    /** How many are open, for people and tests. */
    synchronized int open() {
        return open;
    }

    /** How many clients are remembered. */
    synchronized int clients() {
        return clients.size();
    }

    private void makeRoom() {
        if (clients.size() < MAX_CLIENTS) {
            return;
        }
        var oldest = clients.values().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().open == 0) {
                oldest.remove();
                return;
            }
        }
    }

    /** What counts as one client; empty for a peer without an address. No name is looked up. */
    static Optional<String> network(Peer peer) {
        String host = peer.host();
        int scope = host.indexOf('%');
        String literal = scope < 0 ? host : host.substring(0, scope);
        boolean address = literal.indexOf(':') >= 0
                ? literal.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0)
                : !literal.isEmpty() && literal.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        if (!address) {
            return Optional.empty();
        }
        try {
            InetAddress parsed = InetAddress.getByName(literal);
            return Optional.of(
                    parsed instanceof Inet6Address
                            ? HexFormat.ofDelimiter(":").formatHex(Arrays.copyOf(parsed.getAddress(), NETWORK_OCTETS))
                                    + "::/64"
                            : parsed.getHostAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
