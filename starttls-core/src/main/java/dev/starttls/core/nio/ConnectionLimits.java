package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeLimits;
import java.time.Duration;
import java.util.Objects;

/**
 * How many connections a server takes, from one client and in all. One too many is told so in the protocol's words (SMTP 421,
 * IMAP BYE, POP3 -ERR) and closed, before anything is made for it; where TLS is spoken from the first octet it is closed without a
 * word, since a handshake is what a flood is to cost no more.
 *
 * <pre>{@code
 * server.connectionLimits(ConnectionLimits.NONE.withPerClient(20).withNewPerClient(60, Duration.ofMinutes(1)));
 * }</pre>
 *
 * <p>A client is an IPv4 address, or an IPv6 network of 64 bits, which is what one site is given at least (RFC 6177 section 2):
 * counted by addresses, a single one would have 2^64 of them. Peers without an address, over Unix-domain sockets, count in all
 * only. A connection that is handed over to the application counts until then.
 *
 * @param total connections at once, of all clients; at least 1
 * @param perClient connections at once of one client; at least 1
 * @param newPerClient new connections of one client in each {@code window}, those that are refused not counted; at least 1
 * @param window of {@code newPerClient}; positive, it begins with the first connection that is counted, and then anew
 * @param newTotal new connections of all clients in each {@code totalWindow}, those that are refused not counted; at least 1
 * @param totalWindow of {@code newTotal}, as {@code window}: a second, to spread the handshakes after an outage over time
 */
public record ConnectionLimits(
        int total, int perClient, int newPerClient, Duration window, int newTotal, Duration totalWindow) {

    /** No limits but those of the loops. */
    public static final ConnectionLimits NONE = new ConnectionLimits(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Duration.ofMinutes(1),
            Integer.MAX_VALUE,
            Duration.ofSeconds(1));

    /** Checks the bounds. */
    public ConnectionLimits {
        atLeastOne("total", total);
        atLeastOne("perClient", perClient);
        atLeastOne("newPerClient", newPerClient);
        atLeastOne("newTotal", newTotal);
        window = bounded("window", window);
        totalWindow = bounded("totalWindow", totalWindow);
    }

    /**
     * The same with another number of connections at once, of all clients.
     *
     * @param connections at least 1
     * @throws IllegalArgumentException if it is less than 1
     */
    public ConnectionLimits withTotal(int connections) {
        return new ConnectionLimits(connections, perClient, newPerClient, window, newTotal, totalWindow);
    }

    /**
     * The same with another number of connections at once of one client.
     *
     * @param connections at least 1
     * @throws IllegalArgumentException if it is less than 1
     */
    public ConnectionLimits withPerClient(int connections) {
        return new ConnectionLimits(total, connections, newPerClient, window, newTotal, totalWindow);
    }

    /**
     * The same with another number of new connections of one client in a time.
     *
     * @param connections at least 1
     * @param time positive
     * @throws IllegalArgumentException if one is out of bounds
     */
    public ConnectionLimits withNewPerClient(int connections, Duration time) {
        return new ConnectionLimits(total, perClient, connections, time, newTotal, totalWindow);
    }

    /**
     * The same with another number of new connections of all clients in a time.
     *
     * @param connections at least 1
     * @param time positive
     * @throws IllegalArgumentException if one is out of bounds
     */
    public ConnectionLimits withNewTotal(int connections, Duration time) {
        return new ConnectionLimits(total, perClient, newPerClient, window, connections, time);
    }

    private static Duration bounded(String name, Duration time) {
        Objects.requireNonNull(time, name + ": expected a positive time, got null");
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": expected a positive time, got " + time);
        }
        return time.compareTo(UpgradeLimits.MAX_TIME) < 0 ? time : UpgradeLimits.MAX_TIME;
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": expected at least 1, got " + value);
        }
    }
}
