package dev.starttls.core.discovery;

import dev.starttls.core.upgrade.TlsPolicy;

/** The services that a domain can publish for its users' mail programs. */
public enum MailService {
    /** Submission, in TLS from the first octet (RFC 8314 section 5.1). */
    SUBMISSIONS("smtp", "_submissions._tcp", TlsPolicy.IMPLICIT),
    /** Submission with STARTTLS (RFC 6186 section 3.1). */
    SUBMISSION("smtp", "_submission._tcp", TlsPolicy.REQUIRED),
    /** IMAP, in TLS from the first octet (RFC 6186 section 3.2). */
    IMAPS("imap", "_imaps._tcp", TlsPolicy.IMPLICIT),
    /** IMAP with STARTTLS (RFC 6186 section 3.2). */
    IMAP("imap", "_imap._tcp", TlsPolicy.REQUIRED),
    /** POP3, in TLS from the first octet (RFC 6186 section 3.3). */
    POP3S("pop3", "_pop3s._tcp", TlsPolicy.IMPLICIT),
    /** POP3 with STLS (RFC 6186 section 3.3). */
    POP3("pop3", "_pop3._tcp", TlsPolicy.REQUIRED);

    private final String protocol;
    private final String labels;
    private final TlsPolicy policy;

    MailService(String protocol, String labels, TlsPolicy policy) {
        this.protocol = protocol;
        this.labels = labels;
        this.policy = policy;
    }

    /**
     * The name of the protocol, as {@link dev.starttls.core.upgrade.StartTlsProtocol#name} has it.
     *
     * @return "smtp", "imap" or "pop3"
     */
    public String protocol() {
        return protocol;
    }

    /**
     * What stands before the domain in the name of the SRV records.
     *
     * @return for instance {@code _imaps._tcp}
     */
    public String labels() {
        return labels;
    }

    /**
     * How a client of it speaks TLS. A password is never sent without.
     *
     * @return {@link TlsPolicy#IMPLICIT} or {@link TlsPolicy#REQUIRED}
     */
    public TlsPolicy policy() {
        return policy;
    }
}
