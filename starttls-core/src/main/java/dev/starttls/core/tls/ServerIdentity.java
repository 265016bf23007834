package dev.starttls.core.tls;

import dev.starttls.core.wire.HostName;
import java.net.IDN;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;

/**
 * The identity that is expected of a server, and whether a certificate has it: the rules of RFC 9525, the same for all engines.
 *
 * <pre>{@code
 * ServerIdentity server = ServerIdentity.of("mail.example.org");
 * boolean good = server.matches(leaf);
 * }</pre>
 *
 * <p>The reference identity (section 6.1) is one of two. An IPv4 or IPv6 address, also one in brackets or with a zone, is
 * an IP-ID: its octets are compared with those of the certificate. Anything else is a DNS-ID if it is a name of the DNS:
 * international names are converted (RFC 3490), a dot at the end is left out, case makes no difference, and labels consist of
 * letters, digits, hyphens and, as those of many mail servers do, underscores. What is neither, such as {@code 127.1} or a
 * name with a space, matches no certificate.
 *
 * <p>Of the certificate, only the subjectAltName counts: a common name is not an identity (RFC 9525 section 2). A wildcard is the whole
 * left-most label and stands for exactly one label (section 6.3). The rest of the name has at least two labels: {@code
 * *.example} would match a whole top-level domain, which section 7.1 warns of and no public authority issues. A presented name
 * that is malformed (a dot at the end, an empty label, a control character, a wildcard elsewhere) matches nothing.
 */
public final class ServerIdentity {

    /** Enough names to see what a certificate is for; some have a hundred. */
    private static final int MAX_SHOWN = 8;

    /** So that eight names fit in a message; names of hosts in use are shorter. */
    private static final int MAX_SHOWN_LENGTH = 100;

    /**
     * Characters that IDNA 2008 keeps and IDNA 2003, which the JDK implements, maps to others (RFC 5894 section 7.2): the result
     * would be another name, whose owner has a valid certificate for it.
     */
    private static final String DEVIATIONS = "\u00df\u03c2\u200c\u200d";

    private final String host;
    private final Optional<String> name;
    private final byte[] address;
    private final List<ServerIdentity> alternatives;

    private ServerIdentity(String ascii, List<ServerIdentity> alternatives) {
        this.alternatives = alternatives;
        boolean dot = ascii.endsWith(".");
        host = dot ? ascii.substring(0, ascii.length() - 1) : ascii;
        name = HostName.of(host);
        // No address has a dot at its end.
        address = dot ? new byte[0] : AddressLiteral.octets(host);
    }

    /**
     * The identity to expect of a server.
     *
     * @param host a name or address, as a person or a configuration has it
     * @return an identity that matches no certificate if it is neither
     * @throws IllegalArgumentException if it is not ASCII and cannot be converted
     */
    public static ServerIdentity of(String host) {
        return of(host, List.of());
    }

    /**
     * The identity to expect of a server whose certificate may have one of several names: that of the host, or of the domain whose
     * service led to it (RFC 7817 section 3, RFC 9525 section 6.1).
     *
     * @param host a name or address, which {@link #host} and {@link #indication} are about
     * @param alternatives names or addresses, any of which will do as well
     * @return an identity that matches what one of them matches
     * @throws IllegalArgumentException if one is not ASCII and cannot be converted
     */
    public static ServerIdentity of(String host, List<String> alternatives) {
        return new ServerIdentity(
                toAscii(host), alternatives.stream().map(ServerIdentity::of).toList());
    }

