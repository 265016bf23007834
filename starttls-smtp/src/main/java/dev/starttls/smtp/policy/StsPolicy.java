package dev.starttls.smtp.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A policy of MTA-STS: which hosts may take a domain's mail, and what is done about those that may not, or cannot prove who they are (RFC
 * 8461 section 3.2).
 *
 * <pre>{@code
 * StsPolicy policy = StsPolicy.parse("version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 604800\n");
 * boolean allowed = policy.allows("mx1.example.com");
 * }</pre>
 *
 * @param mode what is done
 * @param mx the hosts; empty only in mode none
 * @param maxAge how long the policy holds after it was fetched; zero to {@link #MAX_AGE}, in seconds
 * @param lines of the policy as they were fetched, for reports (RFC 8460 section 4.4); each character one octet
 */
public record StsPolicy(Mode mode, List<MxPattern> mx, Duration maxAge, List<String> lines) {

    /** The maximum length of a policy, in octets (RFC 8461 section 3.3). */
    public static final int MAX_OCTETS = 65_536;

    /** The maximum number of lines: more hosts than any domain has, and few enough to be compared and kept. */
    public static final int MAX_LINES = 1_000;

    /** The longest time that a policy holds, a year, or 31,557,600 seconds; one that says more is taken to say this. */
    public static final Duration MAX_AGE = Duration.ofHours(8_766);

    /** Ten digits by the grammar, although {@link #MAX_AGE} has eight. */
    private static final int MAX_DIGITS = 10;

    /** A string and what holds it. */
    private static final int OBJECT_OCTETS = 72;

    /** What is done about hosts that fail (RFC 8461 section 5). */
    public enum Mode {
        /** No mail is delivered to them. */
        ENFORCE,
        /** Mail is delivered, and reports say what would have failed. */
        TESTING,
        /** The domain has no policy any more. */
        NONE
    }

    /**
     * Keeps its own copies.
     *
     * @throws IllegalArgumentException if there is no pattern although the mode needs one, or the age is out of bounds
     */
    public StsPolicy {
        Objects.requireNonNull(mode, "mode: expected a Mode, got null");
        mx = List.copyOf(mx);
        lines = List.copyOf(lines);
        if (mx.isEmpty() && mode != Mode.NONE) {
            throw new IllegalArgumentException("mx: expected at least one pattern in mode " + mode + ", got none");
        }
        if (maxAge.isNegative() || maxAge.compareTo(MAX_AGE) > 0) {
            throw new IllegalArgumentException("maxAge: expected zero to " + MAX_AGE + ", got " + maxAge);
        }
    }

    /**
     * Reads a policy. Lines end with LF or CRLF; those without anything are left out. Keys that are not known are ignored, and so are all
     * but the first of a key other than mx, whatever they say.
     *
     * @param text each character one octet
     * @return the policy
     * @throws StsSyntaxException if it is none: more than {@link #MAX_OCTETS} or {@link #MAX_LINES}, a line without a key, a version other than STSv1, a
     *     mode, pattern or age that is not one, or a key missing
     */
    public static StsPolicy parse(String text) throws StsSyntaxException {
        if (text.length() > MAX_OCTETS) {
            throw new StsSyntaxException(
                    "Expected a policy of at most " + MAX_OCTETS + " octets, got " + text.length());
        }
        Map<String, String> first = new HashMap<>();
        List<MxPattern> mx = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String ended : text.split("\n", -1)) {
            String line = ended.endsWith("\r") ? ended.substring(0, ended.length() - 1) : ended;
            if (VersionedText.stripped(line).isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 0 || !StsRecord.validName(line.substring(0, colon))) {
                throw new StsSyntaxException(
                        "Expected a key, a colon and a value, got \"" + DomainName.shown(line) + "\"");
            }
            String key = line.substring(0, colon);
            String value = VersionedText.stripped(line.substring(colon + 1));
            if (value.isEmpty() || value.chars().anyMatch(c -> c < 32 || c == 127)) {
                throw new StsSyntaxException("Expected a value without control characters after " + key + ", got \""
                        + DomainName.shown(value) + "\"");
            }
            if (lines.size() == MAX_LINES) {
                throw new StsSyntaxException("Expected a policy of at most " + MAX_LINES + " lines, got more");
            }
            lines.add(VersionedText.stripped(line));
            if (key.equals("mx")) {
                mx.add(pattern(value));
            } else {
                first.putIfAbsent(key, value);
            }
        }
        return policy(first, mx, lines);
    }

    /**
     * Whether a host may take the domain's mail by its name. What its certificate has to prove is another matter.
     *
     * @param host an MX host, by the name that the record has
     * @return true if a pattern matches
     */
    public boolean allows(String host) {
        return mx.stream().anyMatch(pattern -> pattern.matches(host));
    }

    /** What it takes in memory, estimated. */
    int octets() {
        return OBJECT_OCTETS * (lines.size() + mx.size())
                + lines.stream().mapToInt(String::length).sum()
                + mx.stream().mapToInt(pattern -> pattern.text().length()).sum();
    }

    private static StsPolicy policy(Map<String, String> fields, List<MxPattern> mx, List<String> lines)
            throws StsSyntaxException {
        String version = required(fields, "version");
        if (!version.equals("STSv1")) {
            throw new StsSyntaxException("Expected version STSv1, got \"" + DomainName.shown(version) + "\"");
        }
        Mode mode = mode(required(fields, "mode"));
        Duration age = age(required(fields, "max_age"));
        if (mx.isEmpty() && mode != Mode.NONE) {
            throw new StsSyntaxException("Expected at least one mx in mode " + mode + ", got none");
        }
        return new StsPolicy(mode, mx, age, lines);
    }

    private static String required(Map<String, String> fields, String key) throws StsSyntaxException {
        String value = fields.get(key);
        if (value == null) {
            throw new StsSyntaxException("Expected a line with the key " + key + ", got none");
        }
        return value;
    }

    private static Mode mode(String value) throws StsSyntaxException {
        return switch (value) {
            case "enforce" -> Mode.ENFORCE;
            case "testing" -> Mode.TESTING;
            case "none" -> Mode.NONE;
            default ->
                throw new StsSyntaxException(
                        "Expected mode enforce, testing or none, got \"" + DomainName.shown(value) + "\"");
        };
    }

    private static Duration age(String value) throws StsSyntaxException {
        if (value.length() > MAX_DIGITS || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new StsSyntaxException(
                    "Expected max_age in seconds, at most ten digits, got \"" + DomainName.shown(value) + "\"");
        }
        Duration age = Duration.ofSeconds(Long.parseLong(value));
        return age.compareTo(MAX_AGE) > 0 ? MAX_AGE : age;
    }

    private static MxPattern pattern(String value) throws StsSyntaxException {
        try {
            return new MxPattern(value);
        } catch (IllegalArgumentException e) {
            throw new StsSyntaxException(e.getMessage());
        }
    }
}
