package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.client.subject.OwnHosts;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The name that the client is given. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClientHostNameTest {
    @TempDir
    Path folder;

    private static void requireNamespaces() throws IOException, InterruptedException {
        Optional<OwnHosts> hosts = OwnHosts.of("mail.example.org", InetAddress.getLoopbackAddress());
        assumeTrue(hosts.isPresent(), "only root on Linux can mount a hosts file for a command");
        hosts.get().close();
    }

    private InProcess run(Path seen, String... options) {
        List<String> words = new java.util.ArrayList<>(List.of(
                "client",
                "smtp",
                "--only",
                "UP-C-01a",
                "--command",
                "echo {host} >> " + seen + "; cat /etc/hosts >> " + seen + "; true {port}"));
        words.addAll(List.of(options));
        return InProcess.run(words);
    }

    @Test
    void as_root_the_commands_have_a_hosts_file_of_their_own_and_nothing_else_has() throws Exception {
        requireNamespaces();
        String before = Files.readString(Path.of("/etc/hosts"));
        Path seen = folder.resolve("seen");
        Path prepared = folder.resolve("prepared");
        run(
                seen,
                "--listen",
                "127.0.0.1",
                "--setup",
                "cat /etc/hosts > " + prepared,
                "--reset",
                "cat /etc/hosts >> " + prepared);
        assertThat(Files.readAllLines(seen)).startsWith("mail.example.org", "127.0.0.1 mail.example.org");
        assertThat(Files.readAllLines(seen)).containsAll(before.lines().toList());
        assertThat(Files.readAllLines(prepared))
                .filteredOn("127.0.0.1 mail.example.org"::equals)
                .hasSize(2);
        assertThat(Files.readString(Path.of("/etc/hosts"))).isEqualTo(before);
    }

    @Test
    void the_report_says_which_name_the_client_was_given() throws Exception {
        requireNamespaces();
        String command = "/bin/bash -c 'exec 3<>/dev/tcp/{host}/{port}; read -r greeting <&3; exit 1'";
        InProcess run = InProcess.run(List.of("client", "smtp", "--only", "UP-C-01a", "--command", command));
        assertThat(run.words())
                .contains("note the host is mail.example.org, by a hosts file that only the commands saw")
                .contains("pass UP-C-01a");
    }

    @Test
    void a_name_that_the_user_chose_is_left_to_the_system() throws Exception {
        Path seen = folder.resolve("seen");
        InProcess run = run(seen, "--host", "localhost");
        assertThat(Files.readAllLines(seen)).startsWith("localhost").doesNotContain("127.0.0.1 mail.example.org");
        assertThat(run.words()).doesNotContain("hosts file");
    }

    @Test
    void without_a_hosts_file_of_its_own_a_run_says_what_line_to_add() throws Exception {
        HostName name = HostName.of(Optional.empty(), Optional.empty(), InetAddress.getByName("127.0.0.2"));
        assertThat(name.name()).isEqualTo("localhost");
        assertThat(name.note().orElseThrow())
                .contains("add \"127.0.0.2 mail.example.org\" to the hosts file")
                .contains("--host mail.example.org");
    }

    @Test
    void the_line_of_the_system_for_the_same_name_is_left_out() throws Exception {
        requireNamespaces();
        try (OwnHosts hosts =
                OwnHosts.of("localhost", InetAddress.getByName("127.0.0.3")).orElseThrow()) {
            List<String> lines = Files.readAllLines(Path.of(hosts.prefix().get(5)));
            assertThat(lines).startsWith("127.0.0.3 localhost");
            assertThat(lines).filteredOn(line -> line.contains("localhost")).hasSize(1);
        }
    }
}
