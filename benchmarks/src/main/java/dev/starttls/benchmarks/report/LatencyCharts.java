package dev.starttls.benchmarks.report;

import dev.starttls.benchmarks.report.Chart.Bar;
import dev.starttls.benchmarks.report.Chart.Tone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The pictures of the latency of upgrades. */
final class LatencyCharts {

    private final Optional<Results<Results.Peer>> peers;
    private final Optional<Results<Results.Upgrade>> upgrades;
    private final Optional<Results<Results.Cold>> cold;

    LatencyCharts(
            Optional<Results<Results.Peer>> peers,
            Optional<Results<Results.Upgrade>> upgrades,
            Optional<Results<Results.Cold>> cold) {
        this.peers = peers;
        this.upgrades = upgrades;
        this.cold = cold;
    }

    /** All of them, by the names of their files. */
    Map<String, Chart> all() {
        Map<String, Chart> charts = new LinkedHashMap<>();
        peers.ifPresent(results -> {
            for (Results.Scenario scenario : results.rows().stream()
                    .map(Results.Peer::scenario)
                    .distinct()
                    .toList()) {
                if (scenario.version().equals("TLSv1.3") && scenario.key().equals("EC")) {
                    charts.put(
                            LatencyReport.text(
                                    "peers-%s-%dms.svg",
                                    scenario.handshake().toLowerCase(Locale.ROOT), scenario.linkMillis()),
                            peers(results, scenario));
                }
            }
        });
        upgrades.ifPresent(results -> LatencyReport.links(
                        results.rows().stream().map(Results.Upgrade::scenario).toList())
                .forEach(link -> charts.put(LatencyReport.text("phases-%dms.svg", link), phases(results, link))));
        cold.ifPresent(results -> charts.put("cold.svg", cold(results)));
        return charts;
    }

    private static Chart peers(Results<Results.Peer> results, Results.Scenario scenario) {
        return new Chart(
                "SMTP upgrade, time / floor: " + LatencyReport.title(scenario) + ", "
                        + LatencyReport.link(scenario.linkMillis()),
                "",
                1,
                results.rows().stream()
                        .filter(row -> row.scenario().equals(scenario))
                        .map(row -> Bar.single(
                                row.title(),
                                tone(row.client()),
                                row.toFloor().low(),
                                row.toFloor().value(),
                                row.toFloor().high()))
                        .toList(),
                results.machine().line());
    }

    private static Chart phases(Results<Results.Upgrade> results, int link) {
        List<Bar> bars = new ArrayList<>();
        for (Results.Upgrade row : results.rows()) {
            boolean plain = row.session().equals("plaintext");
            if (row.scenario().linkMillis() == link && (plain || LatencyReport.typical(row))) {
                Map<String, Double> parts = new LinkedHashMap<>();
                LatencyReport.PHASES.forEach(
                        phase -> Optional.ofNullable(row.phases().get(phase))
                                .ifPresent(took -> parts.put(phase.toLowerCase(Locale.ROOT), took)));
                bars.add(Bar.stacked(LatencyReport.session(row), parts));
            }
        }
        return new Chart(
                "What an upgrade adds, TLS 1.3, EC: " + LatencyReport.link(link),
                "ms",
                0,
                bars,
                results.machine().line());
    }

    private static Chart cold(Results<Results.Cold> results) {
        return new Chart(
                "The first upgrade of a JVM over " + results.rows().get(0).linkMillis() + " ms",
                "ms",
                0,
                results.rows().stream()
                        .map(row -> Bar.single(
                                row.title() + ", " + row.archive().replace("of the ", ""),
                                tone(row.client()),
                                row.millis().low(),
                                row.millis().median(),
                                row.millis().high()))
                        .toList(),
                results.machine().line());
    }

    private static Tone tone(String client) {
        return client.startsWith("STARTTLS") ? Tone.OWN : Tone.OTHER;
    }
}
