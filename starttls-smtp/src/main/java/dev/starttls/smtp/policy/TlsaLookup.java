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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

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
        if (mx instanceof Failed failed) {
            return failed(failed, next, DnsType.MX);
        }
        if (!mx.secure()) {
            return new NotApplicable(
                    Absence.INSECURE_MX,
                    "Expected signed MX records of " + next + ", or a signed answer that there are none, got neither");
        }
        return mx instanceof Found found && !found.records(DnsRecord.Mx.class).isEmpty()
                ? forHost(host, port, List.of(next, found.canonicalName()))
                : forHost(host, port, List.of());
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
        List<Found> addresses = new ArrayList<>();
        for (DnsType type : List.of(DnsType.A, DnsType.AAAA)) {
            DnsAnswer answer = ask(original, type);
            if (answer instanceof Failed failed) {
                return failed(failed, original, type);
            }
            if (answer instanceof Found found) {
                addresses.add(found);
            }
        }
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
                : ask(original, DnsType.CNAME);
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
            DnsAnswer answer = ask(name, DnsType.TLSA);
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
                        "Expected TLSA records of _" + port + "._tcp. and " + String.join(" or ", bases)
                                + ", got none");
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

    private DnsAnswer ask(String name, DnsType type) {
        try {
            return Objects.requireNonNull(resolver.ask(name, type), "Expected an answer of the DnsResolver, got null");
        } catch (RuntimeException e) {
            return new Failed(DnsAnswer.Failure.SERVER_FAILURE, "the resolver threw " + e);
        }
    }

    private static DaneRequirement failed(Failed failed, String name, DnsType type) {
        return new HostUnusable(
                FailureReason.DNSSEC_INVALID,
                "Expected an answer of the DNS about " + name + " " + type + ", got " + failed.cause()
                        + (failed.detail().isEmpty() ? "" : ": " + failed.detail()));
    }
}
