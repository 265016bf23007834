package dev.starttls.core.tls;

import dev.starttls.core.line.Ascii;
import java.net.IDN;
import java.util.Optional;
import javax.net.ssl.SNIHostName;

/**
 * The name of a server as TLS wants it: in ASCII and without the dot that says that it is complete.
 *
 * @param host the name or address
 */
record PeerName(String host) {

    /**
     * What IDNA 2008 keeps and IDNA 2003, which the JDK has, turns into something else (RFC 5894 section 7.2): the name
     * would be another one, with another owner and a good certificate.
     */
    private static final String DEVIATIONS = "\u00df\u03c2\u200c\u200d";

    static PeerName of(String given) {
        String host = ascii(given) ? given : converted(given);
        return new PeerName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }

    private static boolean ascii(String given) {
        for (int i = 0; i < given.length(); i++) {
            if (given.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    private static String converted(String given) {
        if (given.chars().anyMatch(c -> DEVIATIONS.indexOf(c) >= 0)) {
            throw new IllegalArgumentException("host: expected a name that IDNA 2003 and 2008 convert alike, got "
                    + given + "; give it in its ASCII form (xn--...)");
        }
        return IDN.toASCII(given, IDN.USE_STD3_ASCII_RULES);
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
        for (int i = host.lastIndexOf('.') + 1; i < host.length(); i++) {
            if (!Ascii.digit(host.charAt(i))) {
                return host.indexOf(':') >= 0;
            }
        }
        return true;
    }
}
