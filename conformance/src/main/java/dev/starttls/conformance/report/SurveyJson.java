package dev.starttls.conformance.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.starttls.conformance.survey.SurveyFailure;
import dev.starttls.conformance.survey.SurveyResult;
import dev.starttls.conformance.survey.SurveyedTls;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** One JSON object per result of a survey, its fields in a fixed order. */
public final class SurveyJson implements SurveyReport {
    /** What a result of a survey says of itself, beside the kinds of targets that checks report on. */
    public static final String KIND = "survey";

    private final PrintStream out;
    private final ObjectWriter writer;

    private SurveyJson(PrintStream out, ObjectWriter writer) {
        this.out = out;
        this.writer = writer;
    }

    /** Indented objects, which people and programs can read; several follow one another. */
    public static SurveyJson indented(PrintStream out) {
        return new SurveyJson(out, JsonReport.MAPPER.writerWithDefaultPrettyPrinter());
    }

    /** One object per line. */
    public static SurveyJson lines(PrintStream out) {
        return new SurveyJson(out, JsonReport.MAPPER.writer());
    }

    /** The JSON Schema of what is written for one target. */
    public static String schema() {
        try (InputStream in = SurveyJson.class.getResourceAsStream("survey.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("survey.schema.json is not in this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void add(SurveyResult result) {
        try {
            out.print(writer.writeValueAsString(json(result)) + "\n");
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }

    private static ObjectNode json(SurveyResult result) {
        ObjectNode json = JsonReport.MAPPER.createObjectNode();
        json.put("target", result.target().url());
        json.put("kind", KIND);
        json.put("protocol", result.target().protocol().key());
        result.target().address().ifPresent(address -> json.put("address", address.getHostAddress()));
        json.put("started", result.started().toString());
        json.put("duration_ms", result.took().toMillis());
        json.put("status", result.status().key());
        result.failure().ifPresent(failure -> failure(json, failure));
        result.tls().ifPresent(tls -> tls(json.putObject("tls"), tls));
        return json;
    }

    private static void failure(ObjectNode json, SurveyFailure failure) {
        json.put("error", failure.description());
        json.put("reason", failure.reason());
        json.put("phase", failure.phase());
        failure.alert().ifPresent(alert -> json.put("alert", alert));
        failure.reply().ifPresent(reply -> json.put("reply", reply));
    }

    private static void tls(ObjectNode json, SurveyedTls tls) {
        json.put("version", tls.version());
        json.put("cipher_suite", tls.suite());
        tls.group().ifPresent(group -> json.put("group", group));
        json.put("verified", tls.verified());
        if (!tls.verified()) {
            ArrayNode faults = json.putArray("faults");
            tls.faults()
                    .forEach(fault ->
                            faults.addObject().put("kind", fault.kind().key()).put("detail", fault.detail()));
        }
        JsonReport.chain(json.putArray("chain"), tls.chain());
    }
}
