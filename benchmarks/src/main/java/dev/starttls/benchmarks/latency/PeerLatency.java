package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * This library, its peers and the floor, doing the same SMTP upgrade against the same server in the same rounds: name
 * check on, each with a ClientTls of its own. Measured from the TCP connection to the reply to the second EHLO; closing
 * is not counted.
 *
 * <p>Each sample is checked against what the server saw: a handshake of another version, or a full one where it was to
 * be resumed, ends the measurement.
 */
final class PeerLatency {

    private final List<ClientKind> kinds;
    private final Rounds rounds;

    PeerLatency(List<ClientKind> kinds, Rounds rounds) {
        this.kinds = kinds;
        this.rounds = rounds;
    }

    List<Results.Peer> measure(String version, Contexts contexts, HandshakeKind handshake, int linkMillis)
            throws Exception {
        Results.Scenario scenario =
                new Results.Scenario(version, contexts.kind().name(), handshake.name(), linkMillis);
        List<Runner> runners = new ArrayList<>();
        try (MailServers servers = new MailServers()) {
            int port = servers.link(
                    servers.listen(MailProtocol.SMTP, TlsPolicy.OPPORTUNISTIC, contexts.server()), linkMillis);
            Map<ClientKind, Rounds.Contestant> contestants = new LinkedHashMap<>();
            for (ClientKind kind : kinds) {
                Runner runner =
                        new Runner(kind, scenario, handshake, kind.trusting(contexts.certificate()), servers, port);
                runners.add(runner);
                runner.first();
                contestants.put(kind, runner);
            }
            Map<ClientKind, double[]> samples = rounds.measure(contestants);
            double[] floor = samples.get(ClientKind.FLOOR);
            return kinds.stream()
                    .map(kind -> new Results.Peer(
                            scenario,
                            kind.name(),
                            kind.title(),
                            Spread.of(samples.get(kind)),
                            Ratio.of(samples.get(kind), floor)))
                    .toList();
        } finally {
            runners.forEach(Runner::close);
        }
    }

    /** One client in its rounds, checked by what the server saw. */
    static final class Runner implements Rounds.Contestant {

        private final ClientKind kind;
        private final Results.Scenario scenario;
        private final HandshakeKind handshake;
        private final ClientTls tls;
        private final MailServers servers;
        private final int port;
        private final UpgradeClient client;

        Runner(
                ClientKind kind,
                Results.Scenario scenario,
                HandshakeKind handshake,
                ClientTls tls,
                MailServers servers,
                int port)
                throws IOException {
            this.kind = kind;
            this.scenario = scenario;
            this.handshake = handshake;
            this.tls = tls;
            this.servers = servers;
            this.port = port;
            this.client = kind.open();
        }

        /** The session that may be resumed. */
        void first() throws IOException {
            client.upgrade(SessionTarget.smtp(port), tls, scenario.version()).close();
            servers.settle();
        }

        @Override
        public double run() throws IOException, GeneralSecurityException {
            if (handshake == HandshakeKind.FULL) {
                tls.forget();
            }
            servers.negotiated();
            long before = System.nanoTime();
            try (Closeable upgraded = client.upgrade(SessionTarget.smtp(port), tls, scenario.version())) {
                double millis = (System.nanoTime() - before) / 1e6;
                check(servers.negotiated(), upgraded);
                return millis;
            } finally {
                servers.settle();
            }
        }

        private void check(Optional<UpgradeReport.Negotiated> seen, Closeable upgraded) throws IOException {
            String wanted = kind == ClientKind.PLAINTEXT ? "nothing" : scenario.version() + " " + scenario.handshake();
            String got = seen.map(tls -> tls.version() + " " + tls.resumption()).orElse("nothing");
            if (!got.equals(wanted)) {
                throw new IOException("Expected the server to see " + wanted + " of " + kind.title() + ", it saw " + got
                        + " (" + upgraded + ")");
            }
        }

        void close() {
            client.close();
        }
    }
}
