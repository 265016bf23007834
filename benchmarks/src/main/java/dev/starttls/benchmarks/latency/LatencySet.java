package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.ProgressLine;
import dev.starttls.benchmarks.report.LatencyReport;
import dev.starttls.benchmarks.report.Machine;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.ResultsFile;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The measurements of latency with their numbers of rounds: a short set for a quick look, a long one for published
 * figures.
 */
public enum LatencySet {
    /** Two or three minutes: TLS 1.3 and EC keys, loopback and 10 ms, few rounds. */
    SHORT,
    /** A quarter of an hour: both versions, both keys, 50 ms as well. */
    LONG;

    private static final int COLD_LINK = 50;

    /** Without the clients that wait for Nagle's algorithm, whose 45 ms are known. */
    private static final Set<ClientKind> SWIFT = EnumSet.of(
            ClientKind.PLAINTEXT,
            ClientKind.FLOOR,
            ClientKind.STARTTLS,
            ClientKind.STARTTLS_UNPREPARED,
            ClientKind.STARTTLS_TWO_THREADS,
            ClientKind.STARTTLS_LOOP,
            ClientKind.STARTTLS_CONSCRYPT,
            ClientKind.SSL_SOCKET,
            ClientKind.TLS_CHANNEL,
            ClientKind.NETTY,
            ClientKind.ANGUS_NO_DELAY);

    /** The server of these sends everything at once. */
    private static final Set<ClientKind> ALL = EnumSet.copyOf(SWIFT);

    static {
        ALL.addAll(EnumSet.of(ClientKind.ANGUS, ClientKind.COMMONS_NET));
    }

    /** What is measured. */
    public enum Part {
        /** This library, its peers and the floor. */
        PEERS,
        /** What a session costs this library. */
        UPGRADES,
        /** The first upgrade of a JVM. */
        COLD,
        /** The cost of the ways to give a server its key. */
        KEYS
    }

    /**
     * Measures and writes the results.
     *
     * @param part of the set
     * @param scale of the numbers of rounds; 1 for those that the set has
     * @param folder of the results
     * @param command that measures it again
     * @throws Exception if a client or a server fails
     */
    public void measure(Part part, double scale, Path folder, String command) throws Exception {
        Machine machine = Machine.present();
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        switch (part) {
            case PEERS ->
                ResultsFile.write(
                        folder.resolve(LatencyReport.PEERS), new Results<>(machine, today, command, peers(scale)));
            case UPGRADES ->
                ResultsFile.write(
                        folder.resolve(LatencyReport.UPGRADES),
                        new Results<>(machine, today, command, upgrades(scale)));
            case COLD ->
                ResultsFile.write(
                        folder.resolve(LatencyReport.COLD), new Results<>(machine, today, command, cold(scale)));
            case KEYS ->
                ResultsFile.write(
                        folder.resolve(LatencyReport.KEYS), new Results<>(machine, today, command, serverKeys(scale)));
        }
    }

    private List<String> versions() {
        return this == LONG ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3");
    }

    private List<Contexts> keys() {
        return this == LONG
                ? List.of(new Contexts(KeyKind.EC), new Contexts(KeyKind.RSA))
                : List.of(new Contexts(KeyKind.EC));
    }

    private List<Integer> links() {
        return this == LONG ? List.of(0, 10, 50) : List.of(0, 10);
    }

    private List<Results.Peer> peers(double scale) throws Exception {
        List<Results.Peer> rows = new ArrayList<>();
        List<Contexts> keys = keys();
        for (int link : links()) {
            for (String version : versions()) {
                for (Contexts key : keys) {
                    for (HandshakeKind handshake : HandshakeKind.values()) {
                        boolean first = version.equals("TLSv1.3") && key.kind() == KeyKind.EC;
                        if (link == 0 || first) {
                            begin(Part.PEERS, version + " " + key.kind() + " " + handshake, link);
                            rows.addAll(new PeerLatency(contestants(first, link), peerRounds(link, scale))
                                    .measure(version, key, handshake, link));
                        }
                    }
                }
            }
        }
        return rows;
    }

    /** The slow ones are measured only on loopback, where their wait dominates. */
    private static List<ClientKind> contestants(boolean first, int link) {
        return first && link == 0 ? List.copyOf(ALL) : List.copyOf(SWIFT);
    }

    private Rounds peerRounds(int link, double scale) {
        return switch (link) {
            case 0 -> this == LONG ? rounds(300, 300, scale) : rounds(80, 100, scale);
            case 10 -> this == LONG ? rounds(5, 60, scale) : rounds(2, 15, scale);
            default -> rounds(2, 20, scale);
        };
    }

    private List<Results.Upgrade> upgrades(double scale) throws Exception {
        List<Contexts> keys = keys();
        List<Results.Upgrade> rows = new ArrayList<>();
        for (int link : links()) {
            Rounds rounds =
                    switch (link) {
                        case 0 -> this == LONG ? rounds(60, 150, scale) : rounds(60, 80, scale);
                        case 10 -> this == LONG ? rounds(3, 25, scale) : rounds(2, 15, scale);
                        default -> rounds(1, 10, scale);
                    };
            begin(Part.UPGRADES, "all sessions", link);
            rows.addAll(new UpgradeCost(rounds).measure(versions(), keys, link));
        }
        return rows;
    }

    private List<Results.Cold> cold(double scale) throws Exception {
        List<ClientKind> kinds = List.of(
                ClientKind.STARTTLS,
                ClientKind.STARTTLS_UNPREPARED,
                ClientKind.STARTTLS_TWO_THREADS,
                ClientKind.FLOOR,
                ClientKind.SSL_SOCKET);
        begin(Part.COLD, "archives of classes, then first upgrades", COLD_LINK);
        return new ColdStart(
                        this == LONG ? kinds : kinds.subList(0, 2),
                        this == LONG ? rounds(1, 15, scale) : rounds(1, 5, scale))
                .measure(COLD_LINK);
    }

    private List<Results.ServerKey> serverKeys(double scale) throws Exception {
        List<Results.ServerKey> rows = new ArrayList<>();
        for (Contexts key : keys()) {
            begin(Part.KEYS, key.kind().name(), 0);
            rows.addAll(new KeyCost(this == LONG ? rounds(150, 150, scale) : rounds(60, 60, scale)).measure(key));
        }
        return rows;
    }

    private static void begin(Part part, String what, int linkMillis) {
        ProgressLine.OF_THIS_PROCESS.begin(
                part + ": " + what + (linkMillis == 0 ? " over loopback" : " over " + linkMillis + " ms"));
    }

    private static Rounds rounds(int warmUp, int counted, double scale) {
        return new Rounds((int) Math.ceil(warmUp * scale), (int) Math.max(3, Math.round(counted * scale)));
    }
}
