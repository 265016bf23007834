package dev.starttls.conformance.client.subject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.server.Evidence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the exit status of a command says of its run. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
class CommandClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The parent of the one that sleeps has gone.
                "(sh -c 'echo $$ > {dir}/pid; exec sleep 1000' &) & wait; exec sleep 1000",
                // And it has a session of its own.
                "setsid sh -c 'sh -c \"echo \\$\\$ > {dir}/pid; exec sleep 1000\" &' ; exec sleep 1000",
            })
    @EnabledOnOs(OS.LINUX)
    void at_the_limit_what_was_started_is_ended_although_its_parent_has_gone(String command) throws Exception {
        Ending ending = run(command, Duration.ofSeconds(2));
        assertThat(ending.kind()).isEqualTo(Ending.Kind.TIMED_OUT);
        long orphan = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        // It may be a moment in ending; if it were not ended, this would wait for longer than a test may.
        ProcessHandle.of(orphan).ifPresent(handle -> handle.onExit().join());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void what_a_command_leaves_that_ends_on_its_own_stays_until_the_client_is_closed() throws Exception {
        CommandClient client = CommandClient.of("sleep 1000 > /dev/null 2>&1 & echo $! > {dir}/pid");
        client.run(attempt(LIMIT));
        long left = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        ProcessHandle process = ProcessHandle.of(left).orElseThrow();
        assertThat(process.isAlive()).isTrue();
        client.close();
        process.onExit().join();
    }

    @Test
    void a_client_that_is_closed_is_not_run() throws InterruptedException {
        CommandClient client = CommandClient.of("echo > {dir}/run");
        client.close();
        assertThat(client.run(attempt(LIMIT)).words()).isEqualTo("the run was ended");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_command_that_signals_its_group_ends_nothing_else() throws InterruptedException {
        Ending ending = run("trap 'kill 0' EXIT; echo sent; exit 3");
        // The shell is of the group too.
        assertThat(ending.words()).isEqualTo("exit status 143");
        assertThat(ending.output()).isEqualTo("sent\n");
    }

    @Test
    void the_ports_are_filled_in() throws InterruptedException {
        assertThat(run("test {port} = 1 && test {port2} = 2").kind()).isEqualTo(Ending.Kind.SUCCESS);
    }

    private Ending run(String command) throws InterruptedException {
        return run(command, LIMIT);
    }

    private Ending run(String command, Duration limit) throws InterruptedException {
        try (CommandClient client = CommandClient.of(command)) {
            return client.run(attempt(limit));
        }
    }

    private Attempt attempt(Duration limit) {
        return new Attempt(
                "UP-C-00",
                "localhost",
                1,
                2,
                "user",
                "password",
                ClientPki.create("localhost").root(),
                directory.resolve("ca.pem"),
                directory,
                limit,
                new Evidence());
    }
}
