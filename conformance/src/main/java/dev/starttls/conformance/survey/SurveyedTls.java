package dev.starttls.conformance.survey;

import dev.starttls.conformance.tls.certificate.CertificateFacts;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one handshake agreed on, by this Java's client and its preferences.
 *
 * @param version for instance {@code TLSv1.3}
 * @param suite for instance {@code TLS_AES_256_GCM_SHA384}
 * @param group the group of the key exchange by its registered name; empty if no key was exchanged
 * @param chain the server's certificates as they were sent, its own first
 * @param faults why a client that verifies would not go on; empty if it would
 */
public record SurveyedTls(
        String version, String suite, Optional<String> group, List<CertificateFacts> chain, List<Fault> faults) {
    public SurveyedTls {
        chain = List.copyOf(chain);
        faults = List.copyOf(faults);
    }

    /** Whether the chain is trusted and has the name. */
    public boolean verified() {
        return faults.isEmpty();
    }

    /** What is wrong with a certificate. */
    public enum FaultKind {
        /** No path to a trusted root. */
        UNTRUSTED,
        /** One of the path has expired or is not valid yet. */
        EXPIRED,
        /** The certificate is for another name. */
        NAME_MISMATCH,
        /** Another rule of RFC 5280 is broken, or a digest is weak. */
        INVALID;

        /** The name in reports: lower case with hyphens. */
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One thing that is wrong.
     *
     * @param kind for programs
     * @param detail for people
     */
    public record Fault(FaultKind kind, String detail) {}
}
