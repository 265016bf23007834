package dev.starttls.core.upgrade;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.tls.ServerIdentity;
import java.util.List;

/**
 * The other side's address.
 *
 * @param host a name or an address, without control characters; on a client, the name that the certificate must have
 * @param port 0 to 65535, or -1 if it is not known
 * @param alternatives on a client, further names any of which the certificate may have instead (RFC 7817 section 3); none mostly
 */
public record Peer(String host, int port, List<String> alternatives) {

    /** Checks the bounds, and keeps its own copy. */
    public Peer {
        alternatives = List.copyOf(alternatives);
        requireName(host, "host");
        alternatives.forEach(name -> requireName(name, "alternatives"));
        if (port < -1 || port > 65_535) {
            throw new IllegalArgumentException("port: expected 0 to 65535, or -1, got " + port);
        }
    }

    /**
     * One without alternatives.
     *
     * @param host a name or an address, without control characters
     * @param port 0 to 65535, or -1 if it is not known
     */
    public Peer(String host, int port) {
        this(host, port, List.of());
    }

    private static void requireName(String name, String what) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(what + ": expected a name or an address, got nothing");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            // It goes into messages and logs as it is.
            throw new IllegalArgumentException(what + ": expected a name or an address, got control characters in "
                    + Ascii.printable(name) + "; check what it was taken from");
        }
    }

    /** Whom the certificate must be for. */
    ServerIdentity identity() {
        return ServerIdentity.of(host, alternatives);
    }

    /** For people: an international name as it is looked up and compared, in ASCII. */
    @Override
    public String toString() {
        return port < 0 ? ascii() : ascii() + ":" + port;
    }

    /** The host as it is looked up. */
    String ascii() {
        try {
            return ServerIdentity.toAscii(host);
        } catch (IllegalArgumentException e) {
            // A path of a Unix-domain socket, or what is no name.
            return host;
        }
    }
}
