package dev.starttls.conformance.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.ClosestWord;
import dev.starttls.conformance.target.SmallFile;
import dev.starttls.conformance.target.UnreadableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules of one recommendation. A file is JSON:
 *
 * <pre>{@code
 * {"name": "Ours", "document": "Security handbook 4", "rules": [
 *   {"id": "OURS-01", "title": "only TLS 1.3 is accepted", "clause": "chapter 2", "level": "must",
 *    "why": "...", "fix": "...", "versions": ["TLSv1.3"]}]}
 * }</pre>
 *
 * <p>The level of a rule is must, and breaking it fails the run, or should. Its last field is one of these: versions, suites,
 * groups (the allowed ones, by their registered names), dh_bits (the shortest prime), key_bits (the shortest keys, {@code
 * {"rsa": 3000, "ec": 250}}), signatures (of certificates, {@code SHA256withRSA}), lifetime_days (of the server's certificate, at
 * most), preference (client or server: whose order of suites decides).
 *
 * <pre>{@code
 * Profile profile = Profile.named("mozilla-intermediate");
 * TargetReport judged = profile.judge(report);
 * }</pre>
 *
 * @param name as in a report's heading
 * @param document the recommendation, with its edition
 * @param rules in the order of their ids
 */
public record Profile(String name, String document, List<ProfileRule> rules) {
    /** The profiles that the suite contains. */
    public static final List<String> NAMES = List.of("bsi-tr-02102-2", "mozilla-intermediate", "ncsc-2025");

    /** The check that finds the versions, suites and groups that most rules judge. */
    public static final String BASIS = "TLS-S-05b";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What Jackson says of a text that ends too early. */
    private static final Pattern BEGUN = Pattern.compile("close marker for (Object|Array) .*line: (\\d+)");

    public Profile {
        rules = List.copyOf(rules);
    }

    /**
     * The profile with this name, or in this file.
     *
     * @param nameOrFile one of {@link #NAMES}, or a path
     * @throws ProfileException if there is no such file, or it is no profile
     */
    public static Profile named(String nameOrFile) throws ProfileException {
        if (NAMES.contains(nameOrFile)) {
            try (InputStream in = Profile.class.getResourceAsStream(nameOrFile + ".json")) {
                return parse(nameOrFile, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IllegalStateException("a resource of the suite cannot be read: " + nameOrFile, e);
            }
        }
        try {
            return parse(nameOrFile, SmallFile.text(Path.of(nameOrFile)));
        } catch (InvalidPathException e) {
            throw new ProfileException(
                    "expected one of " + String.join(", ", NAMES) + ", or a file; " + UnreadableFile.unnamed(e));
        } catch (IOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw new ProfileException(e.getMessage());
            }
            throw new ProfileException("there is no profile and no file '" + nameOrFile + "'; "
                    + ClosestWord.of(nameOrFile, NAMES)
                            .map(name -> "did you mean " + name + "? The")
                            .orElse("the")
                    + " profiles are " + String.join(", ", NAMES));
        }
    }

    /** The profiles that the suite contains, by their {@link #NAMES}. */
    public static Map<String, Profile> contained() {
        Map<String, Profile> profiles = new LinkedHashMap<>();
        for (String name : NAMES) {
            try {
                profiles.put(name, named(name));
            } catch (ProfileException e) {
                throw new IllegalStateException("a resource of the suite is no profile: " + e.getMessage(), e);
            }
        }
        return profiles;
    }

    private static Profile parse(String source, String json) throws ProfileException {
        try {
            JsonNode file = MAPPER.readTree(json);
            String document = ProfileRule.text(file, "document");
            List<ProfileRule> rules = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            for (JsonNode each : file.path("rules")) {
                ProfileRule rule = ProfileRule.of(document, each);
                if (!ids.add(rule.check().id())) {
                    throw new IllegalArgumentException(
                            "expected every id once, got " + rule.check().id() + " twice");
                }
                rules.add(rule);
            }
            if (rules.isEmpty()) {
                throw new IllegalArgumentException("expected a list 'rules' with at least one rule, got none");
            }
            return new Profile(ProfileRule.text(file, "name"), document, rules);
        } catch (JsonProcessingException e) {
            throw new ProfileException(source + ": expected JSON, but " + what(e));
        } catch (IllegalArgumentException e) {
            throw new ProfileException(source + ": " + e.getMessage());
        }
    }

    /** What is wrong with a text, in place of what Jackson says of it, which names no place in it. */
    private static String what(JsonProcessingException e) {
        String line =
                e.getLocation() == null ? "a line" : "line " + e.getLocation().getLineNr();
        if (e instanceof JsonEOFException) {
            Matcher begun = BEGUN.matcher(e.getOriginalMessage());
            return "it ends in " + line
                    + (begun.find()
                            ? " inside an " + begun.group(1).toLowerCase(Locale.ROOT) + " that begins in line "
                                    + begun.group(2)
                            : "");
        }
        return line + " is wrong: "
                + e.getOriginalMessage().lines().findFirst().orElse("").replaceAll(" ?\\(?\\[Source: .*", "");
    }

    /** The rules as reports print them. */
    public List<Check> checks() {
        return rules.stream().map(ProfileRule::check).toList();
    }

    /** The same with these of its rules alone; empty if none is left. */
    Optional<Profile> with(Predicate<Check> chosen) {
        List<ProfileRule> left =
                rules.stream().filter(rule -> chosen.test(rule.check())).toList();
        return left.isEmpty() ? Optional.empty() : Optional.of(new Profile(name, document, left));
    }

    /** The report with a result for each rule after the results of the checks. */
    public TargetReport judge(TargetReport report) {
        if (report.results().isEmpty()) {
            return report;
        }
        List<CheckResult> judged = new ArrayList<>(report.results());
        rules.forEach(rule -> judged.add(rule.judge(report)));
        return report.with(judged);
    }
}
