package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of a host, IPv6 first, as RFC 8305 section 4 would have them.
 *
 * @param addresses at most {@link #MAX}, empty if there are none or the look-ups failed
 * @param detail why there are none
 */
record HostAddresses(List<InetAddress> addresses, String detail) {

    /** More than a host has that wants to be reached; each may cost a connection. */
    static final int MAX = 16;

    static HostAddresses of(DnsResolver resolver, String host) {
        List<InetAddress> addresses = new ArrayList<>();
        StringBuilder detail = new StringBuilder();
        for (DnsType type : List.of(DnsType.AAAA, DnsType.A)) {
            DnsAnswer answer = Contained.ask(resolver, host, type);
            answer.records(DnsRecord.Address.class).stream()
                    .limit(MAX / 2)
                    .forEach(record -> addresses.add(record.address()));
            if (answer instanceof DnsAnswer.Failed failed) {
                detail.append("; ")
                        .append(type)
                        .append(": ")
                        .append(failed.cause())
                        .append(' ')
                        .append(failed.detail());
            }
        }
        return new HostAddresses(List.copyOf(addresses), "Expected an address of " + host + ", got none" + detail);
    }
}
