package dev.starttls.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The tables and pictures of the latency of upgrades. All figures in them come from the files of results. */
public final class LatencyReport {

    /** The results of the clients compared. */
    public static final String PEERS = "peers.json";
    /** The results of this library's sessions. */
    public static final String UPGRADES = "upgrades.json";
    /** The results of first upgrades. */
    public static final String COLD = "cold.json";
    /** The results of the ways in which a server has its key. */
    public static final String KEYS = "keys.json";
    /** The tables. */
    public static final String TABLES = "latency.md";

    static final List<String> PHASES =
            List.of("CONNECT", "GREETING", "CAPABILITY", "COMMAND", "HANDSHAKE", "RECAPABILITY");

    private final Path folder;
    private final String command;
    private final Optional<Results<Results.Peer>> peers;
    private final Optional<Results<Results.Upgrade>> upgrades;
    private final Optional<Results<Results.Cold>> cold;
    private final Optional<Results<Results.ServerKey>> keys;

    /**
     * The report of a folder.
     *
     * @param folder with the results, as many as there are
     * @param command that makes the report; what measured the results they say themselves
     */
    public LatencyReport(Path folder, String command) {
        this.folder = folder;
        this.command = command;
        this.peers = ResultsFile.read(folder.resolve(PEERS), Results.Peer.class);
        this.upgrades = ResultsFile.read(folder.resolve(UPGRADES), Results.Upgrade.class);
        this.cold = ResultsFile.read(folder.resolve(COLD), Results.Cold.class);
        this.keys = ResultsFile.read(folder.resolve(KEYS), Results.ServerKey.class);
    }

    /**
     * Writes the tables and the pictures beside the results.
     *
     * @return the files written
     * @throws IOException if one could not be
     */
    public List<Path> write() throws IOException {
        List<Path> written = new ArrayList<>();
        written.add(save(TABLES, tables()));
        for (Map.Entry<String, Chart> chart :
                new LatencyCharts(peers, upgrades, cold).all().entrySet()) {
            written.add(save(chart.getKey(), chart.getValue().svg()));
        }
        return written;
    }

    /**
     * The tables.
     *
     * @return Markdown
     */
    public String tables() {
        Markdown text = new Markdown();
        text.paragraph("# The latency of an upgrade");
        text.paragraph("Made from the results beside it by `" + command + "`: nothing here is typed by hand. Above each"
                + " table stands the command that measured it. Times are in milliseconds; medians.");
        goals(text);
        peers.ifPresent(results -> peers(text, results));
        upgrades.ifPresent(results -> upgrades(text, results));
        cold.ifPresent(results -> cold(text, results));
        keys.ifPresent(results -> keys(text, results));
        return text.text();
    }

    private void goals(Markdown text) {
        List<Goal> goals = Goal.judge(
                peers.map(Results::rows).orElse(List.of()),
                upgrades.map(Results::rows).orElse(List.of()),
                cold.map(Results::rows).orElse(List.of()));
        text.heading("Goals")
                .table(
                        List.of("what", "goal", "measured", "reached"),
                        goals.stream()
                                .map(goal -> List.of(
                                        goal.what(), goal.wanted(), goal.measured(), goal.reached() ? "yes" : "no"))
                                .toList());
    }

