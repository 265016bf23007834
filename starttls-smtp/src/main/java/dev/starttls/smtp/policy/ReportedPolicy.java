package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The policy of a domain that sessions were under, as TLS reports have it (RFC 8460 section 4.4).
 *
 * <pre>{@code
 * ReportedPolicy dane = new ReportedPolicy(
 *         ReportedPolicy.Type.TLSA, "mx.example.org", List.of(tlsa.toString()), List.of());
 * ReportedPolicy none = ReportedPolicy.none("example.org");
 * }</pre>
 *
 * <p>Of a report that was received, each text is what the sender of the report wrote; {@link #toString} is safe for logs.
 *
 * @param type what kind of policy it is
 * @param domain that has it: the next-hop domain, and for TLSA records the one at which they are (RFC 8460 section 1.1), which is seldom the
 *     one that the report goes to
 * @param strings the policy: for MTA-STS each line of its text, for DANE each TLSA record with its four fields (RFC 8460
 *     section 4.5); empty where no policy was found, and where there was no room for it ({@link TlsReports})
 * @param mxHosts the patterns of an MTA-STS policy; empty for others
 */
public record ReportedPolicy(Type type, String domain, List<String> strings, List<String> mxHosts) {

    /** What kind of policy it is (RFC 8460 section 4.4). */
    public enum Type {
        /** TLSA records (RFC 7672). */
        TLSA("tlsa"),
        /** An MTA-STS policy (RFC 8461). */
        STS("sts"),
        /** The domain has neither, or none that could be used. */
        NO_POLICY_FOUND("no-policy-found");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** As reports have it. */
        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * Keeps its own copies of the lists.
     *
     * @throws IllegalArgumentException if the domain is empty
     */
    public ReportedPolicy {
        Objects.requireNonNull(type, "type: expected TLSA, STS or NO_POLICY_FOUND, got null");
        strings = List.copyOf(strings);
        mxHosts = List.copyOf(mxHosts);
        if (domain.isEmpty()) {
            throw new IllegalArgumentException("domain: expected the name of a domain, got an empty one");
        }
    }

    /**
     * Of a domain for which no policy was found.
     *
     * @param domain the next-hop domain
     * @return the policy
     */
    public static ReportedPolicy none(String domain) {
        return new ReportedPolicy(Type.NO_POLICY_FOUND, domain, List.of(), List.of());
    }

    static ReportedPolicy of(String domain, StsPolicy policy) {
        return new ReportedPolicy(
                Type.STS,
                domain,
                policy.lines().stream().map(ReportedPolicy::decoded).toList(),
                policy.mx().stream().map(MxPattern::text).toList());
    }

    static ReportedPolicy withoutText(String domain) {
        return new ReportedPolicy(Type.STS, domain, List.of(), List.of());
    }

    static ReportedPolicy of(String baseDomain, TlsaRecords records) {
        return new ReportedPolicy(
                Type.TLSA,
                baseDomain,
                Stream.concat(
                                records.usable().stream(),
                                records.ignored().stream().map(TlsaRecords.Ignored::record))
                        .map(Object::toString)
                        .toList(),
                List.of());
    }

    private static String decoded(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** For people and logs, on one line. */
    @Override
    public String toString() {
        return Ascii.printable(type + " of " + domain + " " + strings + " for " + mxHosts);
    }
}
