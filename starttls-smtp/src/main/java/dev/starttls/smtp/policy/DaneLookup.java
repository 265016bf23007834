package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;

/** Whether DANE applies to a host (RFC 7672 section 2.2). It is asked before MTA-STS, and its refusal is final (RFC 8461 section 2). */
@FunctionalInterface
interface DaneLookup {

    /** DANE that no host has. */
    DaneLookup NONE = (resolver, domain, mx, host, port) -> new NotApplicable("DANE is not looked up");

    /**
     * Looks for usable TLSA records.
     *
     * @param domain of the recipient
     * @param mx the answer to the question for the domain's MX; {@link DnsAnswer.Absent} if there are none
     * @param host that is one of them, or the domain itself
     */
    Result look(DnsResolver resolver, String domain, DnsAnswer mx, String host, int port);

    /** What was found. */
    sealed interface Result {}

    /** An answer is insecure, or there is provably no record. */
    record NotApplicable(String why) implements Result {}

    /** There are secure records, none of which can be used. */
    record Unusable(String why) implements Result {}

    /** There are some. The settings verify the certificate by them, and have the base domain as SNI. */
    record Required(Requirement.Dane dane, TlsSettings tls) implements Result {}

    /** A look-up has failed: the host must not be used (RFC 7672 section 2.1.2). */
    record Failed(FailureReason reason, String detail) implements Result {}
}