    /**
     * The host in ASCII, to be looked up: international names are converted (RFC 3490), all else is left as it is.
     *
     * @param host a name or address
     * @return the same, in ASCII
     * @throws IllegalArgumentException if it is not ASCII and cannot be converted
     */
    public static String toAscii(String host) {
        if (host.chars().allMatch(c -> c < 128)) {
            return host;
        }
        if (host.chars().anyMatch(c -> DEVIATIONS.indexOf(c) >= 0)) {
            throw new IllegalArgumentException("host: expected a name that IDNA 2003 and 2008 convert alike, got "
                    + host + "; give it in its ASCII form (xn--...)");
        }
        return IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES);
    }

    /**
     * The host as engines take it: in ASCII and without a dot at the end.
     *
     * @return the name or address
     */
    public String host() {
        return host;
    }

    /**
     * Whether this is an address: then no SNI is sent (RFC 6066 section 3), and IP-IDs are compared.
     *
     * @return false for names, and for what is neither
     */
    public boolean isAddress() {
        return address.length > 0;
    }

    /**
     * Whether a host is written as an address: four decimal numbers (RFC 6943 section 3.1.1), or IPv6 (RFC 4291 section
     * 2.2), also in brackets or with a zone. Other forms that some programs accept, such as {@code 127.1} and {@code
     * 2130706433}, are not addresses here.
     *
     * @param host a name or address, or anything else
     * @return false for names, and for what is neither
     */
    public static boolean isAddress(String host) {
        return AddressLiteral.octets(host).length > 0;
    }

    /**
     * Whether a certificate has this identity. Its chain, its validity in time and its uses are verified by the engine.
     *
     * @param leaf the server's own certificate
     * @return true if a name or address of its subjectAltName matches
     */
    public boolean matches(X509Certificate leaf) {
        return PresentedIdentifier.of(leaf).stream().anyMatch(this::matches);
    }

    /**
     * Whether one identifier of a certificate is this identity.
     *
     * @param presented a name or an address; a name never matches an address (RFC 9525 section 6.1)
     * @return true if it matches
     */
    public boolean matches(PresentedIdentifier presented) {
        boolean own =
                switch (presented.kind()) {
                    case DNS -> matchesName(presented.value());
                    case IP -> matchesAddress(presented.value());
                };
        return own || alternatives.stream().anyMatch(other -> other.matches(presented));
    }

    /**
     * The names and addresses that a certificate has as subjectAltName, to be shown to a person: the first eight, each of at
     * most 100 characters, without control characters.
     *
     * @param leaf a certificate
     * @return for instance "a.example, 192.0.2.1 and 3 more"; empty if it has none
     */
    public static String shownNames(X509Certificate leaf) {
        List<String> names = PresentedIdentifier.of(leaf).stream()
                .map(presented -> printable(presented.value()))
                .toList();
        int more = names.size() - MAX_SHOWN;
        return more > 0
                ? String.join(", ", names.subList(0, MAX_SHOWN)) + " and " + more + " more"
                : String.join(", ", names);
    }

    /**
     * What a client sends as server_name (RFC 6066 section 3).
     *
     * @return the name without a dot at its end; empty for an address, and for what is not the name of a host
     */
    public Optional<SNIHostName> indication() {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            // A name of the DNS that no host may have, such as one with an underscore.
            return Optional.empty();
        }
    }

    /** For people: all names, any of which will do. */
    @Override
    public String toString() {
        return Stream.concat(Stream.of(host), alternatives.stream().map(ServerIdentity::toString))
                .collect(Collectors.joining(" or "));
    }

    /** RFC 9525 section 6.3. */
    private boolean matchesName(String presented) {
        if (name.isEmpty()) {
            return false;
        }
        String reference = name.get();
        if (!presented.startsWith("*.")) {
            return HostName.of(presented).filter(reference::equals).isPresent();
        }
        Optional<String> base = HostName.of(presented.substring(2));
        int dot = reference.indexOf('.');
        return base.isPresent()
                && base.get().indexOf('.') > 0
                && dot > 0
                && reference.substring(dot + 1).equals(base.get());
    }

    /** RFC 9525 section 6.4: by octets, since one address has many forms. */
    private boolean matchesAddress(String presented) {
        return isAddress() && Arrays.equals(address, AddressLiteral.octets(presented));
    }

    private static String printable(String name) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), MAX_SHOWN_LENGTH); i++) {
            char c = name.charAt(i);
            shown.append(c <= 32 || c >= 127 ? '?' : c);
        }
        return name.length() > MAX_SHOWN_LENGTH ? shown.append("...").toString() : shown.toString();
    }
}
