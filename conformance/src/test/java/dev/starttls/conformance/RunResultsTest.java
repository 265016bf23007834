package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunResultsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private RunResults results(PrintStream to, String... formats) throws UsageException, IOException {
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                to,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.COLOURLESS);
        return new RunResults(Reports.open(List.of(formats), List.of(), environment, 80), environment);
    }

    private RunResults results() throws UsageException, IOException {
        return results(new PrintStream(out, false, StandardCharsets.UTF_8), "ndjson");
    }

    private static TargetReport sound(int port) {
        return new TargetReport(
                new Target(Scheme.SMTP, "host", port),
                Instant.EPOCH,
                Duration.ZERO,
                new Survey(List.of(), Optional.empty(), Optional.empty()),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private static PrintStream broken(String why) {
        return StandardOutput.to(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException(why);
            }
        });
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void what_is_finished_after_an_interrupt_is_not_written_after_the_end_of_the_report()
            throws UsageException, IOException {
        RunResults results = results();
        results.tally().begun();
        results.tally().begun();
        assertThat(results.add(sound(1))).isTrue();
        results.interrupted();
        assertThat(results.add(sound(2))).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(err()).contains("interrupted: 1 target done").contains("1 started and not finished");
    }

    private static Target target(int port) {
        return new Target(Scheme.SMTP, "host", port);
    }

    private List<String> targetsWritten() {
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("\\{\"target\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    @Test
    void reports_are_written_in_the_order_asked_for_whichever_comes_first() throws UsageException, IOException {
        RunResults results = results();
        results.inOrder(List.of(target(1), target(2), target(3)));
        assertThat(results.add(sound(2))).isTrue();
        assertThat(targetsWritten()).isEmpty();
        assertThat(results.add(sound(1))).isTrue();
        assertThat(targetsWritten()).containsExactly("smtp://host:1", "smtp://host:2");
        assertThat(results.add(sound(3))).isTrue();
        assertThat(targetsWritten()).containsExactly("smtp://host:1", "smtp://host:2", "smtp://host:3");
        assertThat(results.tally().done()).isEqualTo(3);
    }

    @Test
    void an_interrupt_writes_what_is_finished_and_waits_for_its_turn() throws UsageException, IOException {
        RunResults results = results();
        List.of(1, 2, 3).forEach(port -> results.tally().begun());
        results.inOrder(List.of(target(1), target(2), target(3)));
        assertThat(results.add(sound(3))).isTrue();
        results.interrupted();
        assertThat(targetsWritten()).containsExactly("smtp://host:3");
        assertThat(err()).contains("interrupted: 1 target done").contains("2 started and not finished");
    }

    @Test
    void nothing_that_waits_for_its_turn_is_written_to_a_reader_that_is_gone() throws UsageException, IOException {
        RunResults results = results(broken("Broken pipe"), "ndjson");
        results.inOrder(List.of(target(1), target(2)));
        assertThat(results.add(sound(2))).isTrue();
        assertThat(results.add(sound(1))).isFalse();
        results.end();
        assertThat(results.exitStatus()).isEqualTo(141);
        assertThat(results.tally().done()).isZero();
    }

    @Test
    void a_message_shows_control_characters_and_does_not_send_them() throws UsageException, IOException {
        results().wrong("smtp://\u001b[2J: nonsense");
        assertThat(err()).isEqualToNormalizingNewlines("conformance: smtp://\\x1b[2J: nonsense\n");
    }

    @Test
    void an_interrupt_after_the_end_says_nothing() throws UsageException, IOException {
        RunResults results = results();
        results.end();
        results.interrupted();
        assertThat(err()).isEmpty();
    }

    @Test
    void a_reader_that_is_gone_ends_it_without_words() throws UsageException, IOException {
        RunResults results = results(broken("Broken pipe"), "ndjson");
        assertThat(results.add(sound(1))).isFalse();
        assertThat(err()).isEmpty();
        assertThat(results.exitStatus()).isEqualTo(141);
        assertThat(results.tally().done()).isZero();
    }

    @Test
    void a_full_disk_ends_it_and_is_reported() throws UsageException, IOException {
        RunResults results = results(broken("No space left on device"), "ndjson");
        assertThat(results.add(sound(1))).isFalse();
        assertThat(err()).contains("cannot write to standard output: No space left on device");
        assertThat(results.exitStatus()).isEqualTo(74);
    }

    @Test
    void a_report_file_that_takes_no_more_ends_it_and_is_reported() throws UsageException, IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        RunResults results = results(new PrintStream(out, false, StandardCharsets.UTF_8), "ndjson=" + full, "text");
        assertThat(results.add(sound(1))).isFalse();
        assertThat(err()).contains("can no longer write to /dev/full");
        assertThat(results.exitStatus()).isEqualTo(74);
    }

    @Test
    void all_that_takes_no_more_is_named_once() throws UsageException, IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        RunResults results = results(broken("No space left on device"), "ndjson=" + full, "text");
        assertThat(results.add(sound(1))).isFalse();
        results.end();
        assertThat(err())
                .isEqualToNormalizingNewlines("conformance: can no longer write to /dev/full; cannot write to standard"
                        + " output: No space left on device\n");
        assertThat(results.exitStatus()).isEqualTo(74);
    }

    @Test
    void a_full_disk_after_a_fault_is_reported_and_the_fault_counts() throws UsageException, IOException {
        RunResults results = results(broken("No space left on device"), "json");
        results.fault(new OutOfMemoryError("no room"));
        assertThat(results.add(sound(1))).isFalse();
        results.end();
        assertThat(err()).contains("no room", "cannot write to standard output: No space left on device");
        assertThat(results.exitStatus()).isEqualTo(70);
    }

    @Test
    void the_status_line_makes_way_for_reports_and_is_never_wider_than_a_terminal(@TempDir Path folder)
            throws UsageException, IOException {
        RunResults results = results(
                new PrintStream(err, true, StandardCharsets.UTF_8), "ndjson", "text=" + folder.resolve("report.txt"));
        results.showProgress(() -> results.tally().status());
        assertThat(results.add(sound(1))).isTrue();
        String line = "\r\u001b[K0 done, 0 failed, 0 not reached; 0 probing, 0 waiting, 0 checking";
        assertThat(err()).startsWith(line + "\r\u001b[K{\"target\":\"smtp://host:1\"");
        assertThat(line.length() - 4).isLessThan(80);
    }
}
