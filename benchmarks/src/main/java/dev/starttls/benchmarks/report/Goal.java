package dev.starttls.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A goal, and the measured value.
 *
 * @param what is measured
 * @param wanted in words
 * @param measured in words
 * @param reached whether the measured value is one of the wanted
 */
public record Goal(String what, String wanted, String measured, boolean reached) {

    private static final int LINK = 10;
    private static final String TLS13 = "TLSv1.3";

    /**
     * The goals that can be judged by the given results.
     *
     * @param peers clients compared
     * @param upgrades sessions of this library
     * @param cold first upgrades
     * @return without those for which there are no measurements
     */
    static List<Goal> judge(List<Results.Peer> peers, List<Results.Upgrade> upgrades, List<Results.Cold> cold) {
        List<Goal> goals = new ArrayList<>();
        for (String handshake : List.of("FULL", "RESUMED")) {
            String where = "Loopback, " + handshake.toLowerCase(Locale.ROOT) + ", ";
            peer(peers, "STARTTLS", handshake, 0)
                    .ifPresent(row -> goals.add(blocking(where + "blocking connect: ours / floor", row.toFloor())));
            peer(peers, "STARTTLS_LOOP", handshake, 0)
                    .ifPresent(row -> goals.add(atMost(where + "selector loop: ours / floor", row.toFloor(), 1.05)));
        }
        for (String handshake : List.of("FULL", "RESUMED")) {
            notSlower(goals, peers, handshake, "TLS_CHANNEL");
            notSlower(goals, peers, handshake, "SSL_SOCKET");
        }
        for (String handshake : List.of("FULL", "RESUMED")) {
            belowNetty(goals, peers, handshake);
        }
        for (String handshake : List.of("FULL", "RESUMED")) {
            besideTheLink(goals, peers, upgrades, handshake);
        }
        roundTrips(goals, upgrades, "SMTP", 5);
        roundTrips(goals, upgrades, "IMAP", 4);
        roundTrips(goals, upgrades, "POP3", 4);
        coldStart(goals, cold);
        return goals;
    }

    /** At most the floor, and the upper end of the interval at most 3 % above it. */
    static Goal blocking(String what, Ratio ratio) {
        return new Goal(
                what,
                "<= 1.00, its upper end <= 1.03",
                measured(ratio),
                rounded(ratio.value()) <= 1.00 && rounded(ratio.high()) <= 1.03);
    }

    static Goal atMost(String what, Ratio ratio, double max) {
        return new Goal(what, text("<= %.2f", max), measured(ratio), rounded(ratio.value()) <= max);
    }

    static String measured(Ratio ratio) {
        return text("%.2f (%.2f to %.2f)", ratio.value(), ratio.low(), ratio.high());
    }

    private static void notSlower(List<Goal> goals, List<Results.Peer> peers, String handshake, String client) {
        Optional<Results.Peer> ours = peer(peers, "STARTTLS", handshake, 0);
        Optional<Results.Peer> other = peer(peers, client, handshake, 0);
        if (ours.isPresent() && other.isPresent()) {
            goals.add(new Goal(
                    "Loopback, " + handshake.toLowerCase(Locale.ROOT) + ", blocking connect against "
                            + other.get().title(),
                    "not slower",
                    text(
                            "%.2f, %s %.2f",
                            ours.get().toFloor().value(),
                            other.get().title(),
                            other.get().toFloor().value()),
                    rounded(ours.get().toFloor().value())
                            <= rounded(other.get().toFloor().value())));
        }
    }

    private static void belowNetty(List<Goal> goals, List<Results.Peer> peers, String handshake) {
        Optional<Results.Peer> ours = peer(peers, "STARTTLS_LOOP", handshake, 0);
        Optional<Results.Peer> netty = peer(peers, "NETTY", handshake, 0);
        if (ours.isPresent() && netty.isPresent()) {
            double own = ours.get().toFloor().value();
            double other = netty.get().toFloor().value();
            goals.add(new Goal(
                    "Loopback, " + handshake.toLowerCase(Locale.ROOT) + ", selector loop against Netty",
                    "below Netty",
                    text("%.2f, Netty %.2f", own, other),
                    own < other));
        }
    }

