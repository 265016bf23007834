package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.embedded.LibraryServers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The completion script as bash uses it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CompletionTest {
    @TempDir
    Path folder;

    /** What bash offers for the last of these words. */
    private List<String> completions(String... words) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
        ByteArrayOutputStream script = new ByteArrayOutputStream();
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                new PrintStream(script, false, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                Terminal.ABSENT);
        assertThat(Main.run(environment, new LibraryServers(), "--completion")).isZero();
        Path file = Files.write(folder.resolve("completion.bash"), script.toByteArray());
        Process bash = new ProcessBuilder(
                        "/bin/bash",
                        "--norc",
                        "-c",
                        "source '" + file + "'; compopt() { :; }; COMP_WORDS=(conformance " + String.join(" ", words)
                                + "); COMP_CWORD=" + words.length + "; $(complete -p conformance"
                                + " | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    @Test
    void options_are_completed() throws Exception {
        assertThat(completions("--tar")).containsExactlyInAnyOrder("--targets", "--targets-file");
    }

    @Test
    void the_options_of_a_fleet_are_completed() throws Exception {
        assertThat(completions("--re")).contains("--resume");
        assertThat(completions("--s")).contains("--survey", "--seed");
        assertThat(completions("--total")).containsExactly("--total-rate");
        assertThat(completions("--bl")).containsExactly("--blocklist");
        assertThat(completions("--met")).containsExactly("--metrics");
        assertThat(completions("--local")).containsExactly("--local-address");
    }

    @Test
    void levels_are_completed() throws Exception {
        assertThat(completions("--level", "s")).containsExactly("should");
    }

    @Test
    void ids_of_checks_are_completed() throws Exception {
        assertThat(completions("--explain", "UP-S-21")).containsExactly("UP-S-21a", "UP-S-21b");
        assertThat(completions("--only", "TLS-S-01")).containsExactly("TLS-S-01");
    }

    @Test
    void formats_are_completed() throws Exception {
        assertThat(completions("--format", "nd")).containsExactly("ndjson");
    }
}
