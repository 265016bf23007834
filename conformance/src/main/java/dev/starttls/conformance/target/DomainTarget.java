package dev.starttls.conformance.target;

import dev.starttls.core.tls.ServerIdentity;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/**
 * A domain under test, whose servers the DNS names.
 *
 * @param servers which of them are checked
 * @param domain in ASCII and lower case, without a dot at its end
 */
public record DomainTarget(Servers servers, String domain) implements Subject {
    private static final int MAX_DOMAIN = 253;

    /** Which servers of a domain are checked. */
    public enum Servers {
        /** Those that take mail for the domain, by its MX records. */
        MX,
        /** Those too that its users submit and read mail at, by its SRV records. */
        DOMAIN;

        /** What a target of it begins with, without the colon. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads {@code mx:example.org}, {@code domain:example.org} and {@code domain:user@example.org}, whose user makes no difference.
     *
     * @return empty if it begins with neither
     * @throws TargetException if no name of a domain follows; the message says what is wrong and shows the right form
     */
    public static Optional<DomainTarget> parse(String text) throws TargetException {
        for (Servers servers : Servers.values()) {
            String before = servers.key() + ":";
            if (text.regionMatches(true, 0, before, 0, before.length())) {
                return Optional.of(new DomainTarget(servers, domain(text, text.substring(before.length()), servers)));
            }
        }
        return Optional.empty();
    }

    private static String domain(String text, String rest, Servers servers) throws TargetException {
        String name = servers == Servers.DOMAIN ? rest.substring(rest.lastIndexOf('@') + 1) : rest;
        String ascii;
        try {
            ascii = ServerIdentity.toAscii(name).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new TargetException("'" + text
                    + "': the domain cannot be converted to ASCII for the DNS: write it as xn--... yourself ("
                    + e.getMessage() + ")");
        }
        String domain = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        if (domain.length() > MAX_DOMAIN
                || !domain.matches("([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
                || ServerIdentity.isAddress(domain)) {
            String bare = name.replaceFirst("^/+", "");
            throw new TargetException("'" + text + "': expected the name of a domain after '" + servers.key() + ":'"
                    + (bare.equals(name)
                            ? ", as in " + servers.key() + ":example.org"
                            : ": write " + servers.key() + ":" + (bare.isEmpty() ? "example.org" : bare)
                                    + ", without slashes"));
        }
        return domain;
    }

    @Override
    public Kind kind() {
        return Kind.DOMAIN;
    }

    @Override
    public String url() {
        return servers.key() + ":" + domain;
    }

    /** SMTP, which every domain is asked for. */
    @Override
    public Protocol protocol() {
        return Protocol.SMTP;
    }

    @Override
    public Optional<InetAddress> address() {
        return Optional.empty();
    }

    @Override
    public Optional<Scheme> schemeIfServer() {
        return Optional.empty();
    }

    @Override
    public DomainTarget anywhere() {
        return this;
    }

    @Override
    public String toString() {
        return url();
    }
}
