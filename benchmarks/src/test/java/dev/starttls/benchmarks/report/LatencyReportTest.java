package dev.starttls.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.report.Results.Cold;
import dev.starttls.benchmarks.report.Results.Peer;
import dev.starttls.benchmarks.report.Results.Scenario;
import dev.starttls.benchmarks.report.Results.Upgrade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyReportTest {

    private static final Machine MACHINE =
            new Machine("A processor", 2, 4096, "A system 1", true, "A JVM 17", "A collector", 0.1, Optional.empty());

    private static final String COMMAND = "java -jar benchmarks/target/benchmarks.jar long --only PEERS";

    @TempDir
    Path folder;

    @Test
    void results_survive_the_file() {
        Results<Peer> results = results(List.of(peer("FLOOR", 0, 5, 1), peer("STARTTLS", 0, 4, 0.8)));
        ResultsFile.write(folder.resolve("peers.json"), results);
        assertThat(ResultsFile.read(folder.resolve("peers.json"), Peer.class)).contains(results);
        assertThat(ResultsFile.read(folder.resolve("none.json"), Peer.class)).isEmpty();
    }

    @Test
    void the_page_names_the_command_that_made_it_and_those_that_measured() {
        write("peers.json", List.of(peer("FLOOR", 0, 5, 1)));
        assertThat(new LatencyReport(folder, COMMAND).tables())
                .contains("Made from the results beside it by `" + COMMAND + "`:")
                .contains("`a command`, ");
    }

    @Test
    void clients_are_compared_by_median_ratio_and_interval() {
        write("peers.json", List.of(peer("FLOOR", 0, 5, 1), peer("STARTTLS", 0, 4, 0.8)));
        assertThat(new LatencyReport(folder, COMMAND).tables())
                .contains("| loopback | TLS 1.3 EC full |")
                .contains("| FLOOR | 5.00 (1.00) |")
                .contains("| STARTTLS | 4.00 (0.80; 0.70 to 0.90) |")
                .contains("A processor (virtual machine), 2 cores");
    }

    @Test
    void what_an_upgrade_adds_is_the_difference_to_plaintext_on_the_same_link() {
        write(
                "upgrades.json",
                List.of(
                        upgrade("plaintext", "", 0, 1, 2),
                        upgrade("starttls", "TLSv1.3", 0, 5, 5),
                        upgrade("plaintext", "", 10, 21, 2),
                        upgrade("starttls", "TLSv1.3", 10, 56, 5)));
        assertThat(new LatencyReport(folder, COMMAND).tables())
                .contains("| SMTP plaintext | 1.00, 2 |")
                .contains("| SMTP STARTTLS full | 5.00 (+4.00), 5 |")
                .contains("| SMTP STARTTLS full | 56.00 (+35.00), 5 |")
                .contains("| loopback, SMTP STARTTLS full |  |  |  |  | 3.50, 1 |  |");
    }

    @Test
    void a_goal_is_reached_or_not_by_what_was_measured() {
        assertThat(goals(List.of(peer("FLOOR", 0, 5, 1), peer("STARTTLS", 0, 4, 0.8))))
                .containsExactly(new Goal(
                        "Loopback, full, blocking connect: ours / floor",
                        "<= 1.00, its upper end <= 1.03",
                        "0.80 (0.70 to 0.90)",
                        true));
        assertThat(goals(List.of(peer("FLOOR", 0, 5, 1), peer("STARTTLS", 0, 5.2, 1.04))))
                .extracting(Goal::reached)
                .containsExactly(false);
    }

    @Test
    void a_ratio_that_may_be_three_percent_beyond_the_floor_reaches_nothing() {
        assertThat(goals(List.of(peer("FLOOR", 0, 5, 1), peer("STARTTLS", 0, 4.9, 0.98))))
                .extracting(Goal::measured, Goal::reached)
                .containsExactly(Tuple.tuple("0.98 (0.88 to 1.08)", false));
    }

    @Test
    void no_client_that_does_the_same_may_be_faster() {
        assertThat(goals(List.of(peer("STARTTLS", 0, 5, 0.9), peer("SSL_SOCKET", 0, 5, 0.89))))
                .filteredOn(goal -> goal.wanted().equals("not slower"))
                .extracting(Goal::measured, Goal::reached)
                .containsExactly(Tuple.tuple("0.90, SSL_SOCKET 0.89", false));
    }

    @Test
    void the_loop_must_be_below_netty_of_the_same_rounds() {
        assertThat(goals(List.of(peer("STARTTLS_LOOP", 0, 5, 1.04), peer("NETTY", 0, 5, 1.02))))
                .extracting(Goal::wanted, Goal::reached)
                .contains(Tuple.tuple("below Netty", false));
    }

    @Test
    void time_beside_the_link_leaves_out_the_round_trips() {
        List<Goal> goals = Goal.judge(
                List.of(peer("FLOOR", 10, 58, 1), peer("STARTTLS", 10, 54, 0.93)),
                List.of(upgrade("starttls", "TLSv1.3", 0, 5, 5)),
                List.of());
        assertThat(goals)
                .filteredOn(goal -> goal.what().startsWith("Over 10 ms"))
                .singleElement()
                .satisfies(goal -> {
                    assertThat(goal.measured()).isEqualTo("0.50 (4.00 ms / 8.00 ms)");
                    assertThat(goal.reached()).isTrue();
                });
    }

    @Test
    void a_prepared_hello_must_save_forty_milliseconds_under_the_same_archive() {
        List<Cold> cold = List.of(
                cold("STARTTLS", "a", 300),
                cold("STARTTLS_UNPREPARED", "a", 345),
                cold("STARTTLS", "b", 300),
                cold("STARTTLS_UNPREPARED", "b", 330));
        assertThat(Goal.judge(List.of(), List.of(), cold))
                .extracting(Goal::measured, Goal::reached)
                .containsExactly(
                        Tuple.tuple("45 ms saved (300 instead of 345)", true),
                        Tuple.tuple("30 ms saved (300 instead of 330)", false));
    }

    @Test
    void a_first_upgrade_is_judged_by_its_archive() {
        assertThat(Goal.judge(
                        List.of(),
                        List.of(),
                        List.of(
                                cold("STARTTLS", "of the JDK", 421),
                                cold("STARTTLS", "of the application", 350),
                                cold("STARTTLS", "AOT cache of the application", 290),
                                cold("FLOOR", "of the JDK", 500))))
                .extracting(Goal::wanted, Goal::reached)
                .containsExactly(
                        Tuple.tuple("<= 420 ms", false),
                        Tuple.tuple("<= 350 ms", true),
                        Tuple.tuple("<= 300 ms", true));
    }

    @Test
    void ways_to_have_the_key_stand_below_one_another() {
        Scenario full = new Scenario("TLSv1.3", "EC", "FULL", 0);
        write(
                "keys.json",
                List.of(
                        new Results.ServerKey("ServerKeys", full, new Spread(3, 4, 5, 9), new Ratio(1, 1, 1)),
                        new Results.ServerKey("PKIX", full, new Spread(6, 7, 8, 9), new Ratio(1.6, 1.75, 1.9))));
        assertThat(new LatencyReport(folder, COMMAND).tables())
                .contains("| context made with | TLS 1.3 EC full |")
                .contains("| PKIX | 7.00 (1.75; 1.60 to 1.90) |");
    }

    @Test
    void without_results_there_are_no_figures() {
        assertThat(new LatencyReport(folder, COMMAND).tables()).doesNotContainPattern("\\d\\.\\d\\d");
    }

    @Test
    void a_report_has_a_picture_of_each_measurement() throws IOException {
        write("peers.json", List.of(peer("FLOOR", 10, 58, 1), peer("STARTTLS", 10, 54, 0.93)));
        write("upgrades.json", List.of(upgrade("plaintext", "", 0, 1, 2), upgrade("starttls", "TLSv1.3", 0, 5, 5)));
        write("cold.json", List.of(cold("STARTTLS", "of the JDK", 300)));
        assertThat(new LatencyReport(folder, COMMAND).write())
                .extracting(file -> file.getFileName().toString())
                .containsExactly("latency.md", "peers-full-10ms.svg", "phases-0ms.svg", "cold.svg");
        assertThat(Files.readString(folder.resolve("peers-full-10ms.svg"))).contains("A processor", ">0.93<");
    }

    @Test
    void the_machine_is_described_without_the_names_of_its_host_and_user() {
        assertThat(Machine.present().line()).doesNotContain(System.getProperty("user.home"));
        assertThat(Machine.present().cores()).isPositive();
    }

    private static List<Goal> goals(List<Peer> peers) {
        return Goal.judge(peers, List.of(), List.of());
    }

    private <R> void write(String name, List<R> rows) {
        ResultsFile.write(folder.resolve(name), results(rows));
    }

    private static <R> Results<R> results(List<R> rows) {
        return new Results<>(MACHINE, "2026-01-31", "a command", rows);
    }

    private static Peer peer(String client, int link, double millis, double ratio) {
        return new Peer(
                new Scenario("TLSv1.3", "EC", "FULL", link),
                client,
                client,
                new Spread(millis - 1, millis, millis + 1, 100),
                new Ratio(ratio - 0.1, ratio, ratio + 0.1));
    }

    private static Upgrade upgrade(String session, String version, int link, double millis, int roundTrips) {
        return new Upgrade(
                "SMTP",
                session,
                new Scenario(version, version.isEmpty() ? "" : "EC", "FULL", link),
                new Spread(millis, millis, millis, 10),
                roundTrips,
                Map.of("HANDSHAKE", 3.5),
                Map.of("HANDSHAKE", 1));
    }

    private static Cold cold(String client, String archive, double millis) {
        return new Cold(
                client, client, archive, 50, new Spread(90, 100, 110, 5), new Spread(millis, millis, millis, 5));
    }
}
