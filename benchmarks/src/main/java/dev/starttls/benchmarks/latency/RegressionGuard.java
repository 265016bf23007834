package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Results;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reports what became slower: upgrades on loopback, compared with the floor of the same rounds. The limits are generous
 * ratios, so that they hold on any machine; what exceeds its limit even at the lower end of its interval has become
 * slower.
 */
public final class RegressionGuard {

    private static final Map<ClientKind, Double> LIMITS =
            Map.of(ClientKind.STARTTLS, 1.25, ClientKind.STARTTLS_LOOP, 1.5);
    /**
     * The limit with a server that writes twice: a client that delays its acknowledgement takes 40 ms more, ten times
     * the floor.
     */
    private static final double STALLED = 2.5;

    private final Rounds rounds;

    /**
     * A guard.
     *
     * @param rounds that it measures
     */
    public RegressionGuard(Rounds rounds) {
        this.rounds = rounds;
    }

    /**
     * What was found.
     *
     * @param lines to print, one per measured ratio
     * @param slower how many exceed their limits
     */
    public record Verdict(List<String> lines, long slower) {}

    /**
     * Measures and judges.
     *
     * @return what got slower
     * @throws Exception if a client or a server fails
     */
    public Verdict judge() throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        List<Results.Peer> rows = new ArrayList<>();
        for (HandshakeKind handshake : HandshakeKind.values()) {
            rows.addAll(
                    new PeerLatency(List.of(ClientKind.FLOOR, ClientKind.STARTTLS, ClientKind.STARTTLS_LOOP), rounds)
                            .measure("TLSv1.3", contexts, handshake, 0));
        }
        Verdict swift = judge(rows);
        Verdict prompt = stalls(contexts);
        List<String> lines = new ArrayList<>(swift.lines());
        lines.addAll(prompt.lines());
        return new Verdict(lines, swift.slower() + prompt.slower());
    }

    /** Measures the stall of 40 ms that servers such as Postfix cause. */
    private Verdict stalls(Contexts contexts) throws Exception {
        Map<ClientKind, Rounds.Contestant> contestants = new LinkedHashMap<>();
        List<UpgradeClient> clients = new ArrayList<>();
        try (NagleServer server = new NagleServer(contexts.server())) {
            for (ClientKind kind : List.of(ClientKind.FLOOR_QUICK_ACK, ClientKind.STARTTLS, ClientKind.STARTTLS_LOOP)) {
                UpgradeClient client = kind.open();
                clients.add(client);
                ClientTls tls = kind.trusting(contexts.certificate());
                contestants.put(
                        kind,
                        new OutsideServers.Runner(
                                client, SessionTarget.smtp(server.port()), tls, "TLSv1.3", HandshakeKind.FULL));
            }
            return stalls(rounds.measure(contestants));
        } finally {
            clients.forEach(UpgradeClient::close);
        }
    }

    /** Judges what was measured against a server that writes twice. */
    static Verdict stalls(Map<ClientKind, double[]> samples) {
        List<String> lines = new ArrayList<>();
        long slower = 0;
        double[] floor = samples.get(ClientKind.FLOOR_QUICK_ACK);
        for (ClientKind kind : List.of(ClientKind.STARTTLS, ClientKind.STARTTLS_LOOP)) {
            Ratio ratio = Ratio.of(samples.get(kind), floor);
            boolean beyond = ratio.low() > STALLED;
            slower += beyond ? 1 : 0;
            lines.add(String.format(
                    Locale.ROOT,
                    "%-6s  %-28s %-8s %.2f of the floor (%.2f to %.2f), limit %.2f",
                    beyond ? "SLOWER" : "ok",
                    kind.title(),
                    "stall",
                    ratio.value(),
                    ratio.low(),
                    ratio.high(),
                    STALLED));
        }
        return new Verdict(lines, slower);
    }

    /** Judges the measurements; contestants without a limit are ignored. */
    static Verdict judge(List<Results.Peer> rows) {
        List<String> lines = new ArrayList<>();
        long slower = 0;
        for (Results.Peer row : rows) {
            Double limit = LIMITS.get(ClientKind.valueOf(row.client()));
            if (limit != null) {
                boolean beyond = row.toFloor().low() > limit;
                slower += beyond ? 1 : 0;
                lines.add(String.format(
                        Locale.ROOT,
                        "%-6s  %-28s %-8s %.2f of the floor (%.2f to %.2f), limit %.2f",
                        beyond ? "SLOWER" : "ok",
                        row.title(),
                        row.scenario().handshake().toLowerCase(Locale.ROOT),
                        row.toFloor().value(),
                        row.toFloor().low(),
                        row.toFloor().high(),
                        limit));
            }
        }
        return new Verdict(lines, slower);
    }
}
