package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.TargetReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SarifReportTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode run(TargetReport... reports) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SarifReport sarif = new SarifReport(new PrintStream(out, true, StandardCharsets.UTF_8));
        List.of(reports).forEach(sarif::add);
        sarif.close();
        JsonNode log = JSON.readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(log.get("version").asText()).isEqualTo("2.1.0");
        assertThat(log.get("runs")).hasSize(1);
        return log.get("runs").get(0);
    }

    @Test
    void a_failure_is_an_error_at_its_target_with_its_rule() throws Exception {
        JsonNode run = JSON.readTree(SampleRun.once().text("sarif")).get("runs").get(0);
        JsonNode injection = null;
        for (JsonNode result : run.get("results")) {
            if (result.get("ruleId").asText().equals("UP-S-10")) {
                injection = result;
            }
        }
        assertThat(injection).isNotNull();
        assertThat(injection.get("level").asText()).isEqualTo("error");
        assertThat(injection.get("kind").asText()).isEqualTo("fail");
        assertThat(injection
                        .at("/locations/0/physicalLocation/artifactLocation/uri")
                        .asText())
                .startsWith("submission://");
        List<String> rules = run.at("/tool/driver/rules").findValuesAsText("id");
        assertThat(rules).contains("UP-S-10").doesNotHaveDuplicates();
    }

    @Test
    void a_warning_is_a_warning_and_what_is_inconclusive_is_open() throws Exception {
        JsonNode run = run(SyntheticReports.target(
                "mail.example.org", Verdict.warn("careful"), Verdict.inconclusive("no answer"), Verdict.pass("ok")));
        assertThat(run.get("results").findValuesAsText("level")).containsExactly("warning", "none");
        assertThat(run.get("results").findValuesAsText("kind")).containsExactly("fail", "open");
    }

    @Test
    void a_finding_has_the_same_fingerprint_in_every_run() throws Exception {
        TargetReport one = SyntheticReports.target("mail.example.org", Verdict.fail("bad"));
        TargetReport other = SyntheticReports.target("mx.example.org", Verdict.fail("bad"));
        String fingerprint = "targetAndCheck/v1";
        assertThat(run(one).findValuesAsText(fingerprint)).isEqualTo(run(one).findValuesAsText(fingerprint));
        assertThat(run(one, other).findValuesAsText(fingerprint)).doesNotHaveDuplicates();
    }

    @Test
    void a_target_that_was_not_reached_makes_the_run_incomplete() throws Exception {
        JsonNode run = JSON.readTree(SampleRun.once().text("sarif")).get("runs").get(0);
        assertThat(run.at("/invocations/0/executionSuccessful").asBoolean()).isFalse();
        assertThat(run.at("/invocations/0/toolExecutionNotifications/0/message/text")
                        .asText())
                .contains("cannot connect");
    }
}
