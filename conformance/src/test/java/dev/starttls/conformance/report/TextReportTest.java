package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.TargetReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
