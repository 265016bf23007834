package dev.starttls.conformance.target;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The scheme of a target's URL: the protocol, its default port, and whether TLS begins with the first byte. */
public enum Scheme {
    SMTP(Protocol.SMTP, 25, Tls.UPGRADED),
    SUBMISSION(Protocol.SMTP, 587, Tls.UPGRADED),
    SMTPS(Protocol.SMTP, 465, Tls.IMPLICIT),
    IMAP(Protocol.IMAP, 143, Tls.UPGRADED),
    IMAPS(Protocol.IMAP, 993, Tls.IMPLICIT),
    POP3(Protocol.POP3, 110, Tls.UPGRADED),
    POP3S(Protocol.POP3, 995, Tls.IMPLICIT);

    private enum Tls {
        UPGRADED,
        IMPLICIT
    }

    private final Protocol protocol;
    private final int port;
    private final Tls tls;

    Scheme(Protocol protocol, int port, Tls tls) {
        this.protocol = protocol;
        this.port = port;
        this.tls = tls;
    }

    public Protocol protocol() {
        return protocol;
    }

    /** The port used if the URL has none. */
    public int defaultPort() {
        return port;
    }

    /** Whether TLS begins with the first byte (RFC 8314 section 3) and there is no plaintext phase at all. */
    public boolean implicitTls() {
        return tls == Tls.IMPLICIT;
    }

    /** The scheme as written in a URL. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scheme with this name, in upper or lower case. */
    public static Optional<Scheme> named(String name) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.key().equalsIgnoreCase(name))
                .findFirst();
    }

    /** The scheme of a protocol that begins in plaintext; the first if there are several. */
    public static Scheme upgraded(Protocol protocol) {
        return first(scheme -> scheme.protocol == protocol && !scheme.implicitTls())
                .orElseThrow();
    }

    /** The scheme of a protocol with TLS from the first octet; empty if no port is registered for that. */
    public static Optional<Scheme> implicit(Protocol protocol) {
        return first(scheme -> scheme.protocol == protocol && scheme.implicitTls());
    }

    private static Optional<Scheme> first(Predicate<Scheme> fits) {
        return Arrays.stream(values()).filter(fits).findFirst();
    }

    /** How URLs of this scheme look: {@code smtp://HOST[:25]}. */
    public String pattern() {
        return key() + "://HOST[:" + port + "]";
    }

    /** All schemes, for a usage message. */
    public static String all() {
        return Arrays.stream(values()).map(scheme -> scheme.key() + "://").collect(Collectors.joining(", "));
    }
}
