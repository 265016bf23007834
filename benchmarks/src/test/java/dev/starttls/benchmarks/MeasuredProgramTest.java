package dev.starttls.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.benchmarks.MeasuredProgram.Run;
import dev.starttls.benchmarks.MeasuredProgram.Success;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class MeasuredProgramTest {

    private static final Success SUMMARY =
            new Success(status -> status <= 1, "0 or 1", said -> said.contains("passed"), "summary");

    @Test
    void a_program_that_does_its_work_has_figures() throws Exception {
        Run run = run("echo 3 passed; exit 1");
        assertThat(run.failure()).isEmpty();
        assertThat(run.columns()).matches("[0-9.]+ \\| [0-9.]+ \\| [0-9]+");
    }

    @Test
    void another_exit_status_is_a_failure_with_the_last_line() throws Exception {
        assertThat(run("echo 3 passed; echo; echo 'no | such host'; echo; exit 3")
                        .columns())
                .isEqualTo("failed: exit status 3, expected 0 or 1; its last line: no / such host | | ");
    }

    @Test
    void silence_and_an_output_without_a_result_are_failures() throws Exception {
        assertThat(run("exit 0").columns()).isEqualTo("failed: it printed nothing | | ");
        assertThat(run("exit 9").columns())
                .isEqualTo("failed: exit status 9, expected 0 or 1; it printed nothing | | ");
        assertThat(run("echo Unable to access jarfile; exit 1").columns())
                .isEqualTo("failed: it printed no summary; its last line: Unable to access jarfile | | ");
    }

    @Test
    void what_is_not_done_in_time_is_ended_and_a_failure() throws Exception {
        try (MeasuredProgram programs = new MeasuredProgram(1)) {
            assertThat(programs.run(List.of("sleep", "600"), SUMMARY).columns())
                    .isEqualTo("failed: not finished after 1 s | | ");
        }
    }

    @Test
    void temporary_files_go_and_nothing_more_is_run_then() throws Exception {
        MeasuredProgram programs = new MeasuredProgram(50);
        Path folder = programs.folder();
        try (programs) {
            Run run = programs.run(List.of("sh", "-c", "mktemp; mkdir $TMPDIR/left; echo passed"), SUMMARY);
            assertThat(run.failure()).isEmpty();
            assertThat(folder.resolve("left")).exists();
        }
        assertThat(folder).doesNotExist();
        assertThatThrownBy(() -> programs.run(List.of("true"), SUMMARY)).isInstanceOf(IllegalStateException.class);
    }

    private static Run run(String script) throws IOException, InterruptedException {
        try (MeasuredProgram programs = new MeasuredProgram(50)) {
            return programs.run(List.of("sh", "-c", script), SUMMARY);
        }
    }
}
