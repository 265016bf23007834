package dev.starttls.conformance.domain;

import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.discovery.DiscoveryException;
import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceDiscovery;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the servers of a domain, each at all of its addresses. */
public final class DomainExpansion {
    /** More than any domain needs. */
    private static final int MAX_HOSTS = 50;

    private static final String HOST = "([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?";

    private final DomainSettings settings;

    /** Finds servers by these settings. */
    public DomainExpansion(DomainSettings settings) {
        this.settings = settings;
    }

    /** Asks for the records of a domain, and for the addresses of the hosts that they name. */
    public Domain expand(DomainTarget target) {
        Instant started = settings.clock().instant();
        Lookups lookups = new Lookups(settings.resolver());
        DnsAnswer mx = lookups.ask(target.domain(), DnsType.MX);
        List<String> notes = new ArrayList<>();
        List<DomainHost> hosts = new ArrayList<>();
        mailHosts(target.domain(), mx, notes)
                .forEach((name, preference) -> hosts.addAll(each(
                        lookups,
                        preference.isPresent() ? "MX " + preference.get() : "no MX, the domain itself",
                        DomainHost.Use.MX,
                        new Target(Scheme.SMTP, name, settings.port()))));
        Optional<Services> services = Optional.empty();
        if (target.servers() == DomainTarget.Servers.DOMAIN) {
            Services found = services(target.domain(), lookups);
            services = Optional.of(found);
            found.found().ifPresent(all -> all.endpoints().stream()
                    .limit(MAX_HOSTS)
                    .forEach(endpoint -> hosts.addAll(each(
                            lookups,
                            endpoint.service().name().toLowerCase(Locale.ROOT),
                            DomainHost.Use.SERVICE,
                            target(endpoint)))));
        }
        return new Domain(target, started, lookups, mx, services, hosts, notes);
    }

    /** The hosts with their preferences, the lowest first; the domain itself, without one, if it has no MX record. */
    private static Map<String, Optional<Integer>> mailHosts(String domain, DnsAnswer mx, List<String> notes) {
        Map<String, Optional<Integer>> hosts = new LinkedHashMap<>();
        if (mx instanceof DnsAnswer.Absent) {
            hosts.put(domain, Optional.empty());
        }
        mx.records(DnsRecord.Mx.class).stream()
                .sorted(Comparator.comparingInt(DnsRecord.Mx::preference).thenComparing(DnsRecord.Mx::exchange))
                .filter(record -> !record.exchange().equals("."))
                .forEach(record -> hosts.putIfAbsent(record.exchange(), Optional.of(record.preference())));
        if (hosts.size() > MAX_HOSTS) {
            notes.add("of the " + hosts.size() + " hosts of the MX records, the first " + MAX_HOSTS + " are checked");
            hosts.keySet().retainAll(hosts.keySet().stream().limit(MAX_HOSTS).toList());
        }
        return hosts;
    }

    private static Services services(String domain, Lookups lookups) {
        try {
            return new Services(
                    Optional.of(ServiceDiscovery.ofDomain(domain).find(List.of(MailService.values()), lookups)),
                    Optional.empty(),
                    "");
        } catch (DiscoveryException e) {
            return new Services(Optional.empty(), Optional.of(e.failure()), String.valueOf(e.getMessage()));
        }
    }

    private static Target target(ServiceEndpoint endpoint) {
        Scheme scheme =
                switch (endpoint.service()) {
                    case SUBMISSIONS -> Scheme.SMTPS;
                    case SUBMISSION -> Scheme.SUBMISSION;
                    case IMAPS -> Scheme.IMAPS;
                    case IMAP -> Scheme.IMAP;
                    case POP3S -> Scheme.POP3S;
                    case POP3 -> Scheme.POP3;
                };
        return new Target(scheme, endpoint.host(), endpoint.port());
    }

    private List<DomainHost> each(Lookups lookups, String role, DomainHost.Use use, Target target) {
        if (!isHostName(target.host())) {
            return List.of(unreachable(role, use, target, "'" + target.host() + "' is not the name of a host"));
        }
        List<DomainHost> hosts = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (DnsType type : List.of(DnsType.A, DnsType.AAAA)) {
            DnsAnswer answer = lookups.ask(target.host(), type);
            answer.records(DnsRecord.Address.class).stream()
                    .map(DnsRecord.Address::address)
                    .distinct()
                    .limit(Target.MAX_ADDRESSES)
                    .forEach(address -> hosts.add(
                            new DomainHost(role, use, target.at(address), refusal(address), Optional.empty())));
            if (answer instanceof DnsAnswer.Failed failed) {
                failures.add("its " + type + " records are not known: " + failed.cause() + ", " + failed.detail());
            }
        }
        return hosts.isEmpty()
                ? List.of(unreachable(
                        role, use, target, failures.isEmpty() ? "it has no address" : String.join("; ", failures)))
                : hosts;
    }

    private static DomainHost unreachable(String role, DomainHost.Use use, Target target, String why) {
        return new DomainHost(role, use, target, Optional.of(why), Optional.empty());
    }

    private Optional<String> refusal(InetAddress address) {
        if (settings.addresses().refuse(address)) {
            return Optional.of("its address is private; no connection is made to it without --private-addresses");
        }
        return address instanceof Inet6Address && !address.isLoopbackAddress() ? settings.ipv6() : Optional.empty();
    }

    /** Whether it could be the name of a host; an address is none. */
    public static boolean isHostName(String name) {
        return name.matches(HOST) && name.length() <= 253 && !ServerIdentity.isAddress(name);
    }
}
