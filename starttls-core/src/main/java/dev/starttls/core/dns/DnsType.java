package dev.starttls.core.dns;

/** The types of records that policies ask for. */
public enum DnsType {
    /** An IPv4 address (RFC 1035 section 3.4.1). */
    A(1),
    /** The name that a name is an alias of (RFC 1035 section 3.3.1). */
    CNAME(5),
    /** A host that takes mail for a domain (RFC 1035 section 3.3.9). */
    MX(15),
    /** Text (RFC 1035 section 3.3.14). */
    TXT(16),
    /** An IPv6 address (RFC 3596 section 2.1). */
    AAAA(28),
    /** Where a service is offered (RFC 2782). */
    SRV(33),
    /** What a server's certificate has to be (RFC 6698 section 2). */
    TLSA(52),
    /** Who may issue certificates for a domain (RFC 8659 section 4). */
    CAA(257);

    private final int code;

    DnsType(int code) {
        this.code = code;
    }

    /**
     * The number of the type on the wire.
     *
     * @return 1 to 65535
     */
    public int code() {
        return code;
    }
}
