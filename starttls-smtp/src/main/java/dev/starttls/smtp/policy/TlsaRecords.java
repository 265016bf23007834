package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The TLSA records of a mail server, those that count and those that do not.
 *
 * <pre>{@code
 * TlsaRecords records = TlsaRecords.of(answer.records(DnsRecord.Tlsa.class));
 * records.usable();
 * records.ignored().forEach(one -> log(one.record() + ": " + one.why()));
 * }</pre>
 *
 * <p>Usable are those of usage 2 (DANE-TA) and 3 (DANE-EE); 0 and 1 are not, since mail servers have no authorities in common
 * (RFC 7672 section 3.1.3). Selector and matching type must be known, and the data must be of the hash's length, or a certificate
 * or key that can be read; what is not does not count (RFC 7671 section 10.1.2). Of those that are left, and have one usage
 * and one selector, hashes count only by the strongest of the algorithms that are published, SHA-512 before SHA-256; a whole
 * certificate or key counts in any case (RFC 7671 section 9).
 *
 * @param usable in their order
 * @param ignored in their order
 */
public record TlsaRecords(List<Tlsa> usable, List<Ignored> ignored) {

    /**
     * A record that does not count.
     *
     * @param record as it was published
     * @param why for people
     */
    public record Ignored(Tlsa record, String why) {}

    /** Keeps its own copies. */
    public TlsaRecords {
        usable = List.copyOf(usable);
        ignored = List.copyOf(ignored);
    }

    /**
     * Sorts records.
     *
     * @param published all of a name, in any order
     * @return the same, each in one of the two lists
     */
    public static TlsaRecords of(List<Tlsa> published) {
        List<Tlsa> known = new ArrayList<>();
        List<Ignored> ignored = new ArrayList<>();
        for (Tlsa record : published) {
            Optional<String> flaw = flaw(record);
            if (flaw.isPresent()) {
                ignored.add(new Ignored(record, flaw.get()));
            } else {
                known.add(record);
            }
        }
        List<Tlsa> usable = new ArrayList<>();
        for (Tlsa record : known) {
            if (record.matchingType() == TlsaAssociation.SHA_256
                    && known.stream().anyMatch(other -> outranks(other, record))) {
                ignored.add(new Ignored(record, "SHA-512 is published too, for the same usage and selector"));
            } else {
                usable.add(record);
            }
        }
        return new TlsaRecords(usable, ignored);
    }

    private static boolean outranks(Tlsa other, Tlsa record) {
        return other.usage() == record.usage()
                && other.selector() == record.selector()
                && other.matchingType() == TlsaAssociation.SHA_512;
    }

    private static Optional<String> flaw(Tlsa record) {
        if (record.usage() == 0 || record.usage() == 1) {
            return Optional.of("usage " + record.usage() + " is not for mail servers, 2 and 3 are");
        }
        if (record.usage() > TlsaAssociation.DANE_EE) {
            return Optional.of("usage " + record.usage() + " is not known");
        }
        return TlsaAssociation.flaw(record);
    }
}
