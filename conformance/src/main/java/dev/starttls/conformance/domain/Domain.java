package dev.starttls.conformance.domain;

import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A domain and the servers that the DNS names for it.
 *
 * @param target the domain
 * @param started when it was asked for
 * @param lookups what the DNS has said
 * @param mx the answer about its MX records
 * @param services what is to be said of its SRV records; empty if they were not asked for
 * @param hosts each server at each of its addresses
 * @param notes what was left out
 */
public record Domain(
        DomainTarget target,
        Instant started,
        Lookups lookups,
        DnsAnswer mx,
        Optional<Services> services,
        List<DomainHost> hosts,
        List<String> notes) {
    /** Keeps its own copies. */
    public Domain {
        hosts = List.copyOf(hosts);
        notes = List.copyOf(notes);
    }

    /** The servers to connect to. */
    public List<Target> targets() {
        return hosts.stream()
                .filter(host -> host.unchecked().isEmpty())
                .map(DomainHost::target)
                .toList();
    }

    /** What a server at one address is known by. */
    public static String key(Target target) {
        return target.url().toLowerCase(Locale.ROOT)
                + target.address()
                        .map(address -> " " + address.getHostAddress())
                        .orElse("");
    }

    /** The same with other servers. */
    Domain with(List<DomainHost> others) {
        return new Domain(target, started, lookups, mx, services, others, notes);
    }

    /** Whether it says that it takes no mail (RFC 7505). */
    boolean refusesMail() {
        List<DnsRecord.Mx> records = mx.records(DnsRecord.Mx.class);
        return !records.isEmpty()
                && records.stream().allMatch(record -> record.exchange().equals("."));
    }

    /** The servers that take mail. */
    List<DomainHost> mxHosts() {
        return hosts.stream().filter(host -> host.use() == DomainHost.Use.MX).toList();
    }
}
