package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A DNS that says what the test has it say, that remembers what it was asked, and that has nothing else. */
final class FakeDns implements DnsResolver {

    private final Map<String, DnsAnswer> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private Security security = Security.INSECURE;

    @Override
    public DnsAnswer ask(String name, DnsType type) {
        asked.add(type + " " + name);
        return answers.getOrDefault(type + " " + name, new DnsAnswer.Absent(name, security));
    }

    /** Has the domain publish this as its MTA-STS records; none for a domain without. */
    FakeDns sts(String domain, String... texts) {
        String name = StsRecord.nameFor(domain);
        return answer(
                name,
                DnsType.TXT,
                Arrays.stream(texts)
                        .map(text -> new DnsRecord.Txt(List.of(text)))
                        .toArray(DnsRecord[]::new));
    }

    FakeDns mx(String domain, int preference, String... hosts) {
        List<DnsRecord> all = new ArrayList<>(ask(domain, DnsType.MX).records(DnsRecord.class));
        for (String host : hosts) {
            all.add(new DnsRecord.Mx(preference, host));
        }
        return answer(domain, DnsType.MX, all.toArray(DnsRecord[]::new));
    }

    /** Has names be those of this machine. */
    FakeDns here(String... hosts) {
        for (String host : hosts) {
            answer(host, DnsType.A, new DnsRecord.Address(InetAddress.getLoopbackAddress()));
        }
        return this;
    }

    /** Has all that is published from here on, and all that is denied, be signed. */
    FakeDns signed() {
        security = Security.SECURE;
        return this;
    }

    FakeDns tlsa(String host, DnsRecord.Tlsa... records) {
        return tlsa(25, host, records);
    }

    FakeDns tlsa(int port, String host, DnsRecord.Tlsa... records) {
        return answer("_" + port + "._tcp." + host, DnsType.TLSA, records);
    }

    FakeDns fails(String name, DnsType type) {
        answers.put(
                type + " " + name, new DnsAnswer.Failed(DnsAnswer.Failure.SERVER_FAILURE, "the servers of it fail"));
        return this;
    }

    /** What it was asked since the last call. */
    List<String> asked() {
        List<String> all = List.copyOf(asked);
        asked.clear();
        return all;
    }

    private FakeDns answer(String name, DnsType type, DnsRecord... records) {
        answers.put(
                type + " " + name,
                records.length == 0
                        ? new DnsAnswer.Absent(name, security)
                        : new DnsAnswer.Found(List.of(records), name, security));
        return this;
    }
}
