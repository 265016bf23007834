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
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The page of the measurements against servers of other projects: the goals, and a table for each link, server and kind
 * of session, with the JDKs side by side. It is made from the results of all JDKs in a folder.
 */
public final class ServersReport {

    /** The name of the results of servers that the command starts. */
    public static final String INSTALLED = "servers";

    /** The name of the results of servers that were already running. */
    public static final String NAMED = "named-servers";

    /** The floor of these tables. */
    static final String FLOOR = "FLOOR_QUICK_ACK";

    private static final List<String> EXPECTED = List.of("Postfix", "Exim", "Dovecot");

    private final Path folder;
    private final String name;
    private final Map<Integer, Results<Results.Outside>> byJdk = new TreeMap<>();

    /**
     * The report of a folder.
     *
     * @param folder with the results, as many as there are
     * @param name of the results: {@link #INSTALLED} or {@link #NAMED}
     * @throws IOException if the folder cannot be read
     */
    public ServersReport(Path folder, String name) throws IOException {
        this.folder = folder;
        this.name = name;
        Pattern results = Pattern.compile(name + "-(\\d+)\\.json");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Matcher matcher = results.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    ResultsFile.read(file, Results.Outside.class)
                            .ifPresent(it -> byJdk.put(Integer.parseInt(matcher.group(1)), it));
                }
            }
        }
    }

    /**
     * The file of the results of one JDK.
     *
     * @param name of the results
     * @param feature its version
     * @return in the folder of the results
     */
    public static String file(String name, int feature) {
        return name + "-" + feature + ".json";
    }

    /**
     * A row, as printed during the measurement.
     *
     * @param row as measured
     * @return in one line
     */
    public static String line(Results.Outside row) {
        return text(
                "%s | %s %s | %s, %s | %s | %s | %s",
                row.server(),
                row.protocol(),
                row.session(),
                cryptography(row.scenario()),
                row.scenario().handshake().toLowerCase(Locale.ROOT),
                link(row.scenario().linkMillis()),
                row.title(),
                cell(row));
    }

    /**
     * Writes the page, if there are results.
     *
     * @return the file; empty if there are none
     * @throws IOException if it cannot be written
     */
    public Optional<Path> write() throws IOException {
        if (byJdk.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Files.writeString(folder.resolve(name + ".md"), page()));
    }

    /**
     * The page.
     *
     * @return Markdown
     */
    public String page() {
        Markdown text = new Markdown();
        text.paragraph("# Upgrades against servers that people have");
        text.paragraph(
                "From the first segment of TCP until the session is ready: with SMTP the reply to EHLO inside TLS, with"
                        + " IMAP that to CAPABILITY (its greeting, where all is inside TLS), with POP3 that to CAPA. The servers run in"
                        + " processes of their own, and all clients take turns. Each cell: the median and what nine of ten are below,"
                        + " in milliseconds; in brackets the ratio of medians to the hand-written loop with TCP_QUICKACK of the same rounds,"
                        + " and the interval that has it with 95 %. Exim and Dovecot resume because they are set to. Angus Mail takes"
                        + " log-in for a part of connecting to IMAP and POP3, and has SMTP alone here. Netty's channels have"
                        + " TCP_NODELAY as they come.");
        byJdk.forEach((jdk, results) -> text.paragraph("JDK " + jdk + ": `" + results.command() + "`, " + results.when()
                + ": " + results.machine().line()
                + text("; load when it began %.1f.", results.machine().load())));
        goals(text);
        links(text);
        repeated(text);
        missing(text);
        for (int link : all().map(row -> row.scenario().linkMillis())
                .distinct()
                .sorted()
                .toList()) {
            text.heading(link == 0 ? "Over loopback" : "Over a link of " + link + " ms");
            for (Table table : all().filter(row -> row.scenario().linkMillis() == link)
                    .map(Table::of)
                    .distinct()
                    .toList()) {
                table(text, table);
            }
        }
        return text.text();
    }

    /** The key of one table. */
    private record Table(String server, String protocol, String session, String version, String key, int link) {

        static Table of(Results.Outside row) {
            Results.Scenario scenario = row.scenario();
            return new Table(
                    row.server(),
                    row.protocol(),
                    row.session(),
                    scenario.version(),
                    scenario.key(),
                    scenario.linkMillis());
        }

        String title() {
            String session = session().equals("implicit")
                    ? " inside TLS"
                    : protocol().equals("POP3") ? " with STLS" : " with STARTTLS";
            return server() + ", " + protocol() + session + ", "
                    + cryptography(new Results.Scenario(version(), key(), "", link()));
        }
    }

    private Stream<Results.Outside> all() {
        return byJdk.values().stream().flatMap(results -> results.rows().stream());
    }

    private void goals(Markdown text) {
        Map<String, Map<Integer, Goal>> goals = new LinkedHashMap<>();
        byJdk.forEach((jdk, results) -> ServerGoals.judge(results.rows())
                .forEach(goal -> goals.computeIfAbsent(goal.what() + " | " + goal.wanted(), key -> new TreeMap<>())
                        .put(jdk, goal)));
        List<String> header = new ArrayList<>(List.of("what", "goal"));
        byJdk.keySet().forEach(jdk -> header.addAll(List.of("JDK " + jdk, "reached")));
        List<List<String>> rows = new ArrayList<>();
        goals.values().forEach(of -> {
            Goal any = of.values().iterator().next();
            List<String> row = new ArrayList<>(List.of(any.what(), any.wanted()));
            byJdk.keySet()
                    .forEach(jdk -> row.addAll(
                            of.containsKey(jdk)
                                    ? List.of(
                                            of.get(jdk).measured(), of.get(jdk).reached() ? "yes" : "no")
                                    : List.of("", "")));
            rows.add(row);
        });
        text.heading("Goals").table(header, rows);
    }

    private void links(Markdown text) {
        List<List<String>> rows = new ArrayList<>();
        byJdk.forEach((jdk, results) -> results.rows().stream()
                .filter(row -> row.scenario().linkMillis() > 0)
                .map(row -> List.of(
                        "JDK " + jdk,
                        row.scenario().linkMillis() + " ms",
                        text("%.2f", row.link().millis().median()),
                        text(
                                "%.2f to %.2f",
                                row.link().millis().low(), row.link().millis().high())))
                .distinct()
                .forEach(rows::add));
        if (!rows.isEmpty()) {
            text.heading("The links");
            text.paragraph(
                    "Two network namespaces, joined by a program that delays each packet by half of the round trip; TCP"
                            + " ends in the kernels of both sides. The round trip as measured, in milliseconds:");
            text.table(List.of("with", "link", "median", "quartiles"), rows);
        }
    }

    /** Reports the servers with which a client cannot resume twice in a row. */
    private void repeated(Markdown text) {
        all().filter(row -> row.repeated() * 4 > row.millis().samples())
                .map(row -> row.server() + ", " + row.scenario().version().replace("TLSv", "TLS "))
                .distinct()
                .forEach(server -> text.paragraph(server
                        + ": the session after a resumed one was often a full one, since the server gave no new ticket with"
                        + " the resumed one and the client uses each once. Only resumed ones count under \"resumed\"; a client"
                        + " that connects again and again gets about one of two."));
    }

    /** Reports what was not measured. */
    private void missing(Markdown text) {
        if (!name.equals(INSTALLED)) {
            return;
        }
        List<String> absent = new ArrayList<>(EXPECTED.stream()
                .filter(server -> all().noneMatch(row -> row.server().startsWith(server)))
                .toList());
        if (all().noneMatch(row -> row.scenario().linkMillis() > 0)) {
            absent.add("links with a round trip");
        }
        if (!absent.isEmpty()) {
            text.paragraph("Not measured, for they were not asked for, or could not be started where this was made: "
                    + String.join(", ", absent) + ".");
        }
    }

    private void table(Markdown text, Table table) {
        List<String> handshakes = List.of("FULL", "RESUMED");
        List<String> header = new ArrayList<>(List.of(table.title()));
        byJdk.keySet()
                .forEach(jdk -> handshakes.forEach(
                        handshake -> header.add("JDK " + jdk + " " + handshake.toLowerCase(Locale.ROOT))));
        List<List<String>> rows = new ArrayList<>();
        for (String title : all().filter(row -> Table.of(row).equals(table))
                .map(Results.Outside::title)
                .distinct()
                .toList()) {
            List<String> row = new ArrayList<>(List.of(title));
            for (Results<Results.Outside> results : byJdk.values()) {
                for (String handshake : handshakes) {
                    row.add(results.rows().stream()
                            .filter(it -> Table.of(it).equals(table)
                                    && it.title().equals(title)
                                    && it.scenario().handshake().equals(handshake))
                            .findFirst()
                            .map(ServersReport::cell)
                            .orElse(""));
                }
            }
            rows.add(row);
        }
        text.table(header, rows);
    }

    private static String cell(Results.Outside row) {
        if (row.notResumed() > 0) {
            return text(
                    "not resumed: %d of %d in full",
                    row.notResumed(), row.millis().samples());
        }
        String times = text("%.2f, %.2f ", row.millis().median(), row.nineOfTen());
        return times
                + (row.client().equals(FLOOR)
                        ? "(1.00)"
                        : text(
                                "(%.2f; %.2f to %.2f)",
                                row.toFloor().value(),
                                row.toFloor().low(),
                                row.toFloor().high()));
    }

    private static String cryptography(Results.Scenario scenario) {
        return scenario.version().replace("TLSv", "TLS ") + " " + scenario.key();
    }

    private static String link(int millis) {
        return millis == 0 ? "loopback" : millis + " ms";
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
