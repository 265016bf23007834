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
 * @param window positive; it begins with the first connection that is counted, and then anew
 */
public record ConnectionLimits(int total, int perClient, int newPerClient, Duration window) {

    /** No limits but those of the loops. */
    public static final ConnectionLimits NONE =
            new ConnectionLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Duration.ofMinutes(1));

    /** Checks the bounds. */
    public ConnectionLimits {
        atLeastOne("total", total);
        atLeastOne("perClient", perClient);
        atLeastOne("newPerClient", newPerClient);
        Objects.requireNonNull(window, "window: expected a positive time, got null");
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("window: expected a positive time, got " + window);
        }
        window = window.compareTo(UpgradeLimits.MAX_TIME) < 0 ? window : UpgradeLimits.MAX_TIME;
    }

    /**
     * The same with another number of connections at once, of all clients.
     *
     * @param connections at least 1
     * @throws IllegalArgumentException if it is less than 1
     */
    public ConnectionLimits withTotal(int connections) {
        return new ConnectionLimits(connections, perClient, newPerClient, window);
    }

    /**
     * The same with another number of connections at once of one client.
     *
     * @param connections at least 1
     * @throws IllegalArgumentException if it is less than 1
     */
    public ConnectionLimits withPerClient(int connections) {
        return new ConnectionLimits(total, connections, newPerClient, window);
    }

    /**
     * The same with another number of new connections of one client in a time.
     *
     * @param connections at least 1
     * @param time positive
     * @throws IllegalArgumentException if one is out of bounds
     */
    public ConnectionLimits withNewPerClient(int connections, Duration time) {
        return new ConnectionLimits(total, perClient, connections, time);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": expected at least 1, got " + value);
        }
    }
}
