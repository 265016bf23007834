package dev.starttls.core.hosts;

import java.util.Locale;
import java.util.Objects;

/**
 * A service of a host that clients connect to: what is remembered of IMAP on a host says nothing of POP3 there.
 *
 * <pre>{@code
 * HostService service = new HostService("mx.example.org", 25, "smtp");
 * }</pre>
 *
 * @param host its name or address, in ASCII and lower case, without a dot at its end; the name that its certificate must have,
 *     where that is another
 * @param port 0 to 65535, or -1 if it is not known
 * @param protocol as {@code StartTlsProtocol.name} has it: "smtp", "imap", "pop3"
 */
public record HostService(String host, int port, String protocol) {

    /** Writes the host in lower case and without a dot at its end: what is remembered is not to depend on how a name is written. */
    public HostService {
        String given = Objects.requireNonNull(host, "host: expected a name or an address, got null")
                .toLowerCase(Locale.ROOT);
        host = given.endsWith(".") && !given.endsWith("..") ? given.substring(0, given.length() - 1) : given;
        Objects.requireNonNull(protocol, "protocol: expected its name, for instance smtp, got null");
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host: expected a name or an address, got nothing");
        }
        if (port < -1 || port > 65_535) {
            throw new IllegalArgumentException("port: expected 0 to 65535, or -1, got " + port);
        }
        if (protocol.isEmpty()) {
            throw new IllegalArgumentException("protocol: expected its name, for instance smtp, got nothing");
        }
    }

    /** For people, for instance {@code mx.example.org:25 (smtp)}. */
    @Override
    public String toString() {
        return host + (port < 0 ? "" : ":" + port) + " (" + protocol + ")";
    }
}
