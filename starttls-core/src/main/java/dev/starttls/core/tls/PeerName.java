package dev.starttls.core.tls;

import java.net.IDN;
import java.util.Optional;
import javax.net.ssl.SNIHostName;

/**
 * The name of a server as TLS wants it: in ASCII and without the dot that says that it is complete.
 *
 * @param host the name or address
 */
record PeerName(String host) {

    static PeerName of(String given) {
        boolean ascii = given.chars().allMatch(c -> c < 128);
        String host = ascii ? given : IDN.toASCII(given, IDN.USE_STD3_ASCII_RULES);
        return new PeerName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }

    /** What to send as server_name: nothing for an address, or for what is no name (RFC 6066 section 3). */
    Optional<SNIHostName> indication() {
        if (host.isEmpty() || address()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            // Names that DNS has and hosts may not have, such as those with an underscore.
            return Optional.empty();
        }
    }

    /** No name of the DNS has a colon, or digits alone behind its last dot (RFC 3696 section 2). */
    private boolean address() {
        String last = host.substring(host.lastIndexOf('.') + 1);
        return host.indexOf(':') >= 0 || last.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
