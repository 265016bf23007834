package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code --resume}: whenever a run was killed, the next one loses no target and doubles none. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ResumeTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int TARGETS = 120;

    @TempDir
    Path folder;

    private static List<String> targets(Path results) throws IOException {
        List<String> targets = new ArrayList<>();
        for (String line : Files.readAllLines(results)) {
            targets.add(MAPPER.readTree(line).get("target").asText());
        }
        return targets;
    }

    @Test
    void a_survey_that_is_killed_again_and_again_has_one_result_of_each_target_in_the_end() throws Exception {
        Path results = folder.resolve("results.ndjson");
        try (ManyServers servers = ManyServers.start(TARGETS)) {
            Path list = Files.write(folder.resolve("hosts.txt"), servers.urls());
            String[] arguments = {
                "--survey",
                "--resume",
                results.toString(),
                "--format",
                "ndjson=" + results,
                "--format",
                "text",
                "--timeout",
                "60",
                "--targets-file",
                list.toString()
            };
            // A text line comes after the line of ndjson, somewhere in the writing of the following ones.
            for (int lines : new int[] {1, 7, 20}) {
                try (CommandProcess command = CommandProcess.start(folder, arguments)) {
                    for (int i = 0; i < lines; i++) {
                        assertThat(command.out().readLine()).isNotNull();
                    }
                    command.signal("KILL");
                    assertThat(command.exitStatus()).isEqualTo(137);
                }
                // The end of a line that was being written.
                Files.writeString(
                        results, "{\"target\":\"" + servers.urls().get(TARGETS - 1), StandardOpenOption.APPEND);
            }
            try (CommandProcess command = CommandProcess.start(folder, arguments)) {
                assertThat(command.out().lines().count()).isLessThan(TARGETS - 27);
                assertThat(command.exitStatus()).as(command.err()).isZero();
                assertThat(command.err()).contains("results of an earlier run, whose targets are left out");
            }
            assertThat(targets(results)).containsExactlyInAnyOrderElementsOf(servers.urls());
        }
    }

    @Test
    void wherever_the_last_line_was_cut_whole_results_count_and_the_rest_is_removed() throws Exception {
        List<String> urls =
                IntStream.range(1, 5).mapToObj(i -> "smtp://mx" + i + ":25").toList();
        StringBuilder text = new StringBuilder();
        for (String url : urls) {
            text.append("{\"target\":\"").append(url).append("\",\"tls\":{\"chain\":[]},\"status\":\"success\"}\n");
        }
        byte[] whole = text.toString().getBytes(StandardCharsets.UTF_8);
        int line = whole.length / urls.size();
        Path results = folder.resolve("results.ndjson");
        for (int cut = 0; cut <= whole.length; cut++) {
            Files.write(results, Arrays.copyOf(whole, cut));
            DoneTargets done = DoneTargets.in(results, false);
            int lines = cut / line;
            for (int i = 0; i < urls.size(); i++) {
                assertThat(done.contains(Target.parse(urls.get(i))))
                        .as(cut + " octets, " + i)
                        .isEqualTo(i < lines);
            }
            assertThat(Files.size(results)).isEqualTo((long) lines * line);
        }
    }

    @Test
    void a_line_into_which_another_was_written_is_no_result_of_either() throws Exception {
        Path results = Files.writeString(
                folder.resolve("results.ndjson"),
                """
                {"target":"smtp://a:25","sta{"target":"smtp://b:25","status":"success"}
                {"target":"smtp://c:25"}{"target":"smtp://d:25"}
                []

                {"target":"smtp://e:25"}
                """);
        DoneTargets done = DoneTargets.in(results, false);
        assertThat(Stream.of("a", "b", "c", "d", "e").filter(host -> contains(done, host)))
                .containsExactly("e");
        assertThat(done.description()).hasValueSatisfying(said -> assertThat(said)
                .startsWith("1 result of an earlier run")
                .contains("3 lines that are no results"));
    }

    private static boolean contains(DoneTargets done, String host) {
        return done.contains(new Target(Scheme.SMTP, host, 25));
    }

    @Test
    void checks_are_resumed_as_surveys_are() throws Exception {
        Path results = Files.writeString(folder.resolve("results.ndjson"), "{\"target\":\"smtp://Done.example:25\"}\n");
        InProcess run = InProcess.run(List.of(
                "--only",
                "UP-S-02",
                "--resume",
                results.toString(),
                "--format",
                "ndjson=" + results,
                "smtp://done.example"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(Files.readString(results)).hasLineCount(1);
    }

    @Test
    void a_file_that_is_not_there_yet_is_begun() throws Exception {
        Path results = folder.resolve("results.ndjson");
        try (DeadPort dead = DeadPort.open()) {
            String url = "smtp://127.0.0.1:" + dead.number();
            for (int i = 0; i < 2; i++) {
                InProcess run = InProcess.run(
                        List.of("--survey", "--resume", results.toString(), "--format", "ndjson=" + results, url));
                assertThat(run.status()).isEqualTo(i == 0 ? 3 : 0);
            }
            assertThat(targets(results)).containsExactly(url);
        }
    }

    @Test
    void many_fingerprints_are_kept_apart() {
        Fingerprints known = new Fingerprints();
        for (int i = 0; i < 100_000; i++) {
            assertThat(known.add(String.valueOf(i).getBytes(StandardCharsets.UTF_8)))
                    .isTrue();
        }
        for (int i = 0; i < 200_000; i++) {
            assertThat(known.contains(String.valueOf(i).getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(i < 100_000);
        }
        assertThat(known.add("7".getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    @Test
    void the_results_of_an_earlier_run_are_overwritten_by_no_other_format() throws Exception {
        Path results = folder.resolve("results.ndjson");
        for (String before : new String[] {"", "{\"target\":\"smtp://127.0.0.1:1\"}\n"}) {
            if (!before.isEmpty()) {
                Files.writeString(results, before);
            }
            for (String kind : List.of("--survey", "--addresses=first")) {
                InProcess run = InProcess.run(List.of(
                        kind, "--resume", results.toString(), "--format", "json=" + results, "smtp://127.0.0.1:1"));
                assertThat(run.status()).isEqualTo(2);
                assertThat(run.err()).contains("would overwrite the results of --resume");
            }
            assertThat(Files.exists(results) ? Files.readString(results) : "").isEqualTo(before);
        }
    }
}
