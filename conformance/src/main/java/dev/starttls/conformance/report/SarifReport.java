package dev.starttls.conformance.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.starttls.conformance.check.Change;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.TargetReport;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * SARIF 2.1.0, which code scanning services read: one run, whose rules are the checks and whose results are what is not as it
 * should be. The location of a result is the target's URL. Results are kept until the end of the run, because the rules
 * come before them; transcripts are not: the other formats have them.
 */
public final class SarifReport implements Report {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private final PrintStream out;
    private final Map<String, ObjectNode> rules = new LinkedHashMap<>();
    private final ArrayNode results = MAPPER.createArrayNode();
    private final ArrayNode notifications = MAPPER.createArrayNode();
    private boolean complete = true;

    public SarifReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public void add(TargetReport report) {
        report.survey().problem().ifPresent(problem -> {
            complete = false;
            ObjectNode notification = notifications.addObject();
            notification.put("level", "error");
            notification.putObject("message").put("text", report.target().url() + ": " + problem);
        });
        for (CheckResult result : report.results()) {
            Status status = result.verdict().status();
            rules.computeIfAbsent(result.check().id(), id -> rule(result.check()));
            if (status != Status.PASS && status != Status.SKIP) {
                result(results.addObject(), report, result);
            }
        }
    }

    private static ObjectNode rule(Check check) {
        ObjectNode rule = MAPPER.createObjectNode();
        rule.put("id", check.id());
        rule.putObject("shortDescription").put("text", check.title());
        rule.putObject("fullDescription").put("text", check.clause() + ". " + check.why());
        if (!check.fix().isEmpty()) {
            rule.putObject("help").put("text", check.fix());
        }
        rule.putObject("defaultConfiguration").put("level", check.level() == Level.SHOULD ? "warning" : "error");
        ObjectNode properties = rule.putObject("properties");
        properties.put("level", check.level().key());
        properties.put("clause", check.clause());
        properties.putArray("tags").add(check.level() == Level.SECURITY ? "security" : "conformance");
        return rule;
    }

    private static void result(ObjectNode json, TargetReport report, CheckResult result) {
        Status status = result.verdict().status();
        json.put("ruleId", result.check().id());
        switch (status) {
            case FAIL -> json.put("kind", "fail").put("level", "error");
            case WARN -> json.put("kind", "fail").put("level", "warning");
            // The kind of what the tool could not decide; the level of such a result is none.
            default -> json.put("kind", "open").put("level", "none");
        }
        json.putObject("message").put("text", result.verdict().detail());
        result.comparison()
                .ifPresent(
                        compared -> json.put("baselineState", compared.change() == Change.SAME ? "unchanged" : "new"));
        result.accepted().ifPresent(reason -> json.putArray("suppressions")
                .addObject()
                .put("kind", "external")
                .put("status", "accepted")
                .put("justification", reason));
        json.putArray("locations")
                .addObject()
                .putObject("physicalLocation")
                .putObject("artifactLocation")
                .put("uri", report.target().url());
        json.putObject("partialFingerprints").put("targetAndCheck/v1", fingerprint(report, result));
    }

    /** The same for the same check of the same target in every run, so that a service can follow a finding. */
    private static String fingerprint(TargetReport report, CheckResult result) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(report.target().url().getBytes(StandardCharsets.UTF_8));
            sha.update((byte) ' ');
            return HexFormat.of().formatHex(sha.digest(result.check().id().getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    @Override
    public void close() {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("$schema", SCHEMA);
        json.put("version", "2.1.0");
        ObjectNode run = json.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "STARTTLS for Java: conformance");
        rules.values().forEach(driver.putArray("rules")::add);
        ObjectNode invocation = run.putArray("invocations").addObject();
        invocation.put("executionSuccessful", complete);
        invocation.set("toolExecutionNotifications", notifications);
        run.set("results", results);
        try {
            out.print(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }
}
