package dev.starttls.benchmarks.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.benchmarks.latency.MailProtocol;
import dev.starttls.benchmarks.latency.SessionTarget;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class RunningServerTest {

    /** Ends by itself, long after any test, should it be left. */
    private static final String LEFT_ALONE = "sleep 600 </dev/null >/dev/null 2>&1 & exit 0";

    @Test
    void what_has_lost_its_parent_is_found_by_the_folder_that_it_works_in() throws Exception {
        TemporaryFolder folder = TemporaryFolder.create("starttls-test");
        // "stop" waits for nothing and ends nothing, like that of a server that is still starting.
        RunningServer server = start(folder, "cd " + folder.path() + "; " + LEFT_ALONE);
        server.close();
        assertThat(Processes.in(folder.path())).isEmpty();
        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void what_has_lost_its_parent_is_found_by_the_folder_that_its_command_names() throws Exception {
        TemporaryFolder folder = TemporaryFolder.create("starttls-test");
        RunningServer server = start(
                folder,
                "cd /; sh -c 'sleep 600; exit 1' --config=" + folder.path() + "/main.cf </dev/null >/dev/null 2>&1 &"
                        + " exit 0");
        server.close();
        assertThat(Processes.in(folder.path())).isEmpty();
        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void a_server_that_does_not_greet_leaves_nothing() throws Exception {
        TemporaryFolder folder = TemporaryFolder.create("starttls-test");
        List<SessionTarget> targets = List.of(new SessionTarget("localhost", 1, MailProtocol.SMTP, TlsPolicy.REQUIRED));
        assertThatThrownBy(() -> RunningServer.start(
                        "A server",
                        folder,
                        ServerLocation.LOOPBACK,
                        List.of("sh", "-c", "echo no such key; cd " + folder.path() + "; " + LEFT_ALONE),
                        List.of("true"),
                        targets))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no such key");
        assertThat(Processes.in(folder.path())).isEmpty();
        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void signals_to_the_group_of_the_command_do_not_reach_its_servers() throws Exception {
        TemporaryFolder folder = TemporaryFolder.create("starttls-test");
        Path session = folder.path().resolve("session");
        RunningServer server = RunningServer.start(
                "A server",
                folder,
                ServerLocation.LOOPBACK,
                List.of(
                        "sh",
                        "-c",
                        "cut -d' ' -f1,6 /proc/$$/stat > " + session + "; echo > " + session + ".written; sleep 600"),
                List.of(),
                List.of());
        try {
            while (Files.notExists(Path.of(session + ".written"))) {
                Thread.onSpinWait();
            }
            String[] ids = Files.readString(session).strip().split(" ", -1);
            assertThat(ids[1]).as("a session of its own").isEqualTo(ids[0]);
        } finally {
            server.close();
        }
    }

    private static RunningServer start(TemporaryFolder folder, String script) throws IOException {
        return RunningServer.start(
                "A server", folder, ServerLocation.LOOPBACK, List.of("sh", "-c", script), List.of("true"), List.of());
    }
}
