package dev.starttls.conformance.baseline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Subject;
import dev.starttls.conformance.target.TestedClient;
import dev.starttls.conformance.target.UnreadableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The verdicts of an earlier run, from its report in JSON. Of several reports of a target the last counts; reports of the
 * same address of the target are preferred to those of its other addresses.
 */
public final class Baseline {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The verdicts by id; for each target by its URL, and by URL and address. */
    private final Map<String, Map<String, Status>> verdicts = new HashMap<>();

    /** Many servers of a long list have the same verdicts: equal maps are kept once. */
    private final Map<Map<String, Status>, Map<String, Status>> distinct = new HashMap<>();

    private Baseline() {}

    /**
     * Reads what {@code --format json} or {@code --format ndjson} has written.
     *
     * @throws IOException if it cannot be read or is something else; the message says so and names the file
     */
    public static Baseline read(Path file) throws IOException {
        Baseline baseline = new Baseline();
        long reports = 0;
        try (InputStream in = Files.newInputStream(file);
                MappingIterator<JsonNode> all = MAPPER.readerFor(JsonNode.class).readValues(in)) {
            while (all.hasNextValue()) {
                reports++;
                baseline.add(all.nextValue(), file + ": report " + reports);
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    file + ": expected reports of --format json or ndjson, got what is no JSON in line "
                            + e.getLocation().getLineNr(),
                    e);
        } catch (WrongReportException e) {
            throw e;
        } catch (IOException e) {
            throw UnreadableFile.exception(file, e);
        }
        if (reports == 0) {
            throw new IOException(file + ": expected reports of --format json or ndjson, got none");
        }
        return baseline;
    }

    private void add(JsonNode report, String place) throws WrongReportException {
        JsonNode target = report.path("target");
        JsonNode checks = report.path("checks");
        if (!target.isTextual() || !checks.isArray()) {
            throw new WrongReportException(place + ": expected the fields target and checks of --format json");
        }
        Map<String, Status> found = new TreeMap<>();
        for (JsonNode check : checks) {
            String id = check.path("id").asText();
            String verdict = check.path("verdict").asText();
            Status status = Arrays.stream(Status.values())
                    .filter(each -> each.key().equals(verdict))
                    .findFirst()
                    .orElseThrow(() -> new WrongReportException(
                            place + ": expected a verdict of check '" + id + "', got '" + verdict + "'"));
            found.put(id.intern(), status);
        }
        // A target that was not reached then shows nothing that could be compared.
        if (!found.isEmpty()) {
            Map<String, Status> kept = distinct.computeIfAbsent(found, same -> same);
            String url = key(
                    target.asText(), Optional.ofNullable(report.path("policy").textValue()));
            verdicts.put(url, kept);
            if (report.path("address").isTextual()) {
                verdicts.put(url + " " + report.path("address").asText(), kept);
            }
        }
    }

    /** A client that is configured otherwise is another target. */
    private static String key(String url, Optional<String> policy) {
        return url.toLowerCase(Locale.ROOT) + policy.map(each -> " " + each).orElse("");
    }

    /**
     * The report with each result compared; a target that the baseline does not have is new in every check, and the report
     * notes it.
     */
    public TargetReport compare(TargetReport report) {
        Map<String, Status> before = verdictsOf(report.target());
        TargetReport noted = before.isEmpty()
                ? report.noting(
                        "the baseline has no report of " + report.target().url()
                                + policyOf(report.target())
                                        .map(policy -> " with policy " + policy)
                                        .orElse(""))
                : report;
        return noted.with(report.results().stream()
                .map(result -> result.compare(
                        Optional.ofNullable(before.get(result.check().id()))))
                .toList());
    }

    private static Optional<String> policyOf(Subject target) {
        return target instanceof TestedClient client ? Optional.of(client.policy()) : Optional.empty();
    }

    private Map<String, Status> verdictsOf(Subject target) {
        String url = key(target.url(), policyOf(target));
        Map<String, Status> any = verdicts.getOrDefault(url, Map.of());
        return target.address()
                .map(address -> verdicts.getOrDefault(url + " " + address.getHostAddress(), any))
                .orElse(any);
    }

    /** It is JSON, and not of a report. */
    private static final class WrongReportException extends IOException {
        private static final long serialVersionUID = 1L;

        WrongReportException(String message) {
            super(message);
        }
    }
}
