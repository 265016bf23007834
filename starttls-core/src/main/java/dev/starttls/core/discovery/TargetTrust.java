package dev.starttls.core.discovery;

/** Why it is believed that the domain has named a host, and not someone who has changed the answer of the DNS (RFC 6186 section 6). */
public enum TargetTrust {
    /** The answer was validated (DNSSEC). */
    SIGNED,
    /** The host is in the domain: whoever gets a certificate for it acts for the domain. */
    SAME_DOMAIN,
    /** The user has said so: {@link ServiceEndpoint#confirmed}. */
    CONFIRMED,
    /** It is not: the host is in another domain, and the answer is not signed. To be shown to the user, and not to be connected to. */
    UNCONFIRMED
}
