package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TextReportTest {
    private static final String WORDS = "a word and ".repeat(20);

    private static String text(TargetReport report, int columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TextReport(new PrintStream(out, true, StandardCharsets.UTF_8), Style.PLAIN, columns).add(report);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String text(List<TargetReport> reports) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TextReport report = new TextReport(new PrintStream(out, true, StandardCharsets.UTF_8), Style.PLAIN);
        reports.forEach(report::add);
        report.close();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The end of a report: what follows the last heading. */
    private static List<String> end(List<TargetReport> reports) {
        String text = text(reports);
        int heading = text.lastIndexOf("\nAll servers\n");
        return heading < 0 ? List.of() : text.substring(heading + 1).lines().toList();
    }

    private static TargetReport unreached(String host) {
        return TargetReport.unreached(
                new Target(Scheme.SMTP, host, 25), Instant.EPOCH, Duration.ZERO, "cannot connect to it");
    }

    @Test
    void several_servers_end_with_a_line_each_and_one_in_all() {
        TargetReport bad = SyntheticReports.target("bad.example.org", Verdict.pass("ok"), Verdict.fail("bad"));
        TargetReport known = bad.with(
                bad.results().stream().map(result -> result.accept("a reason")).toList());
        assertThat(end(List.of(bad, unreached("gone.example.org"), known)))
                .containsExactly(
                        "All servers",
                        "  FAIL  smtp://bad.example.org:25  Failed: MADE-S-02",
                        "  ????  smtp://gone.example.org:25  Not checked",
                        "  warn  smtp://bad.example.org:25  Nothing new failed: MADE-S-02",
                        "  3 servers: 0 may be relied on, 1 may not, 1 not known, 1 with no failure that is neither accepted"
                                + " nor in the",
                        "  baseline.");
        assertThat(SampleRun.once().text("text").lines().toList())
                .endsWith(
                        "  FAIL  " + SampleRun.once().broken() + "  at 127.0.0.1  Failed: UP-S-01, UP-S-10",
                        "  pass  " + SampleRun.once().good() + "  at 127.0.0.1  Passed",
                        "  ????  " + SampleRun.once().missing() + "  at 127.0.0.1  Not checked",
                        "  3 servers: 1 may be relied on, 1 may not, 1 not known.");
    }

    @Test
    void a_server_is_not_relied_on_where_checks_were_left_out() {
        // They are all of level security.
        TargetReport half = SyntheticReports.target("mail.example.org", Verdict.pass("ok"));
        assertThat(end(List.of(half, half)))
                .containsExactly(
                        "All servers",
                        "  ????  smtp://mail.example.org:25  Not known: checks were left out",
                        "  ????  smtp://mail.example.org:25  Not known: checks were left out",
                        "  2 servers: 0 may be relied on, 0 may not, 2 not known.");
    }

    @Test
    void one_server_has_no_such_end_and_many_have_no_more_lines_than_are_kept() {
        assertThat(end(List.of(unreached("gone.example.org")))).isEmpty();
        List<TargetReport> many = Collections.nCopies(1002, unreached("gone.example.org"));
        assertThat(end(many))
                .hasSize(1003)
                .endsWith(
                        "  ... and 2 more; their reports are above",
                        "  1002 servers: 0 may be relied on, 0 may not, 1002 not known.");
    }

    @Test
    void the_mark_of_what_is_inconclusive_is_explained_where_it_is_used() {
        String legend = "  ???? is inconclusive: it could not be observed, and is not known to be good.";
        assertThat(text(SyntheticReports.target("mail.example.org", Verdict.inconclusive("silence")), 110)
                        .lines())
                .containsSubsequence(legend, "  MADE server");
        assertThat(text(SyntheticReports.target("mail.example.org", Verdict.pass("ok")), 110))
                .doesNotContain("????");
    }

    @ParameterizedTest
    @CsvSource({"20, 40", "40, 40", "60, 60", "80, 80", "95, 95", "500, 110"})
    void lines_are_as_long_as_the_terminal_is_wide_within_reason(int columns, int longest) {
        String text =
                text(SyntheticReports.target("mail.example.org", Verdict.fail(WORDS), Verdict.warn(WORDS)), columns);
        assertThat(text.lines().mapToInt(String::length).max().orElseThrow())
                .isLessThanOrEqualTo(longest)
                .isGreaterThan(longest - 12);
    }

    @Test
    void colour_takes_no_room() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TextReport(new PrintStream(out, true, StandardCharsets.UTF_8), Style.COLOUR, 80)
                .add(SyntheticReports.target("mail.example.org", Verdict.fail(WORDS)));
        assertThat(out.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;]*m", ""))
                .isEqualTo(text(SyntheticReports.target("mail.example.org", Verdict.fail(WORDS)), 80));
    }

    @Test
    void a_terminal_is_given_nothing_to_obey() {
        String text = text(SyntheticReports.saying(SyntheticReports.HOSTILE), 100);
        assertThat(text.replace("\n", "").chars())
                .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
        assertThat(text).contains("<script>").contains("\\x1b[31m");
    }

    @Test
    void the_conclusion_claims_nothing_of_a_level_that_was_not_run() {
        assertThat(text(SyntheticReports.target("mail.example.org", Verdict.pass("ok")), 400))
                .contains(
                        "  No security check failed; MUST checks were not run (--level, --only, --skip), so whether you");
    }

    @Test
    void the_first_lines_say_what_failed_and_how_to_fix_it() {
        assertThat(text(SyntheticReports.target("mail.example.org", Verdict.fail("bad")), 110)
                        .lines())
                .element(2)
                .asString()
                .isEqualTo("  Do not rely on this server until it is fixed: 1 security check failed.");
        assertThat(SampleRun.once().text("text").lines().limit(8))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("  FAIL  NOOP after the upgrade command, in one segment, is never answered"))
                .anySatisfy(line -> assertThat(line).startsWith("        Fix: Discard or refuse everything"));
    }

    @Test
    void every_suite_of_every_version_is_listed() {
        assertThat(SampleRun.once().text("text"))
                .containsPattern("\n  TLSv1.3\n  suites  TLS_AES_\\w+, TLS_")
                .containsPattern("\n  groups  \\w+, ");
    }

    @Test
    void versions_and_suites_are_reported_shortly() {
        assertThat(SampleRun.once().text("text"))
                .containsPattern(
                        "  accepts      TLSv1.3: [0-9]+ suites, TLS_AES_\\w+ first, the server's order decides; ")
                .containsPattern("\n {15}TLSv1.2: [0-9]+ suites, TLS_ECDHE_\\w+ first");
    }

    @Test
    void a_real_run_fits_its_width_but_for_words_that_cannot_be_broken() {
        assertThat(SampleRun.once().text("text").lines())
                .filteredOn(line -> !line.startsWith("      | "))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
    }
}
