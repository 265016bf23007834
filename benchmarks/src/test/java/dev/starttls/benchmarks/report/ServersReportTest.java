package dev.starttls.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.report.Results.Outside;
import dev.starttls.benchmarks.report.Results.RoundTrips;
import dev.starttls.benchmarks.report.Results.Scenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersReportTest {

    private static final Machine MACHINE =
            new Machine("A processor", 2, 4096, "A system 1", true, "A JVM 17", "A collector", 0.1, Optional.empty());

    @TempDir
    Path folder;

    @Test
    void jdks_stand_side_by_side() throws IOException {
        write(17, List.of(row("FLOOR_QUICK_ACK", 0, 6, 9, 1), row("STARTTLS", 0, 5, 8, 0.83)));
        write(25, List.of(row("FLOOR_QUICK_ACK", 0, 4, 7, 1), row("STARTTLS", 0, 4, 6, 1.01)));
        assertThat(page())
                .contains(
                        "| Postfix 3.7, SMTP with STARTTLS, TLS 1.3 EC | JDK 17 full | JDK 17 resumed | JDK 25 full |")
                .contains("| STARTTLS | 5.00, 8.00 (0.83; 0.73 to 0.93) |  | 4.00, 6.00 (1.01; 0.91 to 1.11) |  |")
                .contains(
                        "blocking, ours / floor | <= 1.00, its upper end <= 1.03 | 0.83 (0.73 to 0.93) | yes | 1.01 (0.91 to 1.11) | no |")
                .contains("Not measured")
                .contains("Exim, Dovecot, links with a round trip.");
    }

    @Test
    void what_was_not_resumed_has_no_figure_and_is_not_judged() throws IOException {
        Outside row = new Outside(
                "Exim 4",
                "SMTP",
                "starttls",
                new Scenario("TLSv1.3", "EC", "RESUMED", 0),
                new RoundTrips(new Spread(0, 0, 0, 0), 6),
                "STARTTLS",
                "STARTTLS",
                new Spread(4, 5, 6, 12),
                8,
                new Ratio(0.8, 0.9, 1),
                12,
                12);
        write(17, List.of(row));
        assertThat(page()).contains("not resumed: 12 of 12 in full").doesNotContain("| yes |", "| no |");
    }

    @Test
    void the_best_peer_is_judged_by_its_median_and_where_it_stalls_by_nine_of_ten() {
        assertThat(ServerGoals.judge(List.of(
                        row("FLOOR_QUICK_ACK", 0, 6, 9, 1),
                        row("STARTTLS", 0, 5, 10, 0.83),
                        row("NETTY", 0, 50, 52, 8.3),
                        row("TLS_CHANNEL", 0, 6, 48, 1.0))))
                .extracting(Goal::wanted, Goal::measured, Goal::reached)
                .contains(
                        Tuple.tuple("below", "0.83, TLS_CHANNEL 1.00", true),
                        Tuple.tuple("<= 0.25", "0.21 (10.0 ms / 48.0 ms)", true),
                        Tuple.tuple("<= 1.05 both", "0.83 and 1.11", false),
                        Tuple.tuple("not slower", "0.83, TLS_CHANNEL 1.00", true));
    }

    @Test
    void the_round_trip_in_which_a_server_holds_its_reply_is_taken_from_the_longest_link() {
        // Six by the dialogue, seven by what the longer link takes.
        assertThat(ServerGoals.judge(List.of(
                        row("FLOOR_QUICK_ACK", 10, 78, 80, 1),
                        row("STARTTLS", 10, 76, 80, 0.97),
                        row("FLOOR_QUICK_ACK", 50, 357, 360, 1))))
                .singleElement()
                .satisfies(goal -> {
                    assertThat(goal.what()).contains("(time - 7 round trips)");
                    assertThat(goal.measured()).isEqualTo("0.75 (6.00 ms / 8.00 ms)");
                    assertThat(goal.reached()).isTrue();
                });
    }

    @Test
    void elsewhere_than_on_postfix_a_peer_may_be_ahead_within_its_interval() {
        assertThat(ServerGoals.judge(List.of(exim("STARTTLS", 1.0), exim("NETTY", 0.95))))
                .extracting(Goal::wanted, Goal::reached)
                .contains(Tuple.tuple("below, or within its interval", true));
        assertThat(ServerGoals.judge(List.of(exim("STARTTLS", 1.0), exim("NETTY", 0.85))))
                .extracting(Goal::wanted, Goal::reached)
                .contains(Tuple.tuple("below, or within its interval", false));
    }

    @Test
    void a_page_has_no_path_of_its_machine() {
        assertThat(Page.command(
                        List.of("servers", "--ca", "/tmp/lab/pki/ca.pem", "--results=/home/mary/out", "a=2525")))
                .isEqualTo("benchmarks servers --ca ca.pem --results=out a=2525");
        assertThat(Page.command(List.of("flood", "--results", "benchmarks/results")))
                .isEqualTo("benchmarks flood --results benchmarks/results");
    }

    @Test
    void the_command_of_the_jar_is_cited_as_it_was_given() {
        assertThat(Page.commandOfJar(List.of("long", "--only", "COLD,KEYS", "--results", "/tmp/out/results")))
                .isEqualTo("java -jar benchmarks/target/benchmarks.jar long --only COLD,KEYS --results results");
    }

    private String page() throws IOException {
        return new ServersReport(folder, ServersReport.INSTALLED).page();
    }

    private void write(int jdk, List<Outside> rows) {
        ResultsFile.write(
                folder.resolve(ServersReport.file(ServersReport.INSTALLED, jdk)),
                new Results<>(MACHINE, "2026-01-31", "a command", rows));
    }

    private static Outside exim(String client, double ratio) {
        return row("Exim 4", client, 0, 5, 6, ratio);
    }

    private static Outside row(String client, int link, double millis, double nineOfTen, double ratio) {
        return row("Postfix 3.7", client, link, millis, nineOfTen, ratio);
    }

    private static Outside row(String server, String client, int link, double millis, double nineOfTen, double ratio) {
        return new Outside(
                server,
                "SMTP",
                "starttls",
                new Scenario("TLSv1.3", "EC", "FULL", link),
                new RoundTrips(new Spread(link, link, link, 60), 6),
                client,
                client,
                new Spread(millis - 1, millis, millis + 1, 100),
                nineOfTen,
                new Ratio(ratio - 0.1, ratio, ratio + 0.1),
                0,
                0);
    }
}
