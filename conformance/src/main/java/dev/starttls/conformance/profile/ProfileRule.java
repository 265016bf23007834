package dev.starttls.conformance.profile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.TlsInventory.Preference;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A rule of a profile.
 *
 * @param check what reports print of it; it does nothing itself
 */
record ProfileRule(Check check, Requirement requirement) {
    private static final Set<String> TEXTS = Set.of("id", "title", "clause", "level", "why", "fix");
    private static final String REQUIREMENTS =
            "versions, suites, groups, dh_bits, key_bits, signatures, lifetime_days, preference";

    /**
     * Reads a rule of a profile's file.
     *
     * @param document what the clause is a section of
     * @throws IllegalArgumentException if it is no rule; the message says what was expected
     */
    static ProfileRule of(String document, JsonNode rule) {
        String id = text(rule, "id");
        if (!id.matches("[A-Z0-9]+-[0-9]{2}[a-z]?")) {
            throw new IllegalArgumentException(
                    "expected an id of capital letters, a hyphen and two digits, such as OURS-01, got '" + id + "'");
        }
        Check check = Check.of(id, text(rule, "title"))
                .clause(document + ", " + text(rule, "clause"))
                .level(level(rule))
                .why(text(rule, "why"))
                .fix(text(rule, "fix"))
                .on(Scheme.values())
                .run(context -> Verdict.undecided("judged after the checks, from what they found"));
        return new ProfileRule(check, requirement(id, rule));
    }

    private static Level level(JsonNode rule) {
        String level = text(rule, "level");
        return switch (level) {
            case "must" -> Level.MUST;
            case "should" -> Level.SHOULD;
            default -> throw new IllegalArgumentException("level: expected must or should, got '" + level + "'");
        };
    }

    private static Requirement requirement(String id, JsonNode rule) {
        List<String> others = new ArrayList<>();
        rule.fieldNames().forEachRemaining(name -> {
            if (!TEXTS.contains(name)) {
                others.add(name);
            }
        });
        if (others.size() != 1) {
            throw new IllegalArgumentException(id + ": expected one of " + REQUIREMENTS + ", got "
                    + (others.isEmpty() ? "none" : String.join(" and ", others)));
        }
        String name = others.get(0);
        JsonNode value = rule.get(name);
        return switch (name) {
            case "versions" -> new Requirement.Versions(texts(id, name, value));
            case "suites" -> new Requirement.Suites(texts(id, name, value));
            case "groups" -> new Requirement.Groups(texts(id, name, value));
            case "dh_bits" -> new Requirement.DhBits(number(id, name, value));
            case "key_bits" ->
                new Requirement.KeyBits(
                        number(id, "key_bits.rsa", value.path("rsa")), number(id, "key_bits.ec", value.path("ec")));
            case "signatures" -> new Requirement.Signatures(texts(id, name, value));
            case "lifetime_days" -> new Requirement.LifetimeDays(number(id, name, value));
            case "preference" -> new Requirement.Order(preference(id, value));
            default -> throw new IllegalArgumentException(id + ": expected one of " + REQUIREMENTS + ", got " + name);
        };
    }

    private static Preference preference(String id, JsonNode value) {
        return switch (value.asText()) {
            case "client" -> Preference.CLIENT;
            case "server" -> Preference.SERVER;
            default -> throw new IllegalArgumentException(id + ": preference: expected client or server, got " + value);
        };
    }

    private static List<String> texts(String id, String name, JsonNode value) {
        List<String> texts = new ArrayList<>();
        value.forEach(each -> {
            if (each.isTextual()) {
                texts.add(each.asText());
            }
        });
        if (!value.isArray() || texts.isEmpty() || texts.size() != value.size()) {
            throw new IllegalArgumentException(id + ": " + name + ": expected a list of strings, got " + value);
        }
        return texts;
    }

    private static int number(String id, String name, JsonNode value) {
        if (!value.isInt() || value.asInt() < 1) {
            throw new IllegalArgumentException(id + ": " + name + ": expected a positive number, got "
                    + (value.isMissingNode() ? "nothing" : value));
        }
        return value.asInt();
    }

    /** The text in this field, which must not be missing. */
    static String text(JsonNode node, String field) {
        String text = node.path(field).asText("");
        if (text.isBlank()) {
            throw new IllegalArgumentException(
                    "expected a text for '" + field + "', got " + (node.has(field) ? node.get(field) : "nothing"));
        }
        return text;
    }

    CheckResult judge(TargetReport report) {
        return new CheckResult(check, verdict(report), List.of(), Duration.ZERO);
    }

    private Verdict verdict(TargetReport report) {
        return requirement.judge(report).at(check.level());
    }
}
