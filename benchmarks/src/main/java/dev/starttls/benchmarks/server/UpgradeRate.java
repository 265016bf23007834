package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.report.Figure;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The upgrades per second of a server, with its clients on the same machine, and the server's CPU time for one, without
 * the clients.
 */
public final class UpgradeRate {

    private static final int CLIENTS = 8;
    /** With fewer processors, the clients use what a second loop would need. */
    private static final int PROCESSORS_FOR_TWO = 4;

    private final Rounds rounds;
    private final int upgrades;

    /**
     * A measurement.
     *
     * @param rounds in which the servers take turns
     * @param upgrades in a turn
     */
    public UpgradeRate(Rounds rounds, int upgrades) {
        this.rounds = rounds;
        this.upgrades = upgrades;
    }

    private static boolean twoLoopsMeasurable() {
        return Runtime.getRuntime().availableProcessors() >= PROCESSORS_FOR_TWO;
    }

    private enum Kind {
        STARTTLS_LOOP("this library, one thread"),
        STARTTLS_TWO_LOOPS(
                twoLoopsMeasurable()
                        ? "this library, two loops, a thread each"
                        : "this library, two loops, a thread each (rate: not measurable here, fewer than "
                                + PROCESSORS_FOR_TWO + " processors)"),
        STARTTLS_EXECUTOR("this library, one thread, tasks on an executor"),
        NETTY("Netty, one event loop"),
        SSL_SOCKET("SSLSocket, a thread each");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        private UpgradeServer open(SSLContext context) throws Exception {
            return switch (this) {
                case STARTTLS_LOOP -> new LoopServer(context, LoopServer.Tasks.ON_THE_LOOP, 1);
                case STARTTLS_TWO_LOOPS -> new LoopServer(context, LoopServer.Tasks.ON_THE_LOOP, 2);
                case STARTTLS_EXECUTOR -> new LoopServer(context, LoopServer.Tasks.ON_AN_EXECUTOR, 1);
                case NETTY -> new NettyServer(context);
                case SSL_SOCKET -> new ThreadServer(context);
            };
        }
    }

    /**
     * Measures.
     *
     * @return figures named upgradesPerSecond and serverCpuPerUpgrade; the floor of their ratios is SSLSocket
     * @throws Exception if a server or a client fails
     */
    public List<Figure> measure() throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        Map<Kind, UpgradeServer> servers = new EnumMap<>(Kind.class);
        try (UpgradingClients clients = new UpgradingClients(contexts, CLIENTS)) {
            Map<Kind, List<Double>> cpu = new EnumMap<>(Kind.class);
            Map<Kind, Rounds.Contestant> contestants = new LinkedHashMap<>();
            for (Kind kind : Kind.values()) {
                UpgradeServer server = kind.open(contexts.server());
                servers.put(kind, server);
                cpu.put(kind, new ArrayList<>());
                contestants.put(kind, () -> {
                    long cpuBefore = server.cpuNanos();
                    long before = System.nanoTime();
                    clients.upgrade(server.port(), upgrades);
                    double perSecond = upgrades * 1e9 / (System.nanoTime() - before);
                    cpu.get(kind).add((server.cpuNanos() - cpuBefore) / 1e3 / upgrades);
                    return perSecond;
                });
            }
            return figures(rounds.measure(contestants), cpu);
        } finally {
            for (UpgradeServer server : servers.values()) {
                server.close();
            }
        }
    }

    private List<Figure> figures(Map<Kind, double[]> rates, Map<Kind, List<Double>> cpu) {
        Map<String, String> condition = Map.of("version", "TLSv1.3", "key", "EC", "clients", Integer.toString(CLIENTS));
        List<Figure> figures = new ArrayList<>();
        double[] floorRates = rates.get(Kind.SSL_SOCKET);
        double[] floorCpu = counted(cpu.get(Kind.SSL_SOCKET), floorRates.length);
        rates.forEach((kind, samples) -> {
            if (kind != Kind.STARTTLS_TWO_LOOPS || twoLoopsMeasurable()) {
                figures.add(new Figure(
                        "upgradesPerSecond",
                        condition,
                        kind.name(),
                        kind.title,
                        "1/s",
                        Spread.of(samples),
                        Optional.of(Ratio.of(samples, floorRates))));
            }
            double[] micros = counted(cpu.get(kind), samples.length);
            figures.add(new Figure(
                    "serverCpuPerUpgrade",
                    condition,
                    kind.name(),
                    kind.title,
                    "us",
                    Spread.of(micros),
                    Optional.of(Ratio.of(micros, floorCpu))));
        });
        return figures;
    }

    /** Those of the rounds that count. */
    private static double[] counted(List<Double> all, int last) {
        double[] samples = all.stream().mapToDouble(Double::doubleValue).toArray();
        return Arrays.copyOfRange(samples, samples.length - last, samples.length);
    }
}
