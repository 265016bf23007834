package dev.starttls.smtp.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a TLS report counts: one session that has succeeded, or failed because of TLS or a policy (RFC 8460 section 4.3). Sessions that
 * could not be connected, or ended for other reasons, are not among them.
 *
 * @param domain of the recipient, or the name of a smart host: its TLSRPT record says where the report goes, also where the policy is that
 *     of TLSA records at the name of a host (RFC 8460 section 1.1)
 * @param policy under which it is counted
 * @param mxHost the name of the host; empty where a policy could not be had and no host is concerned
 * @param addresses of the host, as far as they are known
 * @param resultType for instance {@code certificate-expired}; empty for a success
 * @param reason for people, in addition; empty for a success
 */
public record DeliveryOutcome(
        String domain,
        ReportedPolicy policy,
        String mxHost,
        List<InetAddress> addresses,
        Optional<String> resultType,
        String reason) {

    /** Keeps its own copies. */
    public DeliveryOutcome {
        Objects.requireNonNull(domain, "domain: expected the domain of the recipient, got null");
        Objects.requireNonNull(policy, "policy: expected a ReportedPolicy, got null");
        Objects.requireNonNull(mxHost, "mxHost: expected the name of a host, got null; \"\" is for none");
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(resultType, "resultType: expected an Optional, got null");
        Objects.requireNonNull(reason, "reason: expected a text, got null; \"\" is for none");
    }

    /**
     * Whether the session was what the policy asks for.
     *
     * @return false if a report has to name it
     */
    public boolean successful() {
        return resultType.isEmpty();
    }
}
