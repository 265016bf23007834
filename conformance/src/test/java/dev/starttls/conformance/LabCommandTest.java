package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code conformance lab}, and checks of the domain that it serves. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class LabCommandTest {
    private static final String READY = "Ready, until it is interrupted.";

    @TempDir
    Path folder;

    private static List<String> words(Path written, List<Integer> ports) {
        return List.of(
                "lab",
                "--folder",
                written.toString(),
                "--port",
                ports.get(0).toString(),
                "--mta-sts-port",
                ports.get(1).toString(),
                "--dns-port",
                ports.get(2).toString());
    }

    private static List<String> printedUntilReady(CommandProcess process) throws IOException {
        BufferedReader out = process.out();
        List<String> printed = new ArrayList<>();
        while (printed.isEmpty() || !printed.get(printed.size() - 1).equals(READY)) {
            String line = out.readLine();
            assertThat(line).as("after %s: %s", printed, process.err()).isNotNull();
            printed.add(line);
        }
        return printed;
    }

    @Test
    void a_domain_is_served_until_a_signal_comes() throws Exception {
        List<Integer> ports = ServerProcess.freePorts(3);
        Path lab = folder.resolve("lab");
        try (CommandProcess process =
                CommandProcess.start(folder, words(lab, ports).toArray(String[]::new))) {
            List<String> printed = printedUntilReady(process);
            List<String> options = Files.readAllLines(lab.resolve("options"));
            assertThat(printed)
                    .containsSubsequence(options.stream().map("  "::concat).toList());
            List<String> given = options.stream()
                    .flatMap(line -> Stream.of(line.split(" ", -1)))
                    .toList();
            DomainCommandTest.assertEachHostFailsByItsPolicy(check(given));
            // The same if the signatures are validated by the check itself, and not by the resolver.
            List<String> anchored = new ArrayList<>(given);
            anchored.addAll(List.of("--trust-anchor", lab.resolve("anchor").toString()));
            DomainCommandTest.assertEachHostFailsByItsPolicy(check(anchored));
            process.signal("TERM");
            assertThat(process.exitStatus()).isEqualTo(143);
            assertThat(process.err()).isEmpty();
        }
        for (int port : ports) {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    private static InProcess check(List<String> options) {
        return InProcess.run(Stream.concat(options.stream(), Stream.of(DomainCommandTest.ROWS))
                .toList());
    }

    @Test
    void a_port_that_is_taken_is_status_74_and_named() throws IOException {
        List<Integer> ports = ServerProcess.freePorts(3);
        for (int taken : ports) {
            try (ServerSocket other = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
                InProcess run = InProcess.run(words(folder.resolve("lab"), ports));
                assertThat(run.status()).isEqualTo(74);
                assertThat(run.err())
                        .startsWith("conformance: expected a free port, 127.0.0.1:" + other.getLocalPort() + " for ")
                        .contains("choose another with " + option(ports.indexOf(taken)));
                assertThat(run.err().lines()).hasSize(1).allMatch(line -> line.length() < 160);
                assertThat(run.out()).isEmpty();
            }
        }
        assertThat(folder.resolve("lab")).doesNotExist();
    }

    private static String option(int index) {
        return List.of("--port", "--mta-sts-port", "--dns-port").get(index);
    }

    @Test
    void a_folder_that_is_none_is_status_74() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        InProcess run = InProcess.run(words(file, ServerProcess.freePorts(3)));
        assertThat(run.status()).isEqualTo(74);
        assertThat(run.err()).contains("cannot write into the folder " + file);
    }

    @Test
    void what_a_shell_would_split_or_no_port_is_a_wrong_use() throws IOException {
        InProcess run = InProcess.run(words(folder.resolve("my lab"), ServerProcess.freePorts(3)));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--folder: expected a path without spaces");
        assertThat(InProcess.run(List.of("lab", "--dns-port", "0")).err()).contains("--dns-port is 1 to 65535, not 0");
    }

    @Test
    void its_help_says_what_it_serves_and_where() {
        InProcess run = InProcess.run(List.of("lab", "--help"));
        assertThat(run.status()).isZero();
        assertThat(run.words())
                .contains("Usage: conformance lab [options]")
                .contains("The domain is shop.zone.example.")
                .contains("default: 2525", "default: 8443", "default: 5300", "default: lab");
    }
}
