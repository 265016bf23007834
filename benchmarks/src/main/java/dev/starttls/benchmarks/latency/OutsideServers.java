package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * This library and its peers against a server of another project: from the TCP connection until the session is ready;
 * closing is not counted. The server does not report its handshakes, so they are distinguished by whether the client
 * verified a certificate.
 */
public final class OutsideServers {

    private final List<ClientKind> kinds;
    private final Rounds rounds;

    /**
     * Measurements.
     *
     * @param kinds of clients; the floor with TCP_QUICKACK is one of them
     * @param rounds of each
     */
    public OutsideServers(List<ClientKind> kinds, Rounds rounds) {
        this.kinds = kinds;
        this.rounds = rounds;
    }

    /**
     * Measures one server. Clients that do not support its protocol are left out.
     *
     * @param server its name, for the table
     * @param target where it is
     * @param certificate that is trusted, as DER
     * @param scenario what is to be done there
     * @param link its round trip as it was measured
     * @return one row per client
     * @throws Exception if a client or the server fails
     */
    public List<Results.Outside> measure(
            String server, SessionTarget target, byte[] certificate, Results.Scenario scenario, Spread link)
            throws Exception {
        HandshakeKind handshake = HandshakeKind.valueOf(scenario.handshake());
        Map<ClientKind, Rounds.Contestant> contestants = new LinkedHashMap<>();
        Map<ClientKind, Runner> runners = new LinkedHashMap<>();
        List<UpgradeClient> clients = new ArrayList<>();
        try {
            for (ClientKind kind : kinds) {
                if (kind.has(target.protocol())) {
                    UpgradeClient client = kind.open();
                    clients.add(client);
                    Runner runner =
                            new Runner(client, target, kind.trusting(certificate), scenario.version(), handshake);
                    runner.first(kind);
                    runners.put(kind, runner);
                    contestants.put(kind, runner);
                }
            }
            Map<ClientKind, double[]> samples = rounds.measure(contestants);
            Results.RoundTrips roundTrips =
                    new Results.RoundTrips(link, target.script().roundTrips(handshake.roundTrips(scenario.version())));
            double[] floor = samples.get(ClientKind.FLOOR_QUICK_ACK);
            List<Results.Outside> rows = new ArrayList<>();
            samples.forEach((kind, millis) -> rows.add(new Results.Outside(
                    server,
                    target.protocol().name(),
                    target.policy().name().toLowerCase(Locale.ROOT).replace("required", "starttls"),
                    scenario,
                    roundTrips,
                    kind.name(),
                    kind.title(),
                    Spread.of(millis),
                    Spread.quantileOf(millis, 0.9),
                    Ratio.of(millis, floor),
                    runners.get(kind).repeated(millis.length),
                    runners.get(kind).notResumed(millis.length))));
            return rows;
        } finally {
            clients.forEach(UpgradeClient::close);
        }
    }

    /** One client in its rounds. */
    static final class Runner implements Rounds.Contestant {

        private final UpgradeClient client;
        private final SessionTarget target;
        private final ClientTls tls;
        private final String version;
        private final HandshakeKind handshake;
        private final List<HandshakeKind> seen = new ArrayList<>();
        private final List<Boolean> repeated = new ArrayList<>();
        private HandshakeKind last = HandshakeKind.FULL;

        Runner(UpgradeClient client, SessionTarget target, ClientTls tls, String version, HandshakeKind handshake) {
            this.client = client;
            this.target = target;
            this.tls = tls;
            this.version = version;
            this.handshake = handshake;
        }

        /** The session that may be resumed. */
        void first(ClientKind kind) throws IOException {
            try {
                client.upgrade(target, tls, version).close();
            } catch (IOException | RuntimeException e) {
                throw new IOException("Expected a session of " + kind.title() + " with " + target + ", got " + e, e);
            }
        }

        /**
         * One session. If it should be resumed and is not, because the server sent no ticket in the session before or
         * accepts each only once, it has brought a new ticket, and is repeated.
         */
        @Override
        public double run() throws IOException, GeneralSecurityException {
            double millis = once();
            boolean again = handshake == HandshakeKind.RESUMED && last == HandshakeKind.FULL;
            if (again) {
                millis = once();
            }
            seen.add(last);
            repeated.add(again);
            return millis;
        }

        private double once() throws IOException, GeneralSecurityException {
            if (handshake == HandshakeKind.FULL) {
                tls.forget();
            }
            long full = tls.fullHandshakes();
            long before = System.nanoTime();
            try (Closeable upgraded = client.upgrade(target, tls, version)) {
                double millis = (System.nanoTime() - before) / 1e6;
                last = tls.fullHandshakes() == full ? HandshakeKind.RESUMED : HandshakeKind.FULL;
                if (handshake == HandshakeKind.FULL && last == HandshakeKind.RESUMED) {
                    throw new IOException(
                            "Expected a full handshake with " + target + ", got a resumed one (" + upgraded + ")");
                }
                return millis;
            }
        }

        /** The number of rounds in which a full handshake preceded the one that counted. */
        int repeated(int counted) {
            return (int) repeated.subList(repeated.size() - counted, repeated.size()).stream()
                    .filter(it -> it)
                    .count();
        }

        /** Of the rounds that counted, which are the last. */
        int notResumed(int counted) {
            return handshake == HandshakeKind.FULL
                    ? 0
                    : (int) seen.subList(seen.size() - counted, seen.size()).stream()
                            .filter(it -> it == HandshakeKind.FULL)
                            .count();
        }
    }
}
