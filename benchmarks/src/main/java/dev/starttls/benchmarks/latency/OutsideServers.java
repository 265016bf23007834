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
 * This library and its peers against a server that others have made: from the TCP connection until the session is ready;
 * closing is not counted. The server tells nothing of its handshakes, so that they are told apart by whether the client
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
     * Measures one server. Clients that have no such protocol are left out.
     *
     * @param server its name, for the table
     * @param target where it is
     * @param certificate that is trusted, as DER
     * @param scenario what is to be done there
     * @param link its round trip as it was measured
     * @return one row a client
     * @throws Exception what went wrong
     */
    public List<Results.Outside> measure(
            String server, Target target, byte[] certificate, Results.Scenario scenario, Spread link) throws Exception {
        Handshake handshake = Handshake.valueOf(scenario.handshake());
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
        private final Target target;
        private final ClientTls tls;
        private final String version;
        private final Handshake handshake;
        private final List<Handshake> seen = new ArrayList<>();
        private final List<Boolean> repeated = new ArrayList<>();
        private Handshake last = Handshake.FULL;

        Runner(UpgradeClient client, Target target, ClientTls tls, String version, Handshake handshake) {
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
         * One session. Where one that was to be resumed is not, since the server gave no ticket with the session before or
         * takes each once, it has brought a new ticket, and is done again.
         */
        @Override
        public double run() throws IOException, GeneralSecurityException {
            double millis = once();
            boolean again = handshake == Handshake.RESUMED && last == Handshake.FULL;
            if (again) {
                millis = once();
            }
            seen.add(last);
            repeated.add(again);
            return millis;
        }

        private double once() throws IOException, GeneralSecurityException {
            if (handshake == Handshake.FULL) {
                tls.forget();
            }
            long full = tls.fullHandshakes();
            long before = System.nanoTime();
            try (Closeable upgraded = client.upgrade(target, tls, version)) {
                double millis = (System.nanoTime() - before) / 1e6;
                last = tls.fullHandshakes() == full ? Handshake.RESUMED : Handshake.FULL;
                if (handshake == Handshake.FULL && last == Handshake.RESUMED) {
                    throw new IOException(
                            "Expected a full handshake with " + target + ", got a resumed one (" + upgraded + ")");
                }
                return millis;
            }
        }

        /** In how many rounds a full handshake came before the one that counted. */
        int repeated(int counted) {
            return (int) repeated.subList(repeated.size() - counted, repeated.size()).stream()
                    .filter(it -> it)
                    .count();
        }

        /** Of the rounds that counted, which are the last. */
        int notResumed(int counted) {
            return handshake == Handshake.FULL
                    ? 0
                    : (int) seen.subList(seen.size() - counted, seen.size()).stream()
                            .filter(it -> it == Handshake.FULL)
                            .count();
        }
    }
}
