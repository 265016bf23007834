package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The hosts of MX records in the order in which they are tried (RFC 5321 section 5.1). */
final class MxHosts {

    /** More than any domain needs; each that is tried costs look-ups and a connection. */
    static final int MAX = 50;

    private static final String NO_MAIL = ".";

    private MxHosts() {}

    /** Whether the one record says that the domain takes no mail (RFC 7505 section 3). */
    static boolean refuseMail(DnsAnswer answer) {
        List<DnsRecord.Mx> records = answer.records(DnsRecord.Mx.class);
        return !records.isEmpty()
                && records.stream().allMatch(record -> record.exchange().equals(NO_MAIL));
    }

    /** By preference, at random among equals; the domain itself where there is no record. A host comes once. */
    static List<DnsRecord.Mx> of(String domain, DnsAnswer answer, Random random) {
        List<DnsRecord.Mx> records = new ArrayList<>(answer.records(DnsRecord.Mx.class));
        if (records.isEmpty()) {
            return List.of(new DnsRecord.Mx(0, domain));
        }
        Collections.shuffle(records, random);
        records.sort(Comparator.comparingInt(DnsRecord.Mx::preference));
        Set<String> seen = new HashSet<>();
        return records.stream()
                .filter(record -> !record.exchange().equals(NO_MAIL) && seen.add(record.exchange()))
                .limit(MAX)
                .toList();
    }
}
