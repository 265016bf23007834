package dev.starttls.conformance.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.report.SampleRun;
import dev.starttls.conformance.report.SyntheticReports;
import dev.starttls.conformance.run.TargetReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class HtmlReportTest {
    private static String page(TargetReport... targets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HtmlReport report = new HtmlReport(new PrintStream(out, false, StandardCharsets.US_ASCII));
        for (TargetReport target : targets) {
            report.add(target);
        }
        report.close();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static long count(String text, String part) {
        return Pattern.compile(part, Pattern.LITERAL).matcher(text).results().count();
    }

    private static String between(String page, String begin, String end) {
        int from = page.indexOf(begin) + begin.length();
        return page.substring(from, page.indexOf(end, from));
    }

    @Test
    void nothing_that_was_said_is_markup() {
        String page = page(SyntheticReports.saying(SyntheticReports.HOSTILE));
        assertThat(count(page, "<script")).isEqualTo(1);
        assertThat(count(page, "&lt;script&gt;alert(1)")).isGreaterThan(15);
        assertThat(page).contains("{{id}}{{{id}}}");
    }

    @Test
    void nothing_that_was_said_hides_or_reorders_text() {
        String page = page(SyntheticReports.saying(SyntheticReports.HOSTILE));
        assertThat(page.replace("\n", "").chars())
                .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
        assertThat(page).contains("\\x00\\x1b[31m\\x9b\\u202e\\u2066\\u200f\\ufeff\\uffff\\ud800");
    }

    @Test
    void a_server_that_greets_with_markup_is_shown_as_text() {
        assertThat(SampleRun.once().text("html"))
                .doesNotContain("<script>document", "<img")
                .contains("&lt;script&gt;document.title&#x3D;&#39;owned&#39;&lt;/script&gt;&lt;img src");
    }

    @Test
    void the_page_loads_nothing() {
        String page = SampleRun.once().text("html");
        assertThat(page)
                .doesNotContainPattern(
                        "(?i)<(link|img|iframe|object|embed|base|audio|video|source|form [^>]*action)\\b");
        assertThat(page).doesNotContainPattern("(?i)(\\bsrc|srcset|action|formaction|xlink:href)\\s*=");
        assertThat(page)
                .doesNotContainPattern("(?i)@import|url\\((?!#)|\\b(fetch|XMLHttpRequest|WebSocket|importScripts)\\(");
    }

    @ParameterizedTest
    @CsvSource({"style-src, <style>, </style>", "script-src, <script>, </script>"})
    void its_policy_lets_a_browser_obey_its_own_style_sheet_and_script_alone(String directive, String begin, String end)
            throws NoSuchAlgorithmException {
        String page = SampleRun.once().text("html");
        byte[] content = between(page, begin, end).getBytes(StandardCharsets.UTF_8);
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
        assertThat(between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\">"))
                .startsWith("default-src 'none'")
                .contains(directive + " 'sha256-" + hash + "'");
    }

    @Test
    void every_check_is_there_once_with_clause_reason_and_transcript() {
        String page = page(SyntheticReports.target("mail.example.org", Verdict.pass("fine"), Verdict.fail("obeyed")));
        assertThat(count(page, "<details class=\"check ")).isEqualTo(2);
        assertThat(page)
                .contains("id=\"target-1-MADE-S-01\"", "id=\"target-1-MADE-S-02\"")
                .contains("https://www.rfc-editor.org/rfc/rfc3207#section-4")
                .contains("<p class=\"detail\">obeyed</p>");
        assertThat(count(page, "<code>STARTTLS</code>")).isEqualTo(3);
    }

    @Test
    void what_failed_is_open_and_first_and_says_how_to_mend_it() {
        String page = page(SyntheticReports.target("mail.example.org", Verdict.pass("fine"), Verdict.fail("obeyed")));
        assertThat(page.indexOf("MADE-S-02\" data-verdict=\"fail\" data-level=\"security\" open"))
                .isPositive()
                .isLessThan(page.indexOf("MADE-S-01\" data-verdict=\"pass\""));
        assertThat(count(page, "<dt>Postfix</dt><dd>one.</dd>")).isEqualTo(1);
        assertThat(count(page, "<dt>Exim</dt><dd>two.</dd>")).isEqualTo(1);
    }

    /** The result with this number accepted or compared. */
    private static TargetReport with(TargetReport report, int number, UnaryOperator<CheckResult> change) {
        List<CheckResult> results = new ArrayList<>(report.results());
        results.set(number, change.apply(results.get(number)));
        return report.with(results);
    }

    @Test
    void a_failure_that_fails_no_run_is_named_so_at_the_top_and_in_its_check() {
        TargetReport found =
                SyntheticReports.target("mail.example.org", Verdict.fail("obeyed"), Verdict.fail("obeyed too"));
        TargetReport known = with(found, 0, result -> result.compare(Optional.of(Status.FAIL)));
        String page = page(with(known, 1, result -> result.accept("ticket <4711>")));
        assertThat(between(page, "<ul class=\"failures\">", "</ul>"))
                .containsSubsequence(
                        "MADE-S-01</span> <span class=\"excuse\">known: as in the baseline</span>",
                        "MADE-S-02</span> <span class=\"excuse\">accepted: ticket &lt;4711&gt;</span>");
        assertThat(between(page, "id=\"target-1-MADE-S-01\"", "</details>"))
                .contains("<p class=\"excuse\">known: as in the baseline</p>");
        assertThat(between(page, "id=\"target-1-MADE-S-02\"", "</details>"))
                .contains("<p class=\"excuse\">accepted: ticket &lt;4711&gt;</p>");
    }

    @Test
    void the_lines_after_the_verdict_name_what_fails_the_run_and_not_what_is_accepted() {
        TargetReport found =
                SyntheticReports.target("mail.example.org", Verdict.fail("obeyed"), Verdict.fail("obeyed too"));
        String page = page(with(found, 1, result -> result.accept("ticket 4711")));
        assertThat(between(page, "<ul class=\"failures\">", "</ul>"))
                .contains("MADE-S-01")
                .doesNotContain("MADE-S-02", "class=\"excuse\"");
    }

    @Test
    void what_changed_since_the_baseline_is_said_of_each_check() {
        TargetReport found = SyntheticReports.target("mail.example.org", Verdict.pass("fine"), Verdict.fail("obeyed"));
        TargetReport fixed = with(found, 0, result -> result.compare(Optional.of(Status.FAIL)));
        assertThat(page(with(fixed, 1, result -> result.compare(Optional.empty()))))
                .contains("<p class=\"excuse\">fixed (fail in the baseline)</p>")
                .contains("<p class=\"excuse\">new failure (not in the baseline)</p>");
    }

    @Test
    void a_target_is_written_before_the_next_one_is_done() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HtmlReport report = new HtmlReport(new PrintStream(out, false, StandardCharsets.UTF_8));
        report.add(SyntheticReports.target("one.example.org", Verdict.pass("fine")));
        assertThat(out.toString(StandardCharsets.UTF_8).strip())
                .endsWith("</section>")
                .contains("one.example.org");
    }

    @Test
    void the_upgrade_of_a_real_server_is_drawn_with_its_boundary() {
        String page = SampleRun.once().text("html");
        String good = page.substring(page.indexOf("id=\"target-2\""));
        String diagram = between(good, "<figure class=\"diagram\">", "</figure>");
        assertThat(diagram)
                .containsSubsequence(
                        "class=\"zone clear\"",
                        "class=\"boundary\"",
                        "220 localhost ESMTP scripted",
                        ">STARTTLS<",
                        "220 go ahead",
                        "TLS handshake begins",
                        "TLS handshake done: TLSv1.3",
                        "250 REQUIRETLS")
                .doesNotContain("came unasked");
    }

    @Test
    void several_targets_have_an_index() {
        String page = SampleRun.once().text("html");
        String index = between(page, "<nav id=\"targets\"", "</nav>");
        assertThat(index)
                .contains("3 targets", "1 passed", "1 failed", "1 not checked")
                .contains("<a href=\"#target-1\">" + SampleRun.once().broken(), "<a href=\"#target-3\">");
        Matcher anchors = Pattern.compile("href=\"#([^\"]+)\"").matcher(page);
        while (anchors.find()) {
            assertThat(page).contains("id=\"" + anchors.group(1) + "\"");
        }
    }

    @Test
    void one_target_has_none() {
        assertThat(between(page(SyntheticReports.target("mail.example.org", Verdict.pass("fine"))), "<nav", "</nav>"))
                .doesNotContain("<table");
    }

    @Test
    void a_target_that_was_not_reached_says_why() {
        String page = SampleRun.once().text("html");
        assertThat(page.substring(page.indexOf("<section class=\"target\" id=\"target-3\"")))
                .contains("Not checked", "cannot connect to " + SampleRun.once().missing());
    }

    @Test
    void ids_are_unique() {
        assertThat(Pattern.compile(" id=\"([^\"]*)\"")
                        .matcher(SampleRun.once().text("html"))
                        .results()
                        .map(match -> match.group(1)))
                .doesNotHaveDuplicates();
    }
}
