package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.report.html.HtmlReport;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.TestedClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Reports of a client, in each format but JSON, which has its schema. */
class ClientReportTest {
    private static final String COMMAND = "send --to {host}:{port}";

    private static String written(Function<PrintStream, Report> format, TargetReport report) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Report written = format.apply(new PrintStream(out, false, StandardCharsets.UTF_8))) {
            written.add(report);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String text(TargetReport report) {
        return written(out -> new TextReport(out, Style.PLAIN), report);
    }

    @Test
    void the_text_names_policy_and_command_and_no_session_of_the_suites_own() {
        String text = text(SyntheticReports.client(COMMAND, Verdict.pass("fine")));
        assertThat(text)
                .startsWith("\nclient:smtp\n  policy       required\n  command      " + COMMAND + "\n")
                .contains("No security case failed; MUST cases were not run")
                .contains("  note         it ended with: exit status 0")
                .doesNotContain("  session ")
                .doesNotContain("  TLS ");
    }

    @Test
    void a_client_is_judged_by_cases() {
        assertThat(text(SyntheticReports.client(COMMAND, Verdict.fail("obeyed"))))
                .contains("Do not rely on this client until it is fixed: 1 security case failed.")
                .doesNotContain("check");
        assertThat(text(SyntheticReports.client(COMMAND, Verdict.inconclusive("gone"))))
                .contains("not known: one MUST or security case saw no connection.")
                .doesNotContain("check");
    }

    @Test
    void what_the_policy_allows_has_one_entry_under_one_heading_and_no_evidence() {
        String text = text(SyntheticReports.client(
                COMMAND,
                Verdict.allowed("sent 'MAIL' in plaintext"),
                Verdict.warn("hung"),
                Verdict.allowed("sent it")));
        assertThat(text)
                .contains("One warning is worth a look. 2 findings are allowed by its policy.")
                .contains("  Allowed by this policy (transcripts: --format json or html)\n")
                .contains("  warn  MADE-C-01  made up: sent 'MAIL' in plaintext\n")
                .contains("  warn  MADE-C-03  made up: sent it\n")
                .containsOnlyOnce("MADE-C-01")
                .containsOnlyOnce("  why   ");
        assertThat(written(JsonReport::indented, SyntheticReports.client(COMMAND, Verdict.allowed("sent it"))))
                .contains("sent it (allowed by this policy)")
                .contains("\"transcript\"");
    }

    @Test
    void a_client_that_never_connected_is_an_error_of_what_it_did_not_do() {
        TargetReport absent = TargetReport.unreached(
                new TestedClient(Protocol.IMAP, "implicit", Optional.empty()),
                Instant.EPOCH,
                Duration.ZERO,
                "the client never connected");
        assertThat(text(absent))
                .startsWith("\nclient:imap\n  policy       implicit\n  the client never connected\n")
                .contains("No cases were run.");
        assertThat(written(JunitReport::new, absent))
                .contains("classname=\"client:imap\" name=\"the client connects to a well-behaved server\"");
    }

    @Test
    void junit_has_a_suite_of_the_client_and_a_class_of_each_family() {
        assertThat(written(JunitReport::new, SyntheticReports.client(COMMAND, Verdict.fail("obeyed"))))
                .contains("<testsuite name=\"client:smtp\"")
                .contains("classname=\"client:smtp.MADE-C\" name=\"MADE-C-01 made up\"")
                .contains("type=\"security\" message=\"obeyed\"");
    }

    @Test
    void sarif_has_the_client_as_the_location() throws Exception {
        JsonNode result = new ObjectMapper()
                .readTree(written(SarifReport::new, SyntheticReports.client(COMMAND, Verdict.fail("obeyed"))))
                .at("/runs/0/results/0");
        assertThat(result.at("/locations/0/physicalLocation/artifactLocation/uri")
                        .asText())
                .isEqualTo("client:smtp");
        assertThat(result.get("ruleId").asText()).isEqualTo("MADE-C-01");
    }

    @Test
    void the_page_names_policy_and_command_and_draws_the_run_with_a_well_behaved_server() {
        String page = written(HtmlReport::new, SyntheticReports.client(COMMAND, Verdict.fail("obeyed")));
        assertThat(page)
                .contains("<dt>Policy</dt><dd>required</dd>")
                .contains("<dt>Command</dt><dd><code>" + COMMAND + "</code></dd>")
                .contains("<dt>Notes</dt><dd>it ended with: exit status 0</dd>")
                .contains("No case of this target fits the filter.")
                .contains("The upgrade, as observed")
                .contains(">EHLO " + COMMAND + "</text>")
                .doesNotContain("<rect class=\"remark\"");
    }

    @Test
    void what_the_command_line_has_of_markup_is_text_on_the_page() {
        assertThat(written(HtmlReport::new, SyntheticReports.client(SyntheticReports.HOSTILE, Verdict.fail("obeyed"))))
                .doesNotContain("<script>alert(1)");
    }
}
