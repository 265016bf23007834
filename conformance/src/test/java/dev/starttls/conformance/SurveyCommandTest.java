package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --survey}, over a few servers in a small heap; {@code -Dstarttls.fleet=2000} for more. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SurveyCommandTest {
    private static final int MANY = Integer.getInteger("starttls.fleet", 200);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static ManyServers servers;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        servers = ManyServers.start(MANY);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private static InProcess survey(String... arguments) {
        return InProcess.run(
                Stream.concat(Stream.of("--survey"), Stream.of(arguments)).toList());
    }

    private static List<String> targets(String ndjson) throws IOException {
        List<String> targets = new ArrayList<>();
        for (String line : ndjson.lines().toList()) {
            targets.add(MAPPER.readTree(line).get("target").asText());
        }
        return targets;
    }

    @Test
    void every_target_of_a_long_list_has_exactly_one_result_in_a_small_heap() throws Exception {
        try (DeadPort dead = DeadPort.open()) {
            List<String> all = new ArrayList<>(servers.urls());
            all.add("smtp://127.0.0.1:" + dead.number());
            Collections.shuffle(all, new Random(1));
            Path list = Files.write(folder.resolve("hosts.txt"), all);
            try (CommandProcess command = CommandProcess.start(
                    folder, "--survey", "--format", "ndjson", "--timeout", "60", "--targets-file", list.toString())) {
                List<String> lines = command.out().lines().toList();
                assertThat(command.exitStatus()).as(command.err()).isEqualTo(3);
                assertThat(targets(String.join("\n", lines))).containsExactlyInAnyOrderElementsOf(all);
                assertThat(command.err())
                        .contains((MANY + 1) + " targets done: " + MANY + " success (" + MANY
                                + " of them not verified), 1 connection-refused");
            }
        }
    }

    @Test
    void a_result_fits_its_schema_whether_it_is_a_success_or_a_failure() throws Exception {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(survey("--schema").out(), InputFormat.JSON);
        try (DeadPort dead = DeadPort.open()) {
            InProcess run = survey("--format", "ndjson", servers.urls().get(0), "smtp://127.0.0.1:" + dead.number());
            assertThat(run.status()).isEqualTo(3);
            assertThat(run.out().lines()).hasSize(2).allSatisfy(line -> assertThat(
                            schema.validate(line, InputFormat.JSON))
                    .isEmpty());
            // Not everything fits.
            assertThat(schema.validate(run.out().replace("\"status\"", "\"state\""), InputFormat.JSON))
                    .isNotEmpty();
        }
    }

    @Test
    void what_was_agreed_on_is_in_json_and_in_one_line_of_text() throws Exception {
        Path json = folder.resolve("results.json");
        InProcess run = survey(
                "--format", "text", "--format", "json=" + json, servers.urls().get(0));
        assertThat(run.status()).isZero();
        JsonNode result = MAPPER.readTree(json.toFile());
        assertThat(result.get("status").asText()).isEqualTo("success");
        assertThat(result.get("tls").get("version").asText()).isEqualTo("TLSv1.3");
        assertThat(result.get("tls").get("verified").asBoolean()).isFalse();
        assertThat(result.get("tls").get("faults").get(0).get("kind").asText()).isEqualTo("untrusted");
        assertThat(result.get("tls").get("chain")).hasSize(2);
        assertThat(run.out().lines())
                .singleElement()
                .asString()
                .contains("success  TLSv1.3 TLS_")
                .contains("certificate for localhost, 127.0.0.1 until ")
                .contains("not verified: untrusted: ");
    }

    @Test
    void what_a_survey_does_not_do_is_refused_and_said() {
        assertThat(survey("--only", "UP-S-02", "smtp://127.0.0.1").err()).contains("leave out --only");
        assertThat(survey("--format", "html", "smtp://127.0.0.1").err()).contains("--survey writes text, json, ndjson");
        InProcess none = survey();
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--survey needs targets");
    }

    @Test
    void a_list_without_a_target_is_status_2() {
        assertThat(InProcess.run("# nothing\n", List.of("--survey", "--targets-file", "-"))
                        .status())
                .isEqualTo(2);
    }

    @Test
    void a_survey_connects_from_the_local_address() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> from = CompletableFuture.supplyAsync(() -> {
                try (Socket client = server.accept()) {
                    return client.getInetAddress().getHostAddress();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            InProcess run = survey("--local-address", "127.0.0.2", "smtp://127.0.0.1:" + server.getLocalPort());
            assertThat(from.get(60, TimeUnit.SECONDS)).isEqualTo("127.0.0.2");
            assertThat(run.out()).contains("connection-closed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.9", "localhost", "127.0.0.1/33"})
    void a_local_address_that_is_none_of_this_machine_is_refused_before_any_target_is_asked(String address) {
        InProcess run = survey("--local-address", address, servers.urls().get(0));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--local-address").contains(address).doesNotContain("done");
    }
}
