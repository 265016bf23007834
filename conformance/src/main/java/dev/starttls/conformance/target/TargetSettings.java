package dev.starttls.conformance.target;

import dev.starttls.core.tls.ServerIdentity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;

/**
 * The user's settings for the targets.
 *
 * @param trust the trusted roots for the server's chain; empty for those of the Java runtime
 * @param serverName the name to send in SNI and to expect in the certificate; empty for the target's host
 * @param login credentials for the checks that need them
 * @param answer the longest wait for one answer of the server
 * @param quiet how long to listen where a server must not send anything
 */
public record TargetSettings(
        List<X509Certificate> trust,
        Optional<String> serverName,
        Optional<Login> login,
        Duration answer,
        Duration quiet) {

    public TargetSettings {
        trust = List.copyOf(trust);
    }

    /**
     * Ten seconds for an answer, 300 ms of listening, the runtime's roots, the target's own name, no login. Ten seconds
     * are more than a busy server needs; 300 ms is several round trips to any host.
     */
    public static TargetSettings standard() {
        return new TargetSettings(
                List.of(), Optional.empty(), Optional.empty(), Duration.ofSeconds(10), Duration.ofMillis(300));
    }

    public TargetSettings withTrust(List<X509Certificate> roots) {
        return new TargetSettings(roots, serverName, login, answer, quiet);
    }

    /**
     * The same with another name to send and to expect.
     *
     * @throws IllegalArgumentException if it is not ASCII and cannot be converted
     */
    public TargetSettings withServerName(String name) {
        var unusedIdentity = ServerIdentity.of(name);
        return new TargetSettings(trust, Optional.of(name), login, answer, quiet);
    }

    public TargetSettings withLogin(Login credentials) {
        return new TargetSettings(trust, serverName, Optional.of(credentials), answer, quiet);
    }

    public TargetSettings withAnswer(Duration limit) {
        return new TargetSettings(trust, serverName, login, limit, quiet);
    }

    /** The name to send to the target and to expect in its certificate; empty for an address without a given name. */
    public Optional<String> nameFor(Target target) {
        return serverName.or(() -> target.addressed() ? Optional.empty() : Optional.of(target.host()));
    }

    /**
     * The identity that the target's certificate must have (RFC 9525 section 6.1): the given name, otherwise the
     * target's host.
     */
    public ServerIdentity identityOf(Target target) {
        return ServerIdentity.of(serverName.orElse(target.host()));
    }

    /** The name to send in SNI; empty if {@link #nameFor} is empty or not a host name. */
    public Optional<String> indicationFor(Target target) {
        return identityOf(target).indication().map(SNIHostName::getAsciiName);
    }
}
