package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * The time of a session of this library, by protocol, kind of session, version, key and link, all conditions of a link
 * in turn: from the TCP connection until the session is ready, with the phases and round trips of the upgrade report.
 * What an upgrade adds is the difference to the plaintext session, measured over the same link.
 */
final class UpgradeCost {

    private static final String NONE = "";

    private final Rounds rounds;

    UpgradeCost(Rounds rounds) {
        this.rounds = rounds;
    }

    /** Version and key are empty in plaintext. */
    private record Condition(
            MailProtocol protocol, TlsPolicy policy, String version, String key, HandshakeKind handshake) {

        String session() {
            return switch (policy) {
                case DISABLED -> "plaintext";
                case IMPLICIT -> "implicit";
                default -> "starttls";
            };
        }
    }

    List<Results.Upgrade> measure(List<String> versions, List<Contexts> keys, int linkMillis) throws Exception {
        try (MailServers servers = new MailServers()) {
            Map<Condition, Runner> runners = new LinkedHashMap<>();
            for (Contexts contexts : keys) {
                SSLContext server = contexts.server();
                for (MailProtocol protocol : MailProtocol.values()) {
                    int upgrading = servers.link(servers.listen(protocol, TlsPolicy.OPPORTUNISTIC, server), linkMillis);
                    int implicit = servers.link(servers.listen(protocol, TlsPolicy.IMPLICIT, server), linkMillis);
                    for (Condition condition : conditions(protocol, versions, contexts.kind())) {
                        int port = condition.policy() == TlsPolicy.IMPLICIT ? implicit : upgrading;
                        runners.computeIfAbsent(condition, it -> new Runner(it, client(contexts), servers, port));
                    }
                }
            }
            for (Runner runner : runners.values()) {
                runner.first();
            }
            Map<Condition, double[]> samples = rounds.measure(new LinkedHashMap<>(runners));
            return runners.values().stream()
                    .map(runner -> runner.result(samples.get(runner.condition), linkMillis))
                    .toList();
        }
    }

    private static List<Condition> conditions(MailProtocol protocol, List<String> versions, KeyKind key) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(new Condition(protocol, TlsPolicy.DISABLED, NONE, NONE, HandshakeKind.FULL));
        for (String version : versions) {
            conditions.add(new Condition(protocol, TlsPolicy.REQUIRED, version, key.name(), HandshakeKind.FULL));
            conditions.add(new Condition(protocol, TlsPolicy.REQUIRED, version, key.name(), HandshakeKind.RESUMED));
            conditions.add(new Condition(protocol, TlsPolicy.IMPLICIT, version, key.name(), HandshakeKind.FULL));
        }
        return conditions;
    }

    private static SSLContext client(Contexts contexts) {
        try {
            return contexts.client();
        } catch (Exception e) {
            throw new IllegalStateException("Expected an SSL context of the platform, got " + e, e);
        }
    }

    private static final class Runner implements Rounds.Contestant {

        private final Condition condition;
        private final SSLContext context;
        private final TlsSettings tls;
        private final MailServers servers;
        private final int port;
        private final List<UpgradeReport> reports = new ArrayList<>();

        Runner(Condition condition, SSLContext context, MailServers servers, int port) {
            this.condition = condition;
            this.context = context;
            this.servers = servers;
            this.port = port;
            TlsSettings.Builder settings = TlsSettings.builder().context(context);
            this.tls = (condition.policy() == TlsPolicy.DISABLED ? settings : settings.versions(condition.version()))
                    .build();
        }

        /** The session that may be resumed. */
        void first() throws IOException {
            condition
                    .protocol()
                    .connect(port, condition.policy(), tls)
                    .session()
                    .close();
            servers.settle();
        }

        @Override
        public double run() throws IOException {
            if (condition.handshake() == HandshakeKind.FULL) {
                Contexts.forget(context);
            }
            servers.negotiated();
            long before = System.nanoTime();
            MailProtocol.Ready ready = condition.protocol().connect(port, condition.policy(), tls);
            double millis = (System.nanoTime() - before) / 1e6;
            try (var session = ready.session()) {
                String wanted = condition.policy() == TlsPolicy.DISABLED
                        ? "nothing"
                        : condition.version() + " " + condition.handshake();
                String got = servers.negotiated()
                        .map(seen -> seen.version() + " " + seen.resumption())
                        .orElse("nothing");
                if (!got.equals(wanted)) {
                    throw new IOException("Expected the server to see " + wanted + " of " + condition + ", it saw "
                            + got + " (" + session + ")");
                }
                reports.add(ready.report());
            } finally {
                servers.settle();
            }
            return millis;
        }

        Results.Upgrade result(double[] samples, int linkMillis) {
            List<UpgradeReport> counted = reports.subList(reports.size() - samples.length, reports.size());
            Map<String, Double> phases = new LinkedHashMap<>();
            Map<String, Integer> roundTrips = new LinkedHashMap<>();
            for (PhaseTime phase : counted.get(0).phases()) {
                String name = phase.phase().name();
                phases.put(name, Spread.of(times(counted, phase)).median());
                roundTrips.put(name, phase.roundTrips());
            }
            return new Results.Upgrade(
                    condition.protocol().name(),
                    condition.session(),
                    new Results.Scenario(
                            condition.version(),
                            condition.key(),
                            condition.handshake().name(),
                            linkMillis),
                    Spread.of(samples),
                    alike(counted),
                    phases,
                    roundTrips);
        }

        private static double[] times(List<UpgradeReport> reports, PhaseTime phase) {
            return reports.stream()
                    .flatMap(report -> report.phases().stream())
                    .filter(other -> other.phase() == phase.phase())
                    .mapToDouble(other -> other.took().toNanos() / 1e6)
                    .toArray();
        }

        /** The round trips, which must be the same in every round. */
        private int alike(List<UpgradeReport> reports) {
            Set<Integer> counts =
                    reports.stream().map(UpgradeReport::roundTrips).collect(Collectors.toSet());
            if (counts.size() != 1) {
                throw new IllegalStateException(
                        "Expected the same round trips every time under " + condition + ", got " + counts);
            }
            return counts.iterator().next();
        }
    }
}
