package dev.starttls.core.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.fuzz.FuzzCampaign.TargetResult;
import org.junit.jupiter.api.Test;

class FuzzCampaignTest {

    @Test
    void a_target_that_was_fuzzed_to_the_end_passes() {
        TargetResult result =
                FuzzCampaign.result("a.B", "#2\tINITED cov: 30\n#1024\tpulse\nDone 20675 runs in 3 second(s)\n", 0);
        assertThat(result.passed()).isTrue();
        assertThat(result).hasToString(String.format("%-60s         20,675 executions in      3 s, 0 findings", "a.B"));
    }

    @Test
    void a_target_that_was_skipped_is_not() {
        assertThat(FuzzCampaign.result("a.B", "", 0).passed()).isFalse();
        assertThat(FuzzCampaign.result("a.B", "Only one fuzz test can be run at a time\n", 0)
                        .passed())
                .isFalse();
        assertThat(FuzzCampaign.result("a.B", "Done 0 runs in 0 second(s)\n", 0).passed())
                .isFalse();
    }

    @Test
    void a_finding_is_reported_with_its_input() {
        TargetResult result = FuzzCampaign.result(
                "a.B",
                """
                #2\tINITED cov: 30
                #77\tNEW    cov: 31
                == Java Exception: java.lang.AssertionError: x
                artifact_prefix='/r/'; Test unit written to /r/crash-1
                """,
                77);
        assertThat(result.passed()).isFalse();
        assertThat(result.executions()).isEqualTo(77);
        assertThat(result.finding()).isEqualTo("java.lang.AssertionError: x, with /r/crash-1");
    }

    @Test
    void a_target_that_does_not_end_is_a_finding() {
        TargetResult result = FuzzCampaign.result("a.B", "#2\tINITED cov: 30\n", -1);
        assertThat(result.passed()).isFalse();
        assertThat(result.toString()).contains("it ended with status -1");
    }
}