    private static void peers(Markdown text, Results<Results.Peer> results) {
        text.heading("Against the peers");
        text.paragraph(
                "The same SMTP upgrade against the same server in the same rounds, from the TCP connection to the"
                        + " reply to the second EHLO; name check on, each client with its own SSLContext. In brackets the ratio"
                        + " to the floor and the interval that has it with 95 %.");
        source(text, results);
        for (int link :
                links(results.rows().stream().map(Results.Peer::scenario).toList())) {
            List<Results.Scenario> scenarios = results.rows().stream()
                    .map(Results.Peer::scenario)
                    .filter(scenario -> scenario.linkMillis() == link)
                    .distinct()
                    .toList();
            List<String> header = new ArrayList<>(List.of(link(link)));
            scenarios.forEach(scenario -> header.add(title(scenario)));
            List<List<String>> rows = new ArrayList<>();
            for (String title :
                    results.rows().stream().map(Results.Peer::title).distinct().toList()) {
                List<String> row = new ArrayList<>(List.of(title));
                for (Results.Scenario scenario : scenarios) {
                    row.add(results.rows().stream()
                            .filter(it ->
                                    it.title().equals(title) && it.scenario().equals(scenario))
                            .findFirst()
                            .map(LatencyReport::compared)
                            .orElse(""));
                }
                if (row.stream().skip(1).anyMatch(cell -> !cell.isEmpty())) {
                    rows.add(row);
                }
            }
            text.table(header, rows);
        }
    }

    private static String compared(Results.Peer row) {
        Ratio ratio = row.toFloor();
        return row.client().equals("FLOOR")
                ? text("%.2f (1.00)", row.millis().median())
                : text("%.2f (%.2f; %.2f to %.2f)", row.millis().median(), ratio.value(), ratio.low(), ratio.high());
    }

    private static void upgrades(Markdown text, Results<Results.Upgrade> results) {
        text.heading("What an upgrade adds");
        text.paragraph("This library's blocking connect, from the TCP connection until the session is ready: the time,"
                + " and in brackets what it is more than the session in plaintext. IMAP with the capabilities in the"
                + " greeting, POP3 with STLS said directly. Round trips are counted after the TCP connection.");
        source(text, results);
        List<Results.Scenario> scenarios =
                results.rows().stream().map(Results.Upgrade::scenario).toList();
        List<String> kinds = scenarios.stream()
                .filter(scenario -> !scenario.version().isEmpty())
                .map(LatencyReport::cryptography)
                .distinct()
                .toList();
        for (int link : links(scenarios)) {
            List<String> header = new ArrayList<>(List.of(link(link)));
            header.addAll(kinds);
            List<Results.Upgrade> here = results.rows().stream()
                    .filter(row -> row.scenario().linkMillis() == link)
                    .toList();
            Map<String, Map<String, String>> table = new LinkedHashMap<>();
            for (Results.Upgrade row : here) {
                double plain = plaintext(here, row.protocol());
                table.computeIfAbsent(session(row), key -> new LinkedHashMap<>())
                        .put(
                                cryptography(row.scenario()),
                                text("%.2f", row.millis().median())
                                        + (row.session().equals("plaintext")
                                                ? ""
                                                : text(" (+%.2f)", row.millis().median() - plain))
                                        + ", " + row.roundTrips());
            }
            List<List<String>> rows = new ArrayList<>();
            table.forEach((session, cells) -> {
                List<String> row = new ArrayList<>(List.of(session));
                kinds.forEach(kind -> row.add(cells.getOrDefault(kind, cells.getOrDefault("", ""))));
                rows.add(row);
            });
            text.table(header, rows);
        }
        text.paragraph("Each cell: time (more than plaintext), round trips.");
        phases(text, results.rows());
    }

    private static void phases(Markdown text, List<Results.Upgrade> rows) {
        text.heading("By phase");
        text.paragraph("STARTTLS with TLS 1.3 and an EC key: the time of each phase and its round trips.");
        List<String> header = new ArrayList<>(List.of(""));
        PHASES.forEach(phase -> header.add(phase.toLowerCase(Locale.ROOT)));
        text.table(
                header,
                rows.stream()
                        .filter(LatencyReport::typical)
                        .map(row -> {
                            List<String> cells =
                                    new ArrayList<>(List.of(link(row.scenario().linkMillis()) + ", " + session(row)));
                            PHASES.forEach(phase -> cells.add(
                                    row.phases().containsKey(phase)
                                            ? text("%.2f, ", row.phases().get(phase))
                                                    + row.phaseRoundTrips().get(phase)
                                            : ""));
                            return cells;
                        })
                        .toList());
    }

