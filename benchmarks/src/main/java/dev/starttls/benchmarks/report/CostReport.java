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
import java.util.stream.Collectors;

/** The tables, the pictures and the goals of costs other than latency. */
public final class CostReport {

    /** The files of the results, without their ending. */
    public static final List<String> FILES = List.of("memory", "bulk", "heap", "server", "scale");

    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry("upgradeCpu", "CPU time of one upgrade in memory, both sides"),
            Map.entry("upgradeAllocated", "Bytes allocated by one upgrade in memory, both sides"),
            Map.entry("recordCpu", "CPU time of one record in memory, encrypted and decrypted"),
            Map.entry("recordAllocated", "Bytes allocated by one record in memory, encrypted and decrypted"),
            Map.entry("bulk", "Bulk data over loopback"),
            Map.entry("allocatedPerWrite", "Bytes allocated by a write and its read"),
            Map.entry("heapPerConnection", "Heap of an idle upgraded server connection"),
            Map.entry(
                    "heapBeyondFloor", "Heap of an idle upgraded server connection beyond channel, engine and session"),
            Map.entry("upgradesPerSecond", "Upgrades of a server in a second, its clients on the same machine"),
            Map.entry("serverCpuPerUpgrade", "CPU time of a server for one upgrade"),
            Map.entry(
                    "costAtOnce",
                    "CPU time of one upgrade on loop threads, both sides, when there are so many at once"),
            Map.entry("answerP50", "How long a client waits for an answer in a storm of upgrades, median"),
            Map.entry("answerP99", "How long a client waits for an answer in a storm of upgrades, 99th percentile"));

    private final Path folder;

    /**
     * A report.
     *
     * @param folder of the results, and where it goes
     */
    public CostReport(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes it.
     *
     * @return the files written; none if there are no results
     * @throws IOException if a file cannot be written
     */
    public List<Path> write() throws IOException {
        List<Path> written = new ArrayList<>();
        List<Figure> all = new ArrayList<>();
        StringBuilder tables = new StringBuilder();
        for (String file : FILES) {
            Optional<Results<Figure>> results = ResultsFile.read(folder.resolve(file + ".json"), Figure.class);
            if (results.isPresent()) {
                all.addAll(results.get().rows());
                for (List<Figure> group : groups(results.get().rows())) {
                    tables.append(table(group));
                    Path picture = folder.resolve(name(group.get(0)) + ".svg");
                    Files.writeString(
                            picture, chart(group, results.get().machine()).svg());
                    tables.append(String.format("%n![%s](%s)%n", title(group.get(0)), picture.getFileName()));
                    written.add(picture);
                }
                tables.append(String.format(
                        "%nMade on %s by `%s`: %s.%n",
                        results.get().when(),
                        results.get().command(),
                        results.get().machine().line()));
            }
        }
        if (!all.isEmpty()) {
            Path report = folder.resolve("cost.md");
            Files.writeString(
                    report,
                    "# What it costs: CPU, memory, bulk data, many at once\n" + goals(all) + exponents(all) + tables);
            written.add(report);
        }
        return written;
    }

    private static List<List<Figure>> groups(List<Figure> figures) {
        return new ArrayList<>(figures.stream()
                .collect(Collectors.groupingBy(
                        figure -> figure.measured() + figure.condition(), LinkedHashMap::new, Collectors.toList()))
                .values());
    }

    private static String table(List<Figure> group) {
        Figure first = group.get(0);
        StringBuilder out = new StringBuilder();
        out.append(String.format(
                "%n## %s%n%n| | %s | quartiles | to the first |%n|---|---|---|---|%n", title(first), first.unit()));
        for (Figure figure : group) {
            Spread value = figure.value();
            out.append(text(
                    "| %s | %s | %s to %s | %s |%n",
                    figure.title(),
                    number(value.median()),
                    number(value.low()),
                    number(value.high()),
                    figure.toFloor()
                            .map(ratio -> text("%.3f (%.3f to %.3f)", ratio.value(), ratio.low(), ratio.high()))
                            .orElse("")));
        }
        return out.toString();
    }

    private static Chart chart(List<Figure> group, Machine machine) {
        return new Chart(
                title(group.get(0)),
                group.get(0).unit(),
                0,
                group.stream()
                        .map(figure -> Chart.Bar.single(
                                figure.title(),
                                figure.contestant().startsWith("STARTTLS")
                                                || figure.contestant().equals("SMTP_LOOP")
                                        ? Chart.Tone.OWN
                                        : Chart.Tone.OTHER,
                                figure.value().low(),
                                Math.max(0, figure.value().median()),
                                figure.value().high()))
                        .toList(),
                machine.line());
    }

    private static String exponents(List<Figure> all) {
        List<List<String>> rows = Exponents.rows(all);
        return rows.isEmpty()
                ? ""
                : new Markdown()
                        .paragraph("\n## What ten times the work costs")
                        .paragraph(
                                "From one size to the next: the figures, and the exponent with which they grow, the logarithm of"
                                        + " their ratio over that of the sizes. 0: it does not depend on the size; 1: in proportion.")
                        .table(List.of("what", "by", "size", "from and to", "exponent"), rows)
                        .text();
    }

    static String title(String measured) {
        return TITLES.getOrDefault(measured, measured);
    }

    private static String title(Figure figure) {
        return title(figure.measured()) + " ("
                + figure.condition().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                + ")";
    }

    private static String name(Figure figure) {
        return "cost-" + figure.measured()
                + figure.condition().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> "-" + entry.getValue())
                        .collect(Collectors.joining())
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9-]", "");
    }

    /** The goals for which there are measurements. */
    private static String goals(List<Figure> all) {
        List<Goal> goals = new ArrayList<>();
        ratio(goals, all, "upgradeCpu", Map.of(), "CPU of one in-memory upgrade, ours / floor", 1.03);
        bulk(goals, all);
        for (String octets : List.of("100", "16000")) {
            beyondFloor(goals, all, octets);
        }
        heap(goals, all);
        atOnce(goals, all);
        StringBuilder out =
                new StringBuilder(String.format("%n| goal | wanted | measured | reached |%n|---|---|---|---|%n"));
        for (Goal goal : goals) {
            out.append(String.format(
                    "| %s | %s | %s | %s |%n",
                    goal.what(), goal.wanted(), goal.measured(), goal.reached() ? "yes" : "no"));
        }
        return out.toString();
    }

    private static void ratio(
            List<Goal> goals,
            List<Figure> all,
            String measured,
            Map<String, String> condition,
            String what,
            double max) {
        find(all, measured, condition, "STARTTLS")
                .flatMap(Figure::toFloor)
                .ifPresent(ratio -> goals.add(new Goal(
                        what,
                        text("<= %.2f", max),
                        text("%.3f (%.3f to %.3f)", ratio.value(), ratio.low(), ratio.high()),
                        ratio.value() <= max)));
    }

    private static void bulk(List<Goal> goals, List<Figure> all) {
        for (String direction : List.of("ONE_WAY", "FULL_DUPLEX")) {
            Map<String, String> condition = Map.of("engines", "JDK", "octets", "16384", "direction", direction);
            Optional<Figure> ours = find(all, "bulk", condition, "STARTTLS");
            if (ours.isEmpty()) {
                continue;
            }
            ours.flatMap(Figure::toFloor)
                    .ifPresent(ratio -> goals.add(new Goal(
                            "Bulk data, writes of 16 KiB, " + direction + ": ours / floor",
                            ">= 0.97",
                            text("%.3f (%.3f to %.3f)", ratio.value(), ratio.low(), ratio.high()),
                            ratio.value() >= 0.97)));
            double own = ours.get().value().median();
            for (String peer : List.of("NETTY", "TLS_CHANNEL", "SSL_SOCKET")) {
                find(all, "bulk", condition, peer)
                        .ifPresent(other -> goals.add(new Goal(
                                "Bulk data, writes of 16 KiB, " + direction + ", against " + other.title(),
                                ">= " + number(other.value().median()) + " MiB/s",
                                number(own) + " MiB/s",
                                own >= other.value().median())));
            }
        }
    }

    private static void beyondFloor(List<Goal> goals, List<Figure> all, String octets) {
        Optional<Figure> ours = find(all, "recordAllocated", Map.of("octets", octets), "STARTTLS");
        Optional<Figure> floor = find(all, "recordAllocated", Map.of("octets", octets), "FLOOR");
        if (ours.isPresent() && floor.isPresent()) {
            double beyond = ours.get().value().median() - floor.get().value().median();
            goals.add(new Goal(
                    "Bytes allocated per record of " + octets + " octets beyond SSLEngine's own",
                    "0",
                    text("%.1f", beyond),
                    beyond < 1));
        }
    }

    private static void heap(List<Goal> goals, List<Figure> all) {
        List<Figure> weighed = largest(all, "heapBeyondFloor");
        find(weighed, "heapBeyondFloor", Map.of(), "STARTTLS").ifPresent(ours -> {
            double own = ours.value().median();
            goals.add(new Goal(
                    "Heap per idle connection beyond engine and session",
                    "<= 600 bytes",
                    number(own) + " bytes",
                    own <= 600));
            double least = weighed.stream()
                    .filter(figure -> List.of("NETTY", "TLS_CHANNEL").contains(figure.contestant()))
                    .mapToDouble(figure -> figure.value().median())
                    .min()
                    .orElse(Double.MAX_VALUE);
            goals.add(new Goal(
                    "Heap per idle connection, least of all peers",
                    "< " + number(least) + " bytes",
                    number(own) + " bytes",
                    own < least));
        });
        find(largest(all, "heapPerConnection"), "heapPerConnection", Map.of(), "SMTP_LOOP")
                .ifPresent(served -> goals.add(new Goal(
                        "10,000 idle upgraded server connections in a 512 MiB heap",
                        "10000",
                        served.condition().get("connections"),
                        Integer.parseInt(served.condition().get("connections")) >= 10_000)));
    }

    /** The figures of the largest number of connections. */
    private static List<Figure> largest(List<Figure> all, String measured) {
        List<Figure> figures = all.stream()
                .filter(figure -> figure.measured().equals(measured))
                .toList();
        int max = figures.stream().mapToInt(CostReport::connections).max().orElse(0);
        return figures.stream().filter(figure -> connections(figure) == max).toList();
    }

    private static int connections(Figure figure) {
        return Integer.parseInt(figure.condition().get("connections"));
    }

    private static void atOnce(List<Goal> goals, List<Figure> all) {
        find(all, "costAtOnce", Map.of(), "1000_AT_ONCE")
                .flatMap(Figure::toFloor)
                .ifPresent(ratio -> goals.add(new Goal(
                        "Cost per upgrade, 1,000 at once / 10 at once",
                        "<= 1.1",
                        text("%.3f (%.3f to %.3f)", ratio.value(), ratio.low(), ratio.high()),
                        ratio.value() <= 1.1)));
    }

    private static Optional<Figure> find(
            List<Figure> all, String measured, Map<String, String> condition, String contestant) {
        return all.stream()
                .filter(figure -> figure.measured().equals(measured)
                        && figure.contestant().equals(contestant)
                        && figure.condition().entrySet().containsAll(condition.entrySet()))
                .findFirst();
    }

    static String number(double value) {
        return text(Math.abs(value) >= 100 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
