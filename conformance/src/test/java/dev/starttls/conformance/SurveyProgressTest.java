package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.survey.SurveyResult;
import dev.starttls.conformance.survey.SurveyStatus;
import dev.starttls.conformance.survey.SurveyTally;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyProgressTest {
    private final AtomicLong clock = new AtomicLong();
    private final SurveyTally tally = new SurveyTally();

    @TempDir
    Path folder;

    private void done(int count) {
        for (int i = 0; i < count; i++) {
            tally.begun();
            tally.done(new SurveyResult(
                    new Target(Scheme.SMTP, "mx", 25),
                    Instant.EPOCH,
                    Duration.ZERO,
                    SurveyStatus.NO_STARTTLS,
                    Optional.empty(),
                    Optional.empty()));
        }
    }

    @Test
    void the_rate_is_that_of_the_last_seconds_and_the_time_left_follows_from_it() {
        SurveyProgress progress = new SurveyProgress(tally, Optional.of(1000L), clock::get);
        for (int second = 1; second <= 20; second++) {
            clock.addAndGet(Duration.ofSeconds(1).toNanos());
            done(second <= 8 ? 0 : 10);
            progress.line();
        }
        tally.begun();
        assertThat(progress.line()).isEqualTo("120 of 1000, 10/s, 1 min 28 s left; 1 underway");
    }

    @Test
    void without_a_total_there_is_no_time_left() {
        SurveyProgress progress = new SurveyProgress(tally, Optional.empty(), clock::get);
        done(5);
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(progress.line()).isEqualTo("5, 5/s; 0 underway");
    }

    @Test
    void the_length_of_a_list_counts_blocks_and_not_comments() throws Exception {
        Path list = Files.write(
                folder.resolve("hosts.txt"),
                List.of("# hosts", "smtp://a", "", "smtp://192.0.2.0/28 # a net", "nonsense"));
        assertThat(SurveyProgress.count(list)).contains(18L);
        assertThat(SurveyProgress.count(folder)).isEmpty();
    }

    @Test
    void the_counts_for_prometheus_are_written_as_a_whole() throws Exception {
        Path file = folder.resolve("survey.prom");
        InProcess run = InProcess.run(
                List.of("--survey", "--metrics", file.toString(), "--total-rate", "100", "smtp://127.0.0.1:1"));
        assertThat(run.status()).isEqualTo(3);
        assertThat(Files.readString(file))
                .contains("# TYPE conformance_survey_targets_total counter\n")
                .contains("\nconformance_survey_targets_total{status=\"connection-refused\"} 1\n")
                .contains("\nconformance_survey_underway 0\n")
                .endsWith("\n");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
