package dev.starttls.smtp.policy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The policy under which a session is counted in a TLS report (RFC 8460 section 4.4).
 *
 * @param type of the policy
 * @param domain that has it: of the recipient, and for TLSA records the one at which they are
 * @param strings of the policy: its lines, or the TLSA records; empty if there is none
 * @param mxHosts the patterns of an MTA-STS policy; empty for others
 */
public record ReportedPolicy(Type type, String domain, List<String> strings, List<String> mxHosts) {

    /** The type of a policy. */
    public enum Type {
        /** DANE. */
        TLSA("tlsa"),
        /** MTA-STS. */
        STS("sts"),
        /** Neither. */
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

    /** Keeps its own copies. */
    public ReportedPolicy {
        Objects.requireNonNull(type, "type: expected a Type, got null");
        Objects.requireNonNull(domain, "domain: expected the name of a domain, got null");
        strings = List.copyOf(strings);
        mxHosts = List.copyOf(mxHosts);
    }

    static ReportedPolicy none(String domain) {
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

    static ReportedPolicy of(Requirement.Dane dane) {
        return new ReportedPolicy(
                Type.TLSA,
                dane.baseDomain(),
                dane.records().stream().map(Object::toString).toList(),
                List.of());
    }

    private static String decoded(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
