package dev.starttls.conformance.client.subject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.server.Evidence;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the exit status of a command says of its run. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
class CommandClientTest {
    @TempDir
    Path directory;

    @Test
    void a_signal_that_means_a_fault_in_the_code_is_a_crash() throws InterruptedException {
        Ending ending = run("kill -SEGV $$");
        assertThat(ending.kind()).isEqualTo(Ending.Kind.CRASHED);
        assertThat(ending.words()).isEqualTo("exit status 139, which stands for signal 11");
    }

    @Test
    void a_signal_that_ends_a_command_from_outside_is_a_failure() throws InterruptedException {
        assertThat(run("kill -TERM $$").kind()).isEqualTo(Ending.Kind.FAILURE);
    }

    @Test
    void exit_status_89_says_that_the_client_cannot_do_the_case() throws InterruptedException {
        assertThat(run("exit 89").kind()).isEqualTo(Ending.Kind.UNABLE);
    }

    @Test
    void of_much_output_whole_lines_are_kept() throws InterruptedException {
        // 20,000 octets; what is kept of them begins within a line.
        Ending ending = run("i=0; while [ $i -lt 200 ]; do printf '%099d\\n' $i; i=$((i+1)); done");
        assertThat(ending.output().lines()).hasSizeGreaterThan(100).allMatch(line -> line.length() == 99);
    }

    @Test
    void of_a_line_that_is_too_long_nothing_is_kept() throws InterruptedException {
        assertThat(run("printf '%020000d' 0").output()).isEqualTo("(a line of more than 16384 octets)");
    }

    private Ending run(String command) throws InterruptedException {
        Attempt attempt = new Attempt(
                "UP-C-00",
                "localhost",
                1,
                "user",
                "password",
                ClientPki.create("localhost").root(),
                directory.resolve("ca.pem"),
                directory,
                Duration.ofSeconds(20),
                new Evidence());
        return CommandClient.of(command).run(attempt);
    }
}
