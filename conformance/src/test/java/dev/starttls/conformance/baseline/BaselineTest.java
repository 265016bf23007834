package dev.starttls.conformance.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Change;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Comparison;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.report.SyntheticReports;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {
    @TempDir
    Path folder;

    private Baseline baseline(String text) throws IOException {
        return Baseline.read(Files.writeString(folder.resolve("last.json"), text));
    }

    private static String report(String target, String more, String verdict) {
        return "{\"target\":\"" + target + "\"" + more + ",\"checks\":[{\"id\":\"MADE-S-01\",\"verdict\":\"" + verdict
                + "\"}]}\n";
    }

    private static Comparison compared(TargetReport report) {
        return report.results().get(0).comparison().orElseThrow();
    }

    private static TargetReport failing() {
        return SyntheticReports.target("mail.example.org", Verdict.fail("it is weak"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | got none",
                "no report | got what is no JSON in line 1",
                "{\"target\":\"smtp://a:25\",\"checks\":[ | got what is no JSON",
                "[] | got none",
                "[4] | report 1: expected the fields target and checks",
                "{\"target\":\"smtp://a:25\"} | report 1: expected the fields target and checks",
                "{\"target\":\"smtp://a:25\",\"checks\":[{\"id\":\"X\"}]} | expected a verdict of check 'X', got ''",
            })
    void what_is_no_report_is_named(String text, String message) {
        assertThatThrownBy(() -> baseline(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("last.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "FAIL, FAIL, SAME",
        "FAIL, WARN, NEW_FAILURE",
        "FAIL, PASS, NEW_FAILURE",
        "FAIL, SKIP, NEW_FAILURE",
        "FAIL, INCONCLUSIVE, NEW_FAILURE",
        "FAIL, , NEW_FAILURE",
        "WARN, FAIL, IMPROVED",
        "WARN, WARN, SAME",
        "WARN, PASS, NEW_WARNING",
        "WARN, , NEW_WARNING",
        "PASS, FAIL, FIXED",
        "PASS, WARN, FIXED",
        "PASS, PASS, SAME",
        "PASS, INCONCLUSIVE, DIFFERENT",
        "PASS, , DIFFERENT",
        "INCONCLUSIVE, FAIL, UNCONFIRMED",
        "INCONCLUSIVE, PASS, DIFFERENT",
        "INCONCLUSIVE, INCONCLUSIVE, SAME",
        "SKIP, WARN, UNCONFIRMED",
    })
    void each_verdict_is_compared_with_the_one_before(Status now, Status before, Change change) {
        assertThat(Comparison.of(now, Optional.ofNullable(before)).change()).isEqualTo(change);
    }

    @Test
    void the_last_report_of_a_target_counts_unless_it_was_not_reached() throws IOException {
        String url = "smtp://Mail.Example.org:25";
        Baseline baseline = baseline(
                report(url, "", "pass") + report(url, "", "fail") + "{\"target\":\"" + url + "\",\"checks\":[]}\n");
        TargetReport report = baseline.compare(failing());
        assertThat(compared(report).before()).contains(Status.FAIL);
        assertThat(report.outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void the_report_of_the_same_address_is_preferred() throws IOException {
        String url = "smtp://mail.example.org:25";
        Baseline baseline = baseline(
                report(url, ",\"address\":\"192.0.2.1\"", "fail") + report(url, ",\"address\":\"192.0.2.2\"", "pass"));
        assertThat(compared(baseline.compare(at("192.0.2.1"))).before()).contains(Status.FAIL);
        assertThat(compared(baseline.compare(at("192.0.2.2"))).before()).contains(Status.PASS);
        assertThat(compared(baseline.compare(at("192.0.2.3"))).before()).contains(Status.PASS);
    }

    private static TargetReport at(String address) throws IOException {
        TargetReport report = failing();
        return new TargetReport(
                ((Target) report.target()).at(InetAddress.getByName(address)),
                report.started(),
                report.took(),
                report.survey(),
                report.dialogue(),
                report.results(),
                report.inventory());
    }

    @Test
    void an_accepted_new_failure_does_not_fail_the_run() throws IOException {
        TargetReport report =
                baseline(report("smtp://mail.example.org:25", "", "pass")).compare(failing());
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        CheckResult accepted = report.results().get(0).accept("known");
        assertThat(accepted.failsRun()).isFalse();
        assertThat(accepted.excuse()).contains("accepted: known");
    }
}
