package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What docs/compatibility.md promises of the command, one per line of {@code promised.txt}: exit statuses, ids of checks and
 * cases, options and their values, schemes and other targets, profiles with the ids of their rules, the fields of reports and
 * their values.
 */
class PromisedTest {

    @Test
    void what_is_promised_of_the_command_is_recorded() throws Exception {
        Set<String> now = promised();
        Path written = Files.write(Path.of("target", "promised.txt"), now);
        assertThat(now)
                .as(
                        "what is promised of the command is that of promised.txt; a line that is new: cp"
                                + " conformance/%s conformance/promised.txt; a line that goes breaks users, and waits for"
                                + " the next major version",
                        written)
                .containsExactlyElementsOf(Files.readAllLines(Path.of("promised.txt")));
    }

    private static Set<String> promised() throws Exception {
        var promised = new TreeSet<String>();
        Suite.catalogue().all().forEach(check -> promised.add("check " + check.id()));
        for (Protocol protocol : Protocol.values()) {
            ClientSuite.cases(protocol)
                    .forEach(each -> promised.add(
                            "case " + each.id() + " of " + protocol.name().toLowerCase(Locale.ROOT)));
        }
        for (Outcome outcome : Outcome.values()) {
            promised.add("exit status " + outcome.status() + " " + outcome);
        }
        promised.add("exit status " + ExitStatus.FAULT + " FAULT");
        promised.add("exit status " + ExitStatus.IO_FAILED + " IO_FAILED");
        promised.add("exit status " + ExitStatus.INTERRUPTED + " INTERRUPTED");
        promised.add("exit status " + ExitStatus.TERMINATED + " TERMINATED");
        promised.add("exit status " + ExitStatus.READER_GONE + " READER_GONE");
        Arrays.stream(Scheme.values()).forEach(scheme -> promised.add("scheme " + scheme.pattern()));
        // What the signatures of dev.starttls.conformance.junit take; api.txt has those.
        Stream.of(Level.values(), ClientPolicy.values(), Protocol.values())
                .flatMap(Arrays::stream)
                .forEach(constant ->
                        promised.add("constant " + constant.getDeclaringClass().getName() + " " + constant.name()));
        for (DomainTarget.Servers servers : DomainTarget.Servers.values()) {
            promised.add("target " + new DomainTarget(servers, "DOMAIN").url());
        }
        assertThat(DomainTarget.parse("domain:USER@DOMAIN"))
                .as("a user makes no difference")
                .isEqualTo(DomainTarget.parse("domain:DOMAIN"));
        promised.add("target domain:USER@DOMAIN");
        for (String block : List.of("smtp://192.0.2.0/28", "smtp://[2001:db8::]:2525/120")) {
            TargetBlock.parse(block).ifPresent(each -> promised.add("target " + block + " of " + each.size()));
        }
        Profile.contained().forEach((name, profile) -> profile.checks()
                .forEach(rule -> promised.add("rule " + rule.id() + " of " + name)));
        CommandLine command = new Options().commandLine();
        addOptions(promised, "conformance", command);
        command.getSubcommands().forEach((name, each) -> addOptions(promised, "conformance " + name, each));
        addFields(promised, "report");
        addFields(promised, "survey");
        return promised;
    }

    /** And the values of those that take one of a few, but for ids, which have lines of their own. */
    private static void addOptions(Set<String> promised, String name, CommandLine command) {
        command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> {
                    for (String spelled : option.names()) {
                        promised.add("option " + name + " " + spelled);
                        values(option).forEach(value -> promised.add("option " + name + " " + spelled + " " + value));
                    }
                });
    }

    private static Iterable<String> values(OptionSpec option) {
        Iterable<String> values = option.completionCandidates();
        return values == null || values instanceof CompletionValues.Ids || values instanceof CompletionValues.CaseIds
                ? List.of()
                : values;
    }

    private static void addFields(Set<String> promised, String name) throws IOException {
        try (InputStream schema =
                Suite.class.getResourceAsStream("/dev/starttls/conformance/report/" + name + ".schema.json")) {
            addFields(promised, "json " + name, new ObjectMapper().readTree(schema));
        }
    }

    private static void addFields(Set<String> promised, String path, JsonNode schema) {
        schema.path("enum").forEach(value -> promised.add(path + " = " + value.asText()));
        schema.path("required").forEach(field -> promised.add(path + "." + field.asText() + " is required"));
        schema.path("properties").properties().forEach(field -> {
            String inner = path + "." + field.getKey();
            promised.add(inner + " " + field.getValue().path("type").asText("of several types"));
            addFields(promised, inner, field.getValue());
        });
        schema.path("$defs")
                .properties()
                .forEach(type -> addFields(promised, path + " " + type.getKey(), type.getValue()));
        addFields(promised, path + "[]", schema, "items");
        addFields(promised, path + ".*", schema, "additionalProperties");
    }

    private static void addFields(Set<String> promised, String path, JsonNode schema, String kind) {
        if (schema.path(kind).isObject()) {
            addFields(promised, path, schema.path(kind));
        }
    }
}
