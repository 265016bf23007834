package dev.starttls.conformance.target;

import dev.starttls.core.tls.ServerIdentity;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A server under test.
 *
 * @param scheme the protocol, and whether TLS begins with the first byte
 * @param host what to connect to: a name or an address; an IPv6 address without its brackets
 * @param port 1 to 65535
 * @param name the name in SNI and in the certificate; empty for the host's
 * @param address the one of the host's addresses to connect to; empty for the first that answers. The name in SNI and in
 *     the certificate is the host's all the same.
 */
public record Target(Scheme scheme, String host, int port, Optional<String> name, Optional<InetAddress> address)
        implements Subject {

    /** How many addresses of a name are used, of each family; it may have been given any number, to hold up a run. */
    public static final int MAX_ADDRESSES = 8;

    private static final String FORMS = Scheme.all() + ", and mx:DOMAIN, domain:[USER@]DOMAIN";

    /** A target at whichever of the host's addresses answers first. */
    public Target(Scheme scheme, String host, int port) {
        this(scheme, host, port, Optional.empty(), Optional.empty());
    }

    /** The same at this address of the host. */
    public Target at(InetAddress chosen) {
        return new Target(scheme, host, port, name, Optional.of(chosen));
    }

    /**
     * The same under this name.
     *
     * @param chosen what is sent by SNI, and what the certificate must have
     * @throws IllegalArgumentException if it is not ASCII and cannot be converted
     */
    public Target named(String chosen) {
        var unusedIdentity = ServerIdentity.of(chosen);
        return new Target(scheme, host, port, Optional.of(chosen), address);
    }

    /** The same server on the port of another scheme: at the same address, if that was chosen. */
    public Target beside(Scheme other, int itsPort) {
        return new Target(other, host, itsPort, name, address);
    }

    /** The same on the port of another scheme, at whichever address of the host answers first. */
    public Target by(Scheme other, int itsPort) {
        return new Target(other, host, itsPort, name, Optional.empty());
    }

    /** The same at whichever address of the host answers first. */
    @Override
    public Target anywhere() {
        return by(scheme, port);
    }

    /**
     * Reads {@code smtp://mail.example.org}, {@code smtps://192.0.2.1:2465}, {@code submission://[2001:db8::1]:587}; and
     * {@code smtp://192.0.2.1:25#mx.example.org}, which is the server of that name at that address.
     *
     * @throws TargetException if it is not a target; the message says what is wrong and shows the right form
     */
    public static Target parse(String url) throws TargetException {
        int colon = url.indexOf("://");
        if (colon < 0) {
            throw new TargetException("'" + url + "' is not a target: " + instead(url.strip()));
        }
        String name = url.substring(0, colon);
        Scheme scheme = Scheme.named(name)
                .orElseThrow(() ->
                        new TargetException("'" + url + "': there is no scheme '" + name + "'; it is one of " + FORMS));
        int hash = url.indexOf('#');
        if (hash >= 0) {
            return named(url, hash);
        }
        String rest = url.substring(colon + 3);
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        if (rest.indexOf('@') >= 0) {
            throw new TargetException(
                    "'" + scheme.key() + "://...@...': a target carries no user or password; give them"
                            + " with --user and --password-file");
        }
        if (rest.indexOf('/') >= 0 || rest.indexOf('?') >= 0) {
            throw new TargetException("'" + url + "': nothing but a name may follow the port; write " + scheme.key()
                    + "://HOST:PORT or " + scheme.key() + "://ADDRESS:PORT#NAME");
        }
        return rest.startsWith("[") ? bracketed(url, scheme, rest) : named(url, scheme, rest);
    }

    /** What to write in place of a text that is no URL. */
    private static String instead(String text) {
        if (text.matches("[^@:/\\s]+@[\\w.-]+")) {
            return "for the servers of that user write domain:" + text + "; for one server smtp://HOST[:PORT]";
        }
        // Of smtp:host and smtp:/host slashes are missing, and the scheme is there.
        int colon = text.indexOf(':');
        Optional<Scheme> scheme = colon < 0 ? Optional.empty() : Scheme.named(text.substring(0, colon));
        String rest = scheme.isEmpty() ? text : text.substring(colon + 1).replaceFirst("^/+", "");
        return "write SCHEME://HOST[:PORT], for instance "
                + scheme.orElse(Scheme.SMTP).key() + "://" + (likeHost(rest) ? rest : "mail.example.org")
                + " (schemes: " + FORMS + ")";
    }

    /** Whether a scheme may be all that is missing. */
    private static boolean likeHost(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c < 0x7f && (Character.isLetterOrDigit(c) || ".-:[]".indexOf(c) >= 0));
    }

    private static Target named(String url, int hash) throws TargetException {
        Target target = parse(url.substring(0, hash));
        return target.named(host(url, "the name after '#'", url.substring(hash + 1)));
    }

    private static Target bracketed(String url, Scheme scheme, String rest) throws TargetException {
        int end = rest.indexOf(']');
        if (end < 0) {
            throw new TargetException("'" + url + "': the bracket of the IPv6 address is not closed");
        }
        String after = rest.substring(end + 1);
        if (!after.isEmpty() && after.charAt(0) != ':') {
            throw new TargetException("'" + url + "': expected nothing or :PORT after ']', got '" + after + "'");
        }
        String host = rest.substring(1, end);
        return new Target(
                scheme,
                host(url, "the host", host),
                after.isEmpty() ? scheme.defaultPort() : port(url, after.substring(1)));
    }

    private static Target named(String url, Scheme scheme, String rest) throws TargetException {
        int colon = rest.indexOf(':');
        if (colon != rest.lastIndexOf(':')) {
            throw new TargetException(
                    "'" + url + "': write an IPv6 address in brackets, as in " + scheme.key() + "://[" + rest + "]");
        }
        String host = colon < 0 ? rest : rest.substring(0, colon);
        return new Target(
                scheme,
                host(url, "the host", host),
                colon < 0 ? scheme.defaultPort() : port(url, rest.substring(colon + 1)));
    }

    private static String host(String url, String what, String host) throws TargetException {
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c == '#')) {
            throw new TargetException("'" + url + "': " + what + " is missing or has a space in it");
        }
        try {
            var unusedIdentity = ServerIdentity.of(host);
        } catch (IllegalArgumentException e) {
            throw new TargetException(
                    "'" + url + "': the name cannot be converted to ASCII for the DNS: write it as xn--... yourself ("
                            + e.getMessage() + ")");
        }
        return host;
    }

    private static int port(String url, String digits) throws TargetException {
        if (digits.matches("[0-9]{1,5}")) {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        }
        throw new TargetException("'" + url + "': the port is a number from 1 to 65535, not '" + digits + "'");
    }

    /** Whether there is an address in place of a name to send in SNI and to match. */
    public boolean unnamed() {
        return ServerIdentity.isAddress(reference());
    }

    /** What the certificate must have: the name, otherwise the host. */
    public String reference() {
        return name.orElse(host);
    }

    /** Whether the host is an address, so that there is nothing to look up. */
    public boolean addressed() {
        return ServerIdentity.isAddress(host);
    }

    @Override
    public Kind kind() {
        return Kind.SERVER;
    }

    @Override
    public Protocol protocol() {
        return scheme.protocol();
    }

    @Override
    public Optional<Scheme> schemeIfServer() {
        return Optional.of(scheme);
    }

    /** The URL with its port always written, and its name if that is not the host. */
    @Override
    public String url() {
        return scheme.key() + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port
                + name.map(own -> "#" + own).orElse("");
    }

    @Override
    public String toString() {
        return url();
    }
}
