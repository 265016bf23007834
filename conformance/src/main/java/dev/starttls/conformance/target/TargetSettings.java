package dev.starttls.conformance.target;

import dev.starttls.core.tls.ServerIdentity;
import java.net.InetAddress;
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
 * @param clientIdentity the certificate for servers that ask for one
 * @param ehloName the name in EHLO and HELO; empty for the one that the session chooses
 * @param localAddress the address of this machine to connect from; empty for the system's choice
 * @param answer the longest wait for one answer of the server
 * @param quiet how long to listen where a server must not send anything
 */
public record TargetSettings(
        List<X509Certificate> trust,
        Optional<String> serverName,
        Optional<Login> login,
        Optional<ClientIdentity> clientIdentity,
        Optional<String> ehloName,
        Optional<InetAddress> localAddress,
        Duration answer,
        Duration quiet) {

    public TargetSettings {
        trust = List.copyOf(trust);
    }

    /**
     * Ten seconds for an answer, 300 ms of listening, the runtime's roots, the target's own name, no login, no certificate of the
     * client's, no mail, from the address that the system chooses. Ten seconds are more than a busy server needs; 300 ms is several round trips to any host.
     */
    public static TargetSettings standard() {
        return new TargetSettings(
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(10),
                Duration.ofMillis(300));
    }

    public TargetSettings withTrust(List<X509Certificate> roots) {
        return new TargetSettings(roots, serverName, login, clientIdentity, ehloName, localAddress, answer, quiet);
    }

    /**
     * The same with another name to send and to expect.
     *
     * @throws IllegalArgumentException if it is not ASCII and cannot be converted
     */
    public TargetSettings withServerName(String name) {
        var unusedIdentity = ServerIdentity.of(name);
        return new TargetSettings(
                trust, Optional.of(name), login, clientIdentity, ehloName, localAddress, answer, quiet);
    }

    public TargetSettings withLogin(Login credentials) {
        return new TargetSettings(
                trust, serverName, Optional.of(credentials), clientIdentity, ehloName, localAddress, answer, quiet);
    }

    public TargetSettings withClientIdentity(ClientIdentity identity) {
        return new TargetSettings(
                trust, serverName, login, Optional.of(identity), ehloName, localAddress, answer, quiet);
    }

    /**
     * The same with another name in EHLO.
     *
     * @param name a host name, or an address literal in brackets (RFC 5321 section 4.1.3)
     * @throws IllegalArgumentException if it is neither
     */
    public TargetSettings withEhloName(String name) {
        if (!name.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253})|\\[[A-Za-z0-9:.-]{2,60}]")) {
            throw new IllegalArgumentException(
                    "expected a host name or an address literal such as [192.0.2.1], got '" + name + "'");
        }
        return new TargetSettings(
                trust, serverName, login, clientIdentity, Optional.of(name), localAddress, answer, quiet);
    }

    /** The same with connections from this address of this machine. */
    public TargetSettings withLocalAddress(InetAddress local) {
        return new TargetSettings(
                trust, serverName, login, clientIdentity, ehloName, Optional.of(local), answer, quiet);
    }

    public TargetSettings withAnswer(Duration limit) {
        return new TargetSettings(trust, serverName, login, clientIdentity, ehloName, localAddress, limit, quiet);
    }

    public TargetSettings withQuiet(Duration limit) {
        return new TargetSettings(trust, serverName, login, clientIdentity, ehloName, localAddress, answer, limit);
    }

    /** The name to send to the target and to expect in its certificate; empty for an address without a given name. */
    public Optional<String> nameFor(Target target) {
        return serverName.or(() -> target.unnamed() ? Optional.empty() : Optional.of(target.reference()));
    }

    /**
     * The identity that the target's certificate must have (RFC 9525 section 6.1): the given name, otherwise the
     * target's own name, otherwise its host.
     */
    public ServerIdentity identityOf(Target target) {
        return ServerIdentity.of(serverName.orElse(target.reference()));
    }

    /** The name to send in SNI; empty if {@link #nameFor} is empty or not a host name. */
    public Optional<String> indicationFor(Target target) {
        return identityOf(target).indication().map(SNIHostName::getAsciiName);
    }
}