    private static void cold(Markdown text, Results<Results.Cold> results) {
        text.heading("The first upgrade of a JVM");
        text.paragraph("A new one for each sample. The making of the SSL context, then the upgrade, with its quartiles;"
                + " with the archive of classes that the JDK comes with, with one made of the application (AppCDS), and"
                + " with the AOT cache of a run before (JDK 25).");
        source(text, results);
        text.table(
                List.of("", "archive", "link", "context", "upgrade", "quartiles"),
                results.rows().stream()
                        .map(row -> List.of(
                                row.title(),
                                row.archive(),
                                row.linkMillis() + " ms",
                                text("%.0f", row.contextMillis().median()),
                                text("%.0f", row.millis().median()),
                                text(
                                        "%.0f to %.0f",
                                        row.millis().low(), row.millis().high())))
                        .toList());
    }

    private static void keys(Markdown text, Results<Results.ServerKey> results) {
        text.heading("The server's key");
        text.paragraph(
                "The same SMTP upgrade in process, by the hand-written loop, against servers whose context has the key in one"
                        + " way or another; in brackets the ratio to ServerKeys of the same rounds.");
        source(text, results);
        List<Results.Scenario> scenarios = results.rows().stream()
                .map(Results.ServerKey::scenario)
                .distinct()
                .toList();
        List<String> header = new ArrayList<>(List.of("context made with"));
        scenarios.forEach(scenario -> header.add(title(scenario)));
        List<List<String>> rows = new ArrayList<>();
        for (String keys :
                results.rows().stream().map(Results.ServerKey::keys).distinct().toList()) {
            List<String> row = new ArrayList<>(List.of(keys));
            scenarios.forEach(scenario -> row.add(results.rows().stream()
                    .filter(it -> it.keys().equals(keys) && it.scenario().equals(scenario))
                    .findFirst()
                    .map(it -> text(
                            "%.2f (%.2f; %.2f to %.2f)",
                            it.millis().median(),
                            it.toServerKeys().value(),
                            it.toServerKeys().low(),
                            it.toServerKeys().high()))
                    .orElse("")));
            rows.add(row);
        }
        text.table(header, rows);
    }

    static boolean typical(Results.Upgrade row) {
        return row.session().equals("starttls")
                && row.scenario().version().equals("TLSv1.3")
                && row.scenario().key().equals("EC");
    }

    private static double plaintext(List<Results.Upgrade> rows, String protocol) {
        return rows.stream()
                .filter(row -> row.protocol().equals(protocol) && row.session().equals("plaintext"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Expected a plaintext session of " + protocol + " to compare with, got none"))
                .millis()
                .median();
    }

    private static void source(Markdown text, Results<?> results) {
        text.paragraph("`" + results.command() + "`, " + results.when() + ": "
                + results.machine().line()
                + text("; load when it began %.1f.", results.machine().load()));
    }

    static List<Integer> links(List<Results.Scenario> scenarios) {
        return scenarios.stream()
                .map(Results.Scenario::linkMillis)
                .distinct()
                .sorted()
                .toList();
    }

    static String session(Results.Upgrade row) {
        return row.protocol()
                + switch (row.session()) {
                    case "plaintext" -> " plaintext";
                    case "implicit" -> " implicit TLS";
                    default -> " STARTTLS " + row.scenario().handshake().toLowerCase(Locale.ROOT);
                };
    }

    private static String cryptography(Results.Scenario scenario) {
        return scenario.version().isEmpty() ? "" : scenario.version().replace("TLSv", "TLS ") + " " + scenario.key();
    }

    static String title(Results.Scenario scenario) {
        return cryptography(scenario) + " " + scenario.handshake().toLowerCase(Locale.ROOT);
    }

    static String link(int millis) {
        return millis == 0 ? "loopback" : millis + " ms round trip";
    }

    private Path save(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return file;
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
