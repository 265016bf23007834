package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsRecord;
import java.util.List;

/** What a host has to prove before it gets mail. */
public sealed interface Requirement {

    /** TLS if it is offered, and no proof: nothing better is known of the host (RFC 7435). */
    record Nothing() implements Requirement {}

    /**
     * TLS, and no proof: the host has TLSA records, and none that can be used (RFC 7672 section 2.2).
     *
     * @param why the records cannot be used
     */
    record Encryption(String why) implements Requirement {}

    /**
     * TLS, and a certificate that a trusted root vouches for, in time, with the host's name as a DNS-ID (RFC 8461 section 4.2).
     *
     * @param name of the host
     */
    record TrustedCertificate(String name) implements Requirement {}

    /**
     * TLS, and a certificate that a TLSA record of the host matches (RFC 7672 section 2.2).
     *
     * @param baseDomain that has the records; it is sent by SNI (RFC 7672 section 8.1)
     * @param records that can be used; at least one
     * @param names of which the certificate must have one, where a record of usage 2 matches
     */
    record Dane(String baseDomain, List<DnsRecord.Tlsa> records, List<String> names) implements Requirement {

        /** Keeps its own copies. */
        public Dane {
            records = List.copyOf(records);
            names = List.copyOf(names);
        }
    }
}
