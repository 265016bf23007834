package dev.starttls.smtp.policy;

import dev.starttls.core.upgrade.FailureReason;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/** What a report says of a session that carried mail although it was not as the domain has it. */
@FunctionalInterface
interface SessionTrial {

    /** Why a host would have been refused. */
    record Refusal(FailureReason reason, String detail) {}

    /**
     * Judges a session inside TLS.
     *
     * @param chain the host's certificates
     * @return empty if all is well
     */
    Optional<Refusal> of(List<Certificate> chain);
}
