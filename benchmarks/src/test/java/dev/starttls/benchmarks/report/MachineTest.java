package dev.starttls.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0 | 5 | run with real-time priority 5 (SCHED_RR)",
                "0 | 0 | 1 | run with real-time priority 1 (SCHED_FIFO)",
                "-5 | 0 | 0 | run with nice value -5",
                "0 | 0 | 0 | SCHED_IDLE",
                "3 | 0 | 0 | SCHED_BATCH, nice value 3"
            })
    void scheduling_other_than_the_default_is_in_the_line(
            String nice, String unused, String priority, String expected) {
        int policy = expected.contains("RR")
                ? 2
                : expected.contains("FIFO") ? 1 : expected.contains("IDLE") ? 5 : expected.contains("BATCH") ? 3 : 0;
        assertThat(machine(Machine.scheduling(stat(nice, priority, policy))).line())
                .endsWith(expected);
    }

    @Test
    void the_default_is_not_named_nor_what_is_unknown() {
        assertThat(Machine.scheduling(stat("0", "0", 0))).isEmpty();
        assertThat(Machine.scheduling("")).isEmpty();
        assertThat(machine(Optional.empty()).line()).endsWith("(A collector)");
    }

    @Test
    void results_from_before_it_was_recorded_are_read() throws IOException {
        Path file = folder.resolve("old.json");
        ResultsFile.write(
                file, new Results<>(machine(Optional.of("gone")), "2026-01-31", "a command", java.util.List.of()));
        String json = Files.readString(file);
        String older = json.replaceFirst(",\\s*\"scheduling\" : \"gone\"", "");
        assertThat(older).isNotEqualTo(json);
        Files.writeString(file, older);
        assertThat(ResultsFile.read(file, Figure.class).orElseThrow().machine()).isEqualTo(machine(Optional.empty()));
    }

    private static Machine machine(Optional<String> scheduling) {
        return new Machine("A processor", 2, 4096, "A system 1", true, "Java 17", "A collector", 0.1, scheduling);
    }

    /** With the name of a thread that has blanks and brackets. */
    private static String stat(String nice, String priority, int policy) {
        return "71 (a (thread) x) R 1 1 1 0 -1 4194560 1 0 0 0 3 1 0 0 20 " + nice
                + " 20 0 100 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0 17 1 " + priority + " " + policy + " 0 0 0";
    }
}