    private static void besideTheLink(
            List<Goal> goals, List<Results.Peer> peers, List<Results.Upgrade> upgrades, String handshake) {
        Optional<Results.Peer> ours = peer(peers, "STARTTLS", handshake, LINK);
        Optional<Results.Peer> floor = peer(peers, "FLOOR", handshake, LINK);
        Optional<Integer> roundTrips = upgrade(upgrades, "SMTP", handshake).map(Results.Upgrade::roundTrips);
        if (ours.isPresent() && floor.isPresent() && roundTrips.isPresent()) {
            double max = handshake.equals("FULL") ? 0.90 : 0.80;
            double link = (double) LINK * roundTrips.get();
            double own = ours.get().millis().median() - link;
            double other = floor.get().millis().median() - link;
            goals.add(new Goal(
                    "Over 10 ms, " + handshake.toLowerCase(Locale.ROOT)
                            + ": (time - round trips x 10 ms), ours / floor",
                    text("<= %.2f", max),
                    text("%.2f (%.2f ms / %.2f ms)", own / other, own, other),
                    rounded(own / other) <= max));
        }
    }

    private static void roundTrips(List<Goal> goals, List<Results.Upgrade> upgrades, String protocol, int wanted) {
        Optional<Results.Upgrade> full = upgrade(upgrades, protocol, "FULL");
        Optional<Results.Upgrade> resumed = upgrade(upgrades, protocol, "RESUMED");
        if (full.isPresent() && resumed.isPresent()) {
            goals.add(new Goal(
                    "Round trips after TCP, TLS 1.3, " + protocol + ", full and resumed",
                    wanted + " and " + wanted,
                    full.get().roundTrips() + " and " + resumed.get().roundTrips(),
                    full.get().roundTrips() == wanted && resumed.get().roundTrips() == wanted));
        }
    }

    private static void coldStart(List<Goal> goals, List<Results.Cold> cold) {
        Map<String, Integer> limits =
                Map.of("of the JDK", 420, "of the application", 350, "AOT cache of the application", 300);
        for (Results.Cold prepared : cold) {
            Integer limit = limits.get(prepared.archive());
            if (limit != null && prepared.client().equals("STARTTLS")) {
                goals.add(new Goal(
                        "First upgrade in a fresh JVM over " + prepared.linkMillis() + " ms, archive "
                                + prepared.archive(),
                        "<= " + limit + " ms",
                        text("%.0f ms", prepared.millis().median()),
                        Math.round(prepared.millis().median()) <= limit));
            }
            if (!List.of("STARTTLS", "STARTTLS_TWO_THREADS").contains(prepared.client())) {
                continue;
            }
            String by = prepared.client().equals("STARTTLS") ? "" : " by another thread";
            cold.stream()
                    .filter(row -> row.client().equals("STARTTLS_UNPREPARED"))
                    .filter(row -> row.archive().equals(prepared.archive()))
                    .findFirst()
                    .ifPresent(unprepared -> {
                        double saved =
                                unprepared.millis().median() - prepared.millis().median();
                        goals.add(new Goal(
                                "First upgrade in a fresh JVM over " + prepared.linkMillis()
                                        + " ms, ClientHello prepared" + by + " or not, archive " + prepared.archive(),
                                "at least 40 ms saved",
                                text(
                                        "%.0f ms saved (%.0f instead of %.0f)",
                                        saved,
                                        prepared.millis().median(),
                                        unprepared.millis().median()),
                                saved >= 40));
                    });
        }
    }

    private static Optional<Results.Peer> peer(List<Results.Peer> peers, String client, String handshake, int link) {
        Predicate<Results.Peer> wanted = row -> row.client().equals(client)
                && row.scenario().equals(new Results.Scenario(TLS13, "EC", handshake, link));
        return peers.stream().filter(wanted).findFirst();
    }

    private static Optional<Results.Upgrade> upgrade(
            List<Results.Upgrade> upgrades, String protocol, String handshake) {
        return upgrades.stream()
                .filter(row -> row.protocol().equals(protocol) && row.session().equals("starttls"))
                .filter(row -> row.scenario().version().equals(TLS13)
                        && row.scenario().handshake().equals(handshake))
                .findFirst();
    }

    /** Rounded to the two digits that are shown, so that the shown value is the one judged. */
    static double rounded(double ratio) {
        return Math.round(ratio * 100) / 100.0;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
