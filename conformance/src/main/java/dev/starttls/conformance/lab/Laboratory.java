package dev.starttls.conformance.lab;

import dev.starttls.conformance.embedded.Authority;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A domain whose servers and records are on loopback alone: three mail hosts, of which one is good, the server of an MTA-STS policy, and
 * a resolver that knows its zone and no other.
 *
 * <pre>{@code
 * try (Laboratory lab = Laboratory.start(new Laboratory.Ports(2525, 8443, 5300))) {
 *     lab.options("root.pem"); // by which the command checks mx:shop.zone.example
 * }
 * }</pre>
 */
public final class Laboratory implements AutoCloseable {
    /** The domain. */
    public static final String DOMAIN = "shop.zone.example";

    private final Authority authority = Authority.create();
    private final MailHosts hosts;
    private final PolicyServer policy;
    private final LabZone zone;
    private final ZoneServer resolver;

    /**
     * Where the servers listen; 0 is a port that is free.
     *
     * @param mail of the three mail hosts, at 127.0.0.1, 127.0.0.2 and 127.0.0.3
     * @param policy of the MTA-STS policy, at 127.0.0.1
     * @param dns of the resolver, at 127.0.0.1, by UDP and TCP
     */
    public record Ports(int mail, int policy, int dns) {
        /** Any that are free. */
        public static final Ports FREE = new Ports(0, 0, 0);
    }

    private Laboratory(Ports ports) throws IOException {
        hosts = MailHosts.start(DOMAIN, authority, ports.mail());
        try {
            policy = PolicyServer.start(DOMAIN, authority, ports.policy());
        } catch (IOException | RuntimeException e) {
            hosts.close();
            throw e;
        }
        try {
            zone = LabZone.sign(DOMAIN, zone(), Instant.now());
            resolver = ZoneServer.start(Listening.local(ports.dns()), zone::answer);
        } catch (IOException | RuntimeException e) {
            hosts.close();
            policy.close();
            throw e;
        }
    }

    /**
     * Starts all of it.
     *
     * @throws IOException if a port cannot be had; the message says which
     */
    public static Laboratory start(Ports ports) throws IOException {
        return new Laboratory(ports);
    }

    /** The ports that are listened on. */
    public Ports ports() {
        return new Ports(hosts.port(), policy.port(), resolver.port());
    }

    /** The root of all certificates but one. */
    public X509Certificate root() {
        return authority.root();
    }

    /** The key of the zone, as a zone file has it: a trust anchor. */
    public String anchor() {
        return zone.anchor();
    }

    /** What the zone has besides its SOA and NS, as zone files have it. */
    public String zone() {
        return hosts.records() + policy.records();
    }

    /**
     * The options by which the command checks the domain, each with its value after a space.
     *
     * @param trust the file that has {@link #root()}
     */
    public List<String> options(String trust) {
        return options(Listening.LOCAL + ":" + resolver.port(), trust);
    }

    /**
     * The same by another resolver.
     *
     * @param other its address and port
     * @param trust the file that has {@link #root()}
     */
    public List<String> options(String other, String trust) {
        return List.of(
                "--resolver " + other,
                "--port " + hosts.port(),
                "--mta-sts-port " + policy.port(),
                "--trust " + trust,
                "--private-addresses");
    }

    /** Closes all ports. */
    @Override
    public void close() {
        hosts.close();
        policy.close();
        resolver.close();
    }
}
