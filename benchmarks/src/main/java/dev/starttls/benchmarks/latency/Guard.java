package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tells a developer what got slower: upgrades on loopback against the floor of the same rounds. The limits are generous and
 * ratios, so that they hold on any machine; what goes beyond them even at the lower end of its interval has got slower.
 */
public final class Guard {

    private static final Map<ClientKind, Double> LIMITS =
            Map.of(ClientKind.STARTTLS, 1.25, ClientKind.STARTTLS_LOOP, 1.5);

    private final Rounds rounds;

    /**
     * A guard.
     *
     * @param rounds that it measures
     */
    public Guard(Rounds rounds) {
        this.rounds = rounds;
    }

    /**
     * What was found.
     *
     * @param lines to be printed, one a measured ratio
     * @param slower how many are beyond their limits
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
        for (Handshake handshake : Handshake.values()) {
            rows.addAll(
                    new PeerLatency(List.of(ClientKind.FLOOR, ClientKind.STARTTLS, ClientKind.STARTTLS_LOOP), rounds)
                            .measure("TLSv1.3", contexts, handshake, 0));
        }
        return judge(rows);
    }

    /** Judges what was measured; contestants without a limit are passed over. */
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
