package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Absent;
import dev.starttls.core.dns.DnsAnswer.Failed;
import dev.starttls.core.dns.DnsAnswer.Found;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.smtp.policy.DaneRequirement.Absence;
import dev.starttls.smtp.policy.DaneRequirement.AuthenticationRequired;
import dev.starttls.smtp.policy.DaneRequirement.EncryptionRequired;
import dev.starttls.smtp.policy.DaneRequirement.HostUnusable;
import dev.starttls.smtp.policy.DaneRequirement.NotApplicable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out by the DNS what DANE asks of a mail server (RFC 7672 section 2.2).
 *
 * <pre>{@code
 * DnsAnswer mx = resolver.ask("example.org", DnsType.MX);
 * DaneRequirement requirement = TlsaLookup.with(resolver).forMx("example.org", mx, "mx.example.org", 25);
 * }</pre>
 *
 * <p>It asks for the addresses of the server and for {@code _25._tcp.BASE} TLSA, where the base domain is the name after all
 * aliases if the whole of it is secure, and otherwise, or if that has no records, the server's own; no name in between (RFC 7672
 * section 2.2.3). A look-up that fails makes the server unusable, whichever it is: an attacker may have made it fail. So does what
 * the resolver throws.
 *
 * <p>It waits as long as the resolver does, for at most five answers, and is safe for use by several threads if the resolver is.
 */
public final class TlsaLookup {

    private final DnsResolver resolver;

    private TlsaLookup(DnsResolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Look-ups by a resolver.
     *
     * @param resolver that validates, or whose answers are all insecure: then DANE never applies
     * @return look-ups that remember nothing
     * @throws NullPointerException if it is null
     */
    public static TlsaLookup with(DnsResolver resolver) {
        return new TlsaLookup(Objects.requireNonNull(resolver, "resolver: expected a DnsResolver, got null"));
    }

    /**
     * What is asked of a server that was found by a domain.
     *
     * @param domain of the message's recipient, or a next hop that was configured to be looked up for MX
     * @param mx the answer about its MX records
     * @param host one of those records; the domain itself if it has none
     * @param port 25 mostly; 0 to 65535
     * @return never {@link AuthenticationRequired} if the answer about MX is not secure
     */
    public DaneRequirement forMx(String domain, DnsAnswer mx, String host, int port) {
        String next = DnsRecord.name(domain);
        return decidedByMx(next, mx).orElseGet(() -> forHost(host, port, names(next, mx)));
    }

    /** The same of a server whose addresses have been asked for. */
    DaneRequirement forMx(String domain, DnsAnswer mx, HostAddresses host, int port) {
        String next = DnsRecord.name(domain);
        return decidedByMx(next, mx).orElseGet(() -> forAddresses(host, port, names(next, mx)));
    }

    private static Optional<DaneRequirement> decidedByMx(String next, DnsAnswer mx) {
        if (mx instanceof Failed failed) {
            return Optional.of(failed(failed, next, DnsType.MX));
        }
        return mx.secure()
                ? Optional.empty()
                : Optional.of(new NotApplicable(
                        Absence.INSECURE_MX,
                        "Expected signed MX records of " + next
                                + ", or a signed answer that there are none, got neither"));
    }

    private static List<String> names(String next, DnsAnswer mx) {
        return mx instanceof Found found && !found.records(DnsRecord.Mx.class).isEmpty()
                ? List.of(next, found.canonicalName())
                : List.of();
    }

    /**
     * What is asked of a server that was configured, and not found by an MX record.
     *
     * @param host its name
     * @param port 25 mostly; 0 to 65535
     * @return what is asked
     */
    public DaneRequirement forHost(String host, int port) {
        return forHost(host, port, List.of());
    }

    private DaneRequirement forHost(String host, int port, List<String> names) {
        String original = DnsRecord.name(host);
        if (ServerIdentity.isAddress(original)) {
            return new NotApplicable(Absence.NO_NAME, "Expected the name of a server, got an address: " + original);
        }
        return forAddresses(HostAddresses.of(resolver, original), port, names);
    }

    private DaneRequirement forAddresses(HostAddresses host, int port, List<String> names) {
        String original = host.host();
        if (host.ipv4() instanceof Failed failed) {
            return failed(failed, original, DnsType.A);
        }
        if (host.ipv6() instanceof Failed failed) {
            return failed(failed, original, DnsType.AAAA);
        }
        List<Found> addresses = Stream.of(host.ipv4(), host.ipv6())
                .filter(Found.class::isInstance)
                .map(Found.class::cast)
                .toList();
        if (addresses.isEmpty()) {
            return new HostUnusable(
                    FailureReason.CONNECT_FAILED,
                    "Expected an address of " + original + ", got the answer that there is none");
        }
        boolean secure = addresses.stream().allMatch(DnsAnswer::secure);
        String expanded = addresses.get(0).canonicalName();
        if (secure) {
            return records(List.copyOf(new LinkedHashSet<>(List.of(expanded, original))), port, names);
        }
        // An alias that is signed may have records where what it is an alias of cannot (RFC 7672 section 2.2.2).
        DnsAnswer alias = expanded.equals(original)
                ? new Absent(original, DnsAnswer.Security.INSECURE)
                : Contained.ask(resolver, original, DnsType.CNAME);
        if (alias instanceof Failed failed) {
            return failed(failed, original, DnsType.CNAME);
        }
        return alias instanceof Found && alias.secure()
                ? records(List.of(original), port, names)
                : new NotApplicable(
                        Absence.INSECURE_ADDRESS, "Expected signed addresses of " + original + ", got unsigned ones");
    }

    private DaneRequirement records(List<String> bases, int port, List<String> names) {
        Optional<String> unsigned = Optional.empty();
        for (String base : bases) {
            String name = "_" + port + "._tcp." + base;
            DnsAnswer answer = Contained.ask(resolver, name, DnsType.TLSA);
            if (answer instanceof Failed failed) {
                return failed(failed, name, DnsType.TLSA);
            }
            List<Tlsa> found = answer.records(Tlsa.class);
            if (!found.isEmpty() && answer.secure()) {
                return required(base, names, TlsaRecords.of(found));
            }
            if (!found.isEmpty()) {
                unsigned = Optional.of(name);
            }
        }
        return unsigned.isPresent()
                ? new NotApplicable(
                        Absence.INSECURE_RECORDS,
                        "Expected signed TLSA records of " + unsigned.get() + ", got unsigned ones")
                : new NotApplicable(
                        Absence.NO_RECORDS,
                        bases.stream()
                                .map(base -> "_" + port + "._tcp." + base)
                                .collect(Collectors.joining(" or ", "Expected TLSA records of ", ", got none")));
    }

    private static DaneRequirement required(String base, List<String> names, TlsaRecords records) {
        if (records.usable().isEmpty()) {
            return new EncryptionRequired(base, records);
        }
        Set<String> all = new LinkedHashSet<>();
        all.add(base);
        all.addAll(names);
        return new AuthenticationRequired(base, List.copyOf(all), records);
    }

    private static DaneRequirement failed(Failed failed, String name, DnsType type) {
        return new HostUnusable(
                FailureReason.DNSSEC_INVALID,
                "Expected an answer of the DNS about " + name + " " + type + ", got " + failed.cause()
                        + (failed.detail().isEmpty() ? "" : ": " + failed.detail()));
    }
}
