package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is measured against servers of other projects, and in how many rounds: many for the figures that are published,
 * TLS 1.3 with an EC key over loopback and above all Postfix; few for the rest.
 */
public enum ServerPlan {
    /** Everything, in a quarter of an hour. */
    TABLE;

    private static final String TLS13 = "TLSv1.3";
    private static final String TLS12 = "TLSv1.2";

    /** The clients that no timer of 40 ms delays, or only sometimes. */
    private static final List<ClientKind> SWIFT = List.of(
            ClientKind.FLOOR_QUICK_ACK,
            ClientKind.STARTTLS,
            ClientKind.STARTTLS_LOOP,
            ClientKind.STARTTLS_CONSCRYPT,
            ClientKind.STARTTLS_LOOP_CONSCRYPT,
            ClientKind.STARTTLS_TCNATIVE,
            ClientKind.STARTTLS_LOOP_TCNATIVE,
            ClientKind.SSL_SOCKET,
            ClientKind.TLS_CHANNEL);

    /** The clients that often wait for that timer: it dominates their time, so fewer rounds are needed. */
    private static final List<ClientKind> SLOW = List.of(
            ClientKind.FLOOR_QUICK_ACK,
            ClientKind.FLOOR,
            ClientKind.SSL_SOCKET_DELAYED,
            ClientKind.TLS_CHANNEL_DELAYED,
            ClientKind.NETTY,
            ClientKind.COMMONS_NET,
            ClientKind.COMMONS_NET_NO_DELAY,
            ClientKind.ANGUS,
            ClientKind.ANGUS_NO_DELAY);

    /** The clients for other versions and keys. */
    private static final List<ClientKind> FEW = List.of(
            ClientKind.FLOOR_QUICK_ACK,
            ClientKind.STARTTLS,
            ClientKind.STARTTLS_LOOP,
            ClientKind.SSL_SOCKET,
            ClientKind.TLS_CHANNEL);

    /** The clients for a link of 10 ms. */
    private static final List<ClientKind> NEAR = List.of(
            ClientKind.FLOOR_QUICK_ACK,
            ClientKind.STARTTLS,
            ClientKind.STARTTLS_LOOP,
            ClientKind.STARTTLS_CONSCRYPT,
            ClientKind.STARTTLS_TCNATIVE,
            ClientKind.SSL_SOCKET,
            ClientKind.TLS_CHANNEL,
            ClientKind.NETTY,
            ClientKind.COMMONS_NET_NO_DELAY,
            ClientKind.ANGUS_NO_DELAY);

    /** The clients for a link of 50 ms, where round trips dominate, including this library with fewer of them. */
    private static final List<ClientKind> FAR = List.of(
            ClientKind.FLOOR_QUICK_ACK,
            ClientKind.STARTTLS,
            ClientKind.STARTTLS_DIRECT,
            ClientKind.STARTTLS_LOOP,
            ClientKind.STARTTLS_CONSCRYPT,
            ClientKind.SSL_SOCKET,
            ClientKind.TLS_CHANNEL,
            ClientKind.NETTY,
            ClientKind.ANGUS_NO_DELAY);

    /**
     * One measurement.
     *
     * @param scenario what all clients do
     * @param kinds of clients
     * @param rounds they take
     */
    public record Step(Results.Scenario scenario, List<ClientKind> kinds, Rounds rounds) {}

    /**
     * What is measured of one server.
     *
     * @param target where it is
     * @param key that it has
     * @param linkMillis the round trip; 0 for loopback
     * @param versions of TLS
     * @param scale of the numbers of rounds
     * @return in this order; over a link only with an EC key, and over more than 10 ms only TLS 1.3 by STARTTLS or STLS
     */
    public List<Step> steps(SessionTarget target, KeyKind key, int linkMillis, Set<String> versions, double scale) {
        List<Step> steps = new ArrayList<>();
        for (String version : List.of(TLS13, TLS12)) {
            for (HandshakeKind handshake : EnumSet.allOf(HandshakeKind.class)) {
                if (versions.contains(version)) {
                    Results.Scenario scenario = new Results.Scenario(version, key.name(), handshake.name(), linkMillis);
                    boolean first = key == KeyKind.EC && version.equals(TLS13);
                    boolean quoted = target.protocol() == MailProtocol.SMTP && target.policy() == TlsPolicy.REQUIRED;
                    if (linkMillis == 0 && first) {
                        steps.add(step(scenario, SWIFT, quoted ? 60 : 20, quoted ? 250 : 80, scale));
                        steps.add(step(scenario, SLOW, 3, quoted ? 40 : 12, scale));
                    } else if (linkMillis == 0) {
                        steps.add(step(scenario, FEW, 8, 30, scale));
                    } else if (key == KeyKind.EC) {
                        over(steps, target, scenario, scale);
                    }
                }
            }
        }
        return steps;
    }

    /** Adds the steps over a link, but not with both another version and another kind of session. */
    private static void over(List<Step> steps, SessionTarget target, Results.Scenario scenario, double scale) {
        boolean upgrade = target.policy() == TlsPolicy.REQUIRED;
        boolean newest = scenario.version().equals(TLS13);
        boolean near = scenario.linkMillis() <= 10;
        if (upgrade && newest) {
            steps.add(near ? step(scenario, NEAR, 3, 25, scale) : step(scenario, FAR, 2, 8, scale));
        } else if (near && (upgrade || newest)) {
            steps.add(step(scenario, FEW, 2, 10, scale));
        }
    }

    private static Step step(Results.Scenario scenario, List<ClientKind> kinds, int warmUp, int counted, double scale) {
        return new Step(scenario, kinds, new Rounds((int) Math.ceil(warmUp * scale), (int)
                Math.max(3, Math.round(counted * scale))));
    }
}
