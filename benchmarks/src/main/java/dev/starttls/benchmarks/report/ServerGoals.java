package dev.starttls.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The goals against servers of other projects, with TLS 1.3 and an EC key, and the measured values. */
final class ServerGoals {

    private static final String TLS13 = "TLSv1.3";
    private static final int LINK = 10;

    /**
     * In milliseconds: a client that sometimes takes this long has waited for the timer of a delayed acknowledgement.
     */
    private static final double STALL = 40;

    private final List<Results.Outside> rows;
    private final List<Goal> goals = new ArrayList<>();

    private ServerGoals(List<Results.Outside> rows) {
        this.rows = rows;
    }

    /** The goals that can be judged by the given results, without handshakes that could not be resumed. */
    static List<Goal> judge(List<Results.Outside> rows) {
        ServerGoals judged = new ServerGoals(rows.stream()
                .filter(row -> row.scenario().version().equals(TLS13)
                        && row.scenario().key().equals("EC")
                        && row.notResumed() == 0)
                .toList());
        judged.rows.stream()
                .filter(row -> row.client().equals("STARTTLS") && row.scenario().linkMillis() == 0)
                .forEach(judged::loopback);
        judged.rows.stream()
                .filter(row -> row.client().equals("STARTTLS")
                        && row.session().equals("starttls")
                        && row.scenario().linkMillis() == LINK)
                .forEach(judged::link);
        return judged.goals;
    }

    private void loopback(Results.Outside ours) {
        String what = title(ours) + ", " + ours.scenario().handshake().toLowerCase(Locale.ROOT) + ": ";
        Optional<Results.Outside> best = beside(ours).stream()
                .filter(row ->
                        !row.client().startsWith("STARTTLS") && !row.client().startsWith("FLOOR"))
                .min(Comparator.comparingDouble(row -> row.toFloor().value()));
        Optional<Results.Outside> floor = beside(ours, ServersReport.FLOOR);
        boolean postfix = ours.server().toLowerCase(Locale.ROOT).startsWith("postfix");
        best.ifPresent(peer -> best(what, ours, peer, postfix));
        if (postfix && floor.isPresent()) {
            double tail = Goal.rounded(ours.nineOfTen() / floor.get().nineOfTen());
            goals.add(new Goal(
                    what + "median and nine of ten, ours / floor",
                    "<= 1.05 both",
                    text("%.2f and %.2f", ours.toFloor().value(), tail),
                    Goal.rounded(ours.toFloor().value()) <= 1.05 && tail <= 1.05));
        }
        goals.add(Goal.blocking(what + "blocking, ours / floor", ours.toFloor()));
        beside(ours, "STARTTLS_LOOP")
                .ifPresent(loop -> goals.add(Goal.atMost(what + "selector loop, ours / floor", loop.toFloor(), 1.05)));
        for (String client : List.of("TLS_CHANNEL", "SSL_SOCKET")) {
            beside(ours, client)
                    .ifPresent(peer -> goals.add(new Goal(
                            what + "against " + peer.title(),
                            "not slower",
                            compared(ours, peer),
                            Goal.rounded(ours.toFloor().value())
                                    <= Goal.rounded(peer.toFloor().value()))));
        }
    }

    private void best(String what, Results.Outside ours, Results.Outside peer, boolean postfix) {
        double own = Goal.rounded(ours.toFloor().value());
        double other = Goal.rounded(peer.toFloor().value());
        goals.add(new Goal(
                what + "median against the best peer's",
                postfix ? "below" : "below, or within its interval",
                compared(ours, peer),
                postfix ? own < other : own <= Goal.rounded(peer.toFloor().high())));
        if (postfix && peer.nineOfTen() >= STALL) {
            double tail = Goal.rounded(ours.nineOfTen() / peer.nineOfTen());
            goals.add(new Goal(
                    what + "nine of ten, ours / the best peer's, which stalls",
                    "<= 0.25",
                    text("%.2f (%.1f ms / %.1f ms)", tail, ours.nineOfTen(), peer.nineOfTen()),
                    tail <= 0.25));
        }
    }

    /** Judges the time without the round trips of the link. */
    private void link(Results.Outside ours) {
        Optional<Results.Outside> floor = beside(ours, ServersReport.FLOOR);
        if (floor.isEmpty()) {
            return;
        }
        double max = ours.scenario().handshake().equals("FULL") ? 0.90 : 0.80;
        int roundTrips = ours.link().session() + held(floor.get());
        double link = roundTrips * ours.link().millis().median();
        double own = ours.millis().median() - link;
        double other = floor.get().millis().median() - link;
        goals.add(new Goal(
                title(ours) + ", " + ours.scenario().handshake().toLowerCase(Locale.ROOT) + ", over " + LINK
                        + " ms: (time - " + roundTrips + " round trips), ours / floor",
                text("<= %.2f", max),
                text("%.2f (%.2f ms / %.2f ms)", own / other, own, other),
                own > 0 && other > 0 && Goal.rounded(own / other) <= max));
    }

    /**
     * The round trips more than the dialogue has, which a server takes that holds its reply until what it sent before is
     * acknowledged: to be seen where a round trip is much longer than everything else.
     */
    private int held(Results.Outside floor) {
        return rows.stream()
                .filter(row -> row.client().equals(floor.client())
                        && title(row).equals(title(floor))
                        && row.scenario().handshake().equals(floor.scenario().handshake())
                        && row.scenario().linkMillis() >= LINK)
                .max(Comparator.comparingInt(row -> row.scenario().linkMillis()))
                .map(row -> (int) (row.millis().median() / row.link().millis().median())
                        - row.link().session())
                .filter(more -> more > 0)
                .orElse(0);
    }

    private List<Results.Outside> beside(Results.Outside ours) {
        return rows.stream()
                .filter(row -> title(row).equals(title(ours)) && row.scenario().equals(ours.scenario()))
                .toList();
    }

    private Optional<Results.Outside> beside(Results.Outside ours, String client) {
        return beside(ours).stream().filter(row -> row.client().equals(client)).findFirst();
    }

    private static String title(Results.Outside row) {
        return row.server() + ", " + row.protocol() + " " + row.session();
    }

    private static String compared(Results.Outside ours, Results.Outside peer) {
        return text(
                "%.2f, %s %.2f",
                ours.toFloor().value(), peer.title(), peer.toFloor().value());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
