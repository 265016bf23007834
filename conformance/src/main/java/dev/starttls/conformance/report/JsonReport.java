package dev.starttls.conformance.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.TestedClient;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** One JSON object per target, its fields in a fixed order. */
public final class JsonReport implements Report {
    /** ASCII only, so that the output is UTF-8 whatever the platform's charset. */
    static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final PrintStream out;
    private final ObjectWriter writer;

    private JsonReport(PrintStream out, ObjectWriter writer) {
        this.out = out;
        this.writer = writer;
    }

    /** Indented objects, which people and programs can read; several follow one another. */
    public static JsonReport indented(PrintStream out) {
        return new JsonReport(out, MAPPER.writerWithDefaultPrettyPrinter());
    }

    /** One object per line. */
    public static JsonReport lines(PrintStream out) {
        return new JsonReport(out, MAPPER.writer());
    }

    /** The JSON Schema of what is written for one target. */
    public static String schema() {
        try (InputStream in = JsonReport.class.getResourceAsStream("report.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("report.schema.json is not in this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void add(TargetReport report) {
        try {
            out.print(writer.writeValueAsString(json(report)) + "\n");
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }

    private static ObjectNode json(TargetReport report) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("target", report.target().url());
        json.put("kind", report.target().kind().noun());
        json.put("protocol", report.target().protocol().key());
        if (report.target() instanceof TestedClient client) {
            json.put("policy", client.policy());
            client.command().ifPresent(command -> json.put("command", command));
        }
        report.target().address().ifPresent(address -> json.put("address", address.getHostAddress()));
        json.put("started", report.started().toString());
        json.put("duration_ms", report.took().toMillis());
        report.survey().problem().ifPresent(problem -> json.put("error", problem));
        if (!report.survey().notes().isEmpty()) {
            ArrayNode notes = json.putArray("notes");
            report.survey().notes().forEach(notes::add);
        }
        ObjectNode summary = json.putObject("summary");
        summary.put("passed", report.count(Status.PASS));
        summary.put("failed", report.count(Status.FAIL));
        summary.put("warned", report.count(Status.WARN));
        summary.put("skipped", report.count(Status.SKIP));
        summary.put("inconclusive", report.count(Status.INCONCLUSIVE));
        ObjectNode tls = json.putObject("tls");
        report.survey().tls().ifPresent(done -> tls(tls, done));
        report.inventory().ifPresent(inventory -> versions(tls.putArray("versions"), inventory));
        ArrayNode phases = json.putArray("phases");
        for (Survey.Phase phase : report.survey().phases()) {
            phases.addObject().put("name", phase.name()).put("ms", ms(phase.took()));
        }
        report.matrix().ifPresent(matrix -> MatrixJson.write(json.putObject("matrix"), matrix));
        ArrayNode checks = json.putArray("checks");
        report.results().forEach(result -> check(checks.addObject(), result));
        return json;
    }

    private static void tls(ObjectNode json, HandshakeResult.Done done) {
        json.put("version", done.version());
        json.put("cipher_suite", done.suite());
        chain(
                json.putArray("chain"),
                done.chain().stream().map(CertificateFacts::of).toList());
    }

    static void chain(ArrayNode json, List<CertificateFacts> chain) {
        chain.forEach(facts -> {
            ObjectNode one = json.addObject();
            one.put("subject", facts.subject());
            one.put("issuer", facts.issuer());
            ArrayNode names = one.putArray("names");
            facts.names().forEach(names::add);
            one.put("not_before", facts.notBefore().toString());
            one.put("not_after", facts.notAfter().toString());
            one.put("key", facts.key());
            one.put("signature", facts.signature());
        });
    }

    private static void versions(ArrayNode json, TlsInventory inventory) {
        for (TlsInventory.Version version : inventory.versions()) {
            ObjectNode one = json.addObject();
            one.put("name", version.name());
            one.put("accepted", version.accepted());
            one.put("complete", version.extent() != TlsInventory.Extent.PARTIAL);
            one.put("preference", version.preference().key());
            ArrayNode suites = one.putArray("suites");
            version.suites().forEach(suites::add);
            ArrayNode groups = one.putArray("groups");
            version.groups().forEach(groups::add);
        }
    }

    private static void check(ObjectNode json, CheckResult result) {
        json.put("id", result.check().id());
        json.put("title", result.check().title());
        json.put("clause", result.check().clause());
        json.put("level", result.check().level().key());
        json.put("verdict", result.verdict().status().key());
        json.put("detail", result.verdict().detail());
        result.accepted().ifPresent(reason -> json.put("accepted", reason));
        result.comparison().ifPresent(comparison -> {
            json.put("change", comparison.change().key());
            comparison.before().ifPresent(before -> json.put("before", before.key()));
        });
        json.put("why", result.check().why());
        json.put("fix", result.check().fix());
        json.put("duration_ms", result.took().toMillis());
        ArrayNode transcript = json.putArray("transcript");
        for (Transcript.Entry entry : result.transcript()) {
            ObjectNode one = transcript.addObject();
            one.put("ms", entry.ms());
            one.put("connection", entry.connection());
            one.put("from", entry.from().name().toLowerCase(Locale.ROOT));
            if (entry.from() != Transcript.From.SUITE) {
                one.put("through", entry.through().name().toLowerCase(Locale.ROOT));
            }
            one.put("text", entry.text());
        }
    }

    private static double ms(Duration took) {
        return Math.round(took.toNanos() / 1e5) / 10.0;
    }

    @Override
    public void close() {
        out.flush();
    }
}
