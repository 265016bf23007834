package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ReportSchemaTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static Schema schema(String json) {
        SchemaRegistryConfig strict =
                SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();
        return SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(strict))
                .getSchema(json);
    }

    private static List<Error> errors(JsonNode report) {
        return schema(JsonReport.schema()).validate(report);
    }

    private static List<JsonNode> objects(String json) throws IOException {
        try (MappingIterator<JsonNode> all = MAPPER.readerFor(JsonNode.class).readValues(json)) {
            return all.readAll();
        }
    }

    @Test
    void the_schema_is_a_schema() throws IOException {
        Schema meta = SchemaRegistry.withDialect(Dialects.getDraft202012())
                .getSchema(com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertThat(meta.validate(MAPPER.readTree(JsonReport.schema()))).isEmpty();
    }

    @Test
    void the_schema_has_the_schemes_and_protocols_of_the_suite() throws IOException {
        JsonNode properties = MAPPER.readTree(JsonReport.schema()).get("properties");
        assertThat(properties.at("/target/pattern").asText())
                .isEqualTo(Arrays.stream(Scheme.values())
                                .map(Scheme::key)
                                .collect(Collectors.joining("|", "^((", ")://.+:[0-9]+(#.+)?|"))
                        + Arrays.stream(Protocol.values())
                                .map(Protocol::key)
                                .collect(Collectors.joining("|", "client:(", ")|(mx|domain):.+)$")));
        assertThat(properties.at("/protocol/enum"))
                .extracting(JsonNode::asText)
                .isEqualTo(Arrays.stream(Protocol.values()).map(Protocol::key).toList());
    }

    @Test
    void json_of_a_broken_a_good_and_a_missing_server_is_valid() throws IOException {
        List<JsonNode> reports = objects(SampleRun.once().text("json"));
        assertThat(reports)
                .extracting(report -> report.get("target").asText())
                .containsExactly(
                        SampleRun.once().broken(),
                        SampleRun.once().good(),
                        SampleRun.once().missing());
        assertThat(reports).allSatisfy(report -> assertThat(errors(report)).isEmpty());
        assertThat(reports.get(0).get("summary").get("failed").asInt()).isPositive();
        assertThat(reports.get(1).get("summary").get("failed").asInt()).isZero();
        assertThat(reports.get(1).get("tls").get("versions")).isNotEmpty();
        assertThat(reports.get(2).get("error").asText()).contains("cannot connect");
    }

    @Test
    void ndjson_is_the_same_one_a_line() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : SampleRun.once().text("ndjson").split("\n", -1)) {
            if (!line.isEmpty()) {
                lines.add(MAPPER.readTree(line));
            }
        }
        assertThat(lines).isEqualTo(objects(SampleRun.once().text("json")));
    }

    /** The schema lets fields be added later; those there are today it names. */
    @Test
    void every_field_that_is_written_is_in_the_schema() throws IOException {
        Schema strict = closed();
        assertThat(objects(SampleRun.once().text("json"))).allSatisfy(report -> {
            assertThat(strict.validate(report)).isEmpty();
            assertThat(report.get("kind").asText()).isEqualTo("server");
        });
    }

    private static Schema closed() throws IOException {
        JsonNode closed = MAPPER.readTree(JsonReport.schema());
        closed.findParents("properties").forEach(object -> {
            if (object.has("type")) {
                ((ObjectNode) object).put("additionalProperties", false);
            }
        });
        return schema(closed.toString());
    }

    @Test
    void what_a_hostile_server_says_leaves_it_valid() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonReport.lines(new PrintStream(out, true, StandardCharsets.UTF_8))
                .add(SyntheticReports.saying(SyntheticReports.HOSTILE));
        assertThat(errors(MAPPER.readTree(out.toByteArray()))).isEmpty();
    }

    @Test
    void the_report_of_a_client_is_valid_and_every_field_of_it_is_in_the_schema() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonReport.lines(new PrintStream(out, true, StandardCharsets.UTF_8))
                .add(SyntheticReports.client("send " + SyntheticReports.HOSTILE, Verdict.fail("obeyed")));
        JsonNode report = MAPPER.readTree(out.toByteArray());
        assertThat(errors(report)).isEmpty();
        assertThat(closed().validate(report)).isEmpty();
        assertThat(report.get("target").asText()).isEqualTo("client:smtp");
        assertThat(report.get("kind").asText()).isEqualTo("client");
        assertThat(report.get("policy").asText()).isEqualTo("required");
        assertThat(report.get("command").asText()).startsWith("send <script>");
        assertThat(report.at("/notes/0").asText()).isEqualTo("it ended with: exit status 0");
    }

    @Test
    void the_report_of_a_domain_is_valid_and_every_field_of_it_is_in_the_schema() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonReport.lines(new PrintStream(out, true, StandardCharsets.UTF_8))
                .add(SyntheticReports.domain(SyntheticReports.HOSTILE));
        JsonNode report = MAPPER.readTree(out.toByteArray());
        assertThat(closed().validate(report)).isEmpty();
        assertThat(report.get("kind").asText()).isEqualTo("domain");
        assertThat(report.at("/matrix/hosts/1/address").asText()).isEqualTo("127.0.0.1");
        assertThat(report.at("/matrix/rows/0/hosts/0").isNull()).isTrue();
        assertThat(report.at("/matrix/rows/0/domain/verdict").asText()).isEqualTo("fail");
    }

    @ParameterizedTest
    @CsvSource({
        "/kind, \"proxy\"",
        "/target, \"client:http\"",
        "/policy, \"strict\"",
        "/command, \"\"",
    })
    void a_client_with_something_else_is_not_valid(String pointer, String value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonReport.lines(new PrintStream(out, true, StandardCharsets.UTF_8))
                .add(SyntheticReports.client("send", Verdict.pass("fine")));
        ObjectNode report = (ObjectNode) MAPPER.readTree(out.toByteArray());
        report.set(pointer.substring(1), MAPPER.readTree(value));
        assertThat(errors(report)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/summary/failed, -1",
        "/checks/0/verdict, \"maybe\"",
        "/checks/0/level, \"may\"",
        "/checks/0/id, \"smtp 1\"",
        "/checks/0/transcript/0/from, \"nobody\"",
        "/checks/0/transcript/0/through, null",
        "/started, \"yesterday\"",
        "/target, \"http://localhost:80\"",
        "/phases/0/name, \"LUNCH\"",
        "/tls/version, 3",
        "/tls/versions/0/name, \"TLSv2\"",
    })
    void a_report_with_something_else_is_not_valid(String pointer, String value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonReport.lines(new PrintStream(out, true, StandardCharsets.UTF_8))
                .add(SyntheticReports.target("mail.example.org", Verdict.pass("fine")));
        JsonNode report = MAPPER.readTree(out.toByteArray());
        assertThat(errors(report)).isEmpty();
        int slash = pointer.lastIndexOf('/');
        ((ObjectNode) report.at(pointer.substring(0, slash))).set(pointer.substring(slash + 1), MAPPER.readTree(value));
        assertThat(errors(report)).isNotEmpty();
    }
}
