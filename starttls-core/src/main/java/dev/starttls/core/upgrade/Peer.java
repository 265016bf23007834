package dev.starttls.core.upgrade;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.tls.ServerIdentity;

/**
 * The other side's address.
 *
 * @param host a name or an address, without control characters; on a client, the name that the certificate must have
 * @param port 0 to 65535, or -1 if it is not known
 */
public record Peer(String host, int port) {

    /** Checks the bounds. */
    public Peer {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host: expected a name or an address, got nothing");
        }
        if (host.chars().anyMatch(Character::isISOControl)) {
            // It goes into messages and logs as it is.
            throw new IllegalArgumentException("host: expected a name or an address, got control characters in "
                    + Ascii.printable(host) + "; check what it was taken from");
        }
        if (port < -1 || port > 65_535) {
            throw new IllegalArgumentException("port: expected 0 to 65535, or -1, got " + port);
        }
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
