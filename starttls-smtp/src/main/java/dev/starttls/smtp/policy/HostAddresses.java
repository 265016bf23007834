package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the DNS says of the addresses of a host: asked once, for connecting and for DANE.
 *
 * @param host the name
 * @param ipv6 the answer for AAAA
 * @param ipv4 the answer for A
 */
record HostAddresses(String host, DnsAnswer ipv6, DnsAnswer ipv4) {

    /** More than a host has that wants to be reached; each may cost a connection. */
    static final int MAX = 16;

    static HostAddresses of(DnsResolver resolver, String host) {
        return new HostAddresses(
                host, Contained.ask(resolver, host, DnsType.AAAA), Contained.ask(resolver, host, DnsType.A));
    }

    /** At most {@link #MAX}, IPv6 first, as RFC 8305 section 4 would have them; empty if there are none or the look-ups failed. */
    List<InetAddress> addresses() {
        return Stream.of(ipv6, ipv4)
                .flatMap(answer ->
                        answer.records(DnsRecord.Address.class).stream().limit(MAX / 2))
                .map(DnsRecord.Address::address)
                .toList();
    }

    /** Why there are none. */
    String detail() {
        StringBuilder detail = new StringBuilder("Expected an address of " + host + ", got none");
        failed(detail, DnsType.AAAA, ipv6);
        failed(detail, DnsType.A, ipv4);
        return detail.toString();
    }

    private static void failed(StringBuilder detail, DnsType type, DnsAnswer answer) {
        if (answer instanceof DnsAnswer.Failed failed) {
            detail.append("; ")
                    .append(type)
                    .append(": ")
                    .append(failed.detail())
                    .append(" (")
                    .append(failed.cause())
                    .append(')');
        }
    }
}
