package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many targets, as a process with little memory that is piped, interrupted and shared out. How many: {@code
 * -Dstarttls.fleet=2000}.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class FleetCommandTest {
    private static final int MANY = Integer.getInteger("starttls.fleet", 200);
    private static final int DEAD = 40;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** One check that costs a connection, and patience for a machine that does other things too. */
    private static final String[] FEW = {"--only", "UP-S-02", "--timeout", "60", "--format", "ndjson"};

    private static ManyServers servers;

    @TempDir
    Path folder;

    private final List<DeadPort> dead = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        servers = ManyServers.start(MANY);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private static String[] with(String... more) {
        return Stream.concat(Stream.of(FEW), Stream.of(more)).toArray(String[]::new);
    }

    private List<String> deadPorts() {
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < DEAD; i++) {
            dead.add(DeadPort.open());
            urls.add("smtp://127.0.0.1:" + dead.get(i).number());
        }
        return urls;
    }

    @AfterEach
    void release() {
        dead.forEach(DeadPort::close);
    }

    private Path list(List<String> urls) throws IOException {
        return Files.write(folder.resolve("hosts.txt"), urls);
    }

    private static List<String> targets(Stream<String> results) throws IOException {
        List<String> targets = new ArrayList<>();
        for (String line : results.toList()) {
            targets.add(MAPPER.readTree(line).get("target").asText());
        }
        return targets;
    }

    @Test
    void every_target_of_a_long_list_has_exactly_one_result_in_a_small_heap() throws Exception {
        List<String> dead = deadPorts();
        List<String> all = new ArrayList<>(servers.urls());
        all.addAll(dead);
        Collections.shuffle(all, new Random(1));
        try (CommandProcess command =
                CommandProcess.start(folder, with("--targets-file", list(all).toString()))) {
            List<String> lines = command.out().lines().toList();
            assertThat(command.exitStatus()).as(command.err()).isEqualTo(3);
            assertThat(targets(lines.stream())).containsExactlyInAnyOrderElementsOf(all);
            for (String line : lines) {
                JsonNode result = MAPPER.readTree(line);
                if (dead.contains(result.get("target").asText())) {
                    assertThat(result.get("error").asText()).contains("CONNECT_FAILED in phase CONNECT");
                    assertThat(result.get("checks")).isEmpty();
                } else {
                    assertThat(result.get("checks").get(0).get("verdict").asText())
                            .isEqualTo("pass");
                }
            }
            // There is no terminal: there is no progress.
            assertThat(command.err()).isEmpty();
        }
    }

    @Test
    void results_come_while_the_list_has_not_ended() throws Exception {
        try (CommandProcess command = CommandProcess.start(folder, with("--targets-file", "-"))) {
            for (String url : servers.urls().subList(0, 3)) {
                command.write(url + "\n");
                assertThat(MAPPER.readTree(command.out().readLine())
                                .get("target")
                                .asText())
                        .isEqualTo(url);
            }
            command.write("nonsense\n");
            command.endInput();
            assertThat(command.out().readLine()).isNull();
            assertThat(command.exitStatus()).isEqualTo(2);
            assertThat(command.err()).startsWith("conformance: line 4 of the targets");
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void an_interrupted_run_has_written_what_was_finished_and_reports_the_rest(String signal, int status)
            throws Exception {
        Path json = folder.resolve("report.json");
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                CommandProcess command =
                        CommandProcess.start(folder, with("--targets-file", "-", "--format", "json=" + json))) {
            if (signal.equals("INT")) {
                command.assumeHearsControlC();
            }
            String url = servers.urls().get(0);
            command.write(url + "\nsmtp://127.0.0.1:" + silent.getLocalPort() + "\n");
            assertThat(targets(Stream.of(command.out().readLine()))).containsExactly(url);
            // The other one is being probed, which takes a minute.
            silent.accept().close();
            silent.accept();
            command.signal(signal);
            assertThat(command.exitStatus()).isEqualTo(status);
            assertThat(command.out().readLine()).isNull();
            assertThat(command.err())
                    .isEqualToNormalizingNewlines("conformance: interrupted: 1 target done: 1 passed, 0 failed, 0 not"
                            + " reached; 1 started and not finished\n");
            assertThat(MAPPER.readTree(json.toFile()).get("target").asText()).isEqualTo(url);
        }
    }

    @Test
    void a_reader_that_has_had_enough_ends_the_run_without_words() throws Exception {
        List<String> shell = new ArrayList<>(List.of("bash", "-c", "\"$@\" | head -n 1; exit ${PIPESTATUS[0]}", "sh"));
        shell.addAll(CommandProcess.command());
        shell.addAll(List.of(with("--targets-file", list(servers.urls()).toString())));
        try (CommandProcess command = CommandProcess.of(new ProcessBuilder(shell), folder)) {
            assertThat(command.out().lines()).hasSize(1);
            assertThat(command.exitStatus()).isEqualTo(141);
            assertThat(command.err()).isEmpty();
        }
    }

    @Test
    void two_shards_make_the_whole_without_duplicates_and_a_shard_goes_on_where_it_was_ended() throws Exception {
        List<String> all = servers.urls().subList(0, 31);
        Path list = list(all);
        Path results = folder.resolve("results");
        for (String index : List.of("0", "1", "0")) {
            try (CommandProcess command =
                    shard(String.join(" ", CommandProcess.command()), index, list.toString(), results)) {
                assertThat(command.exitStatus()).as(command.err()).isZero();
            }
            if (index.equals("1")) {
                assertThat(merged(results)).containsExactlyInAnyOrderElementsOf(all);
                assertThat(shardOf(results, "0")).hasSize(15).doesNotContainAnyElementsOf(shardOf(results, "1"));
                loseTheEndOfOneResult(results);
            }
        }
        // The one whose line was cut off, and no other, was checked again.
        assertThat(merged(results)).containsExactlyInAnyOrderElementsOf(all);
    }

    private CommandProcess shard(String conformance, String index, String list, Path results) throws IOException {
        List<String> shell = new ArrayList<>(
                List.of("bash", Path.of("..", "docs", "shard.sh").toString(), index, "2", list, results.toString()));
        shell.addAll(List.of(FEW).subList(0, 4));
        ProcessBuilder builder = new ProcessBuilder(shell);
        builder.environment().put("CONFORMANCE", conformance);
        return CommandProcess.of(builder, folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | /no/such/list | java | cannot read the list of targets: /no/such/list",
                "0 | . | java | cannot read the list of targets",
                "0 | hosts.txt | java -jar /no/such.jar | cannot read /no/such.jar: set CONFORMANCE",
                "0 | hosts.txt | /no/such/java | cannot run the command: /no/such/java",
                "2 | hosts.txt | java | INDEX is 0 to SHARDS - 1, not '2' of '2'",
            })
    void a_shard_that_cannot_begin_is_status_2_and_writes_no_results(
            String index, String list, String conformance, String message) throws Exception {
        Path results = folder.resolve("results");
        String file = list(List.of("smtp://a:25")).resolveSibling(list).toString();
        try (CommandProcess command = shard(conformance, index, file, results)) {
            assertThat(command.exitStatus()).isEqualTo(2);
            assertThat(command.err()).startsWith("shard.sh: ").contains(message);
        }
        assertThat(results).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"0, 70", "1, 1", "3, 3", "4, 4"})
    void a_shard_without_a_result_of_each_target_has_failed(int command, int shard) throws Exception {
        Path list = list(List.of("smtp://a:25", "smtp://b:25", "# smtp://c:25", "smtp://d:25"));
        Path results = folder.resolve("results");
        Path script = Files.writeString(folder.resolve("conformance.sh"), "exit " + command + "\n");
        try (CommandProcess process = shard("bash " + script, "0", list.toString(), results)) {
            assertThat(process.exitStatus()).isEqualTo(shard);
            if (command != 4) {
                assertThat(process.err())
                        .contains("no result for 2 of the targets")
                        .contains("smtp://b:25");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "3, 0", "143, 143"})
    void a_shard_with_a_result_of_each_target_is_done_unless_it_was_ended(int command, int shard) throws Exception {
        Path list = list(List.of("smtp://a:25", "  smtp://b:25  # the second"));
        Path results = folder.resolve("results");
        Path script = Files.writeString(
                folder.resolve("conformance.sh"), "echo '{\"target\":\"smtp://b:25\"}'\nexit " + command + "\n");
        try (CommandProcess process = shard("bash " + script, "0", list.toString(), results)) {
            assertThat(process.exitStatus()).as(process.err()).isEqualTo(shard);
        }
        // Nothing remains, so that the command is not started again.
        try (CommandProcess process = shard("bash -c false", "0", list.toString(), results)) {
            assertThat(process.exitStatus()).as(process.err()).isZero();
        }
    }

    private static List<Path> files(Path results, String index) throws IOException {
        try (Stream<Path> files = Files.list(results)) {
            return files.filter(file -> file.getFileName().toString().startsWith(index))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> shardOf(Path results, String index) throws IOException {
        List<String> targets = new ArrayList<>();
        for (Path file : files(results, index)) {
            targets.addAll(targets(Files.readAllLines(file).stream().filter(line -> line.endsWith("}"))));
        }
        return targets;
    }

    private static List<String> merged(Path results) throws IOException {
        return shardOf(results, "");
    }

    private static void loseTheEndOfOneResult(Path results) throws IOException {
        Path file = files(results, "0").get(0);
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 20));
    }

    @Test
    void targets_on_the_command_line_are_reported_in_their_order() throws Exception {
        List<String> some = servers.urls().subList(0, 4);
        try (CommandProcess command = CommandProcess.start(folder, with(some.toArray(String[]::new)));
                BufferedReader out = command.out()) {
            assertThat(targets(out.lines())).containsExactlyElementsOf(some);
            assertThat(command.exitStatus()).isZero();
        }
    }
}
