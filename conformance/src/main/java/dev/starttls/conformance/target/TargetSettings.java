package dev.starttls.conformance.target;

import dev.starttls.core.tls.ServerIdentity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;

/**
 * What the user said about the targets.
 *
 * @param trust the roots to judge the server's chain by; empty: those of the Java runtime
 * @param serverName the name to send in SNI and to look for in the certificate; empty: the target's host
 * @param login credentials for the checks that need them
 * @param answer the longest wait for one answer of the server
 * @param quiet how long silence is listened to where a server must not speak
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

    /** Ten seconds for an answer, 300 ms of silence, the runtime's roots, the target's own name, no login. */
    public static TargetSettings standard() {
        return new TargetSettings(
                List.of(), Optional.empty(), Optional.empty(), Duration.ofSeconds(10), Duration.ofMillis(300));
    }

    public TargetSettings withTrust(List<X509Certificate> roots) {
        return new TargetSettings(roots, serverName, login, answer, quiet);
    }

    /**
     * The same with another name to send and to look for.
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

    /** The name to ask the target for and to find in its certificate; empty for an address without a given name. */
    public Optional<String> nameFor(Target target) {
        return serverName.or(() -> target.addressed() ? Optional.empty() : Optional.of(target.host()));
    }

    /** Who the target has to be by its certificate (RFC 9525 section 6.1): the given name, else the target's host. */
    public ServerIdentity identityOf(Target target) {
        return ServerIdentity.of(serverName.orElse(target.host()));
    }

    /** What to send to the target by SNI; empty where {@link #nameFor} is, and where it is not the name of a host. */
    public Optional<String> indicationFor(Target target) {
        return identityOf(target).indication().map(SNIHostName::getAsciiName);
    }
}
