package dev.starttls.conformance.domain;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A DNS in which all is signed, and which has what a test says. */
final class FakeDns implements DnsResolver {
    private final Map<String, DnsAnswer> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    @Override
    public DnsAnswer ask(String name, DnsType type) {
        asked.add(type + " " + name);
        return answers.getOrDefault(type + " " + name, new DnsAnswer.Absent(name, Security.SECURE));
    }

    FakeDns has(String name, DnsType type, DnsRecord... records) {
        return answers(name, type, new DnsAnswer.Found(List.of(records), name, Security.SECURE));
    }

    FakeDns answers(String name, DnsType type, DnsAnswer answer) {
        answers.put(type + " " + name, answer);
        return this;
    }

    FakeDns fails(String name, DnsType type, Failure cause) {
        return answers(name, type, new DnsAnswer.Failed(cause, "as the test says"));
    }

    FakeDns mx(String domain, String... hosts) {
        return has(
                domain,
                DnsType.MX,
                Arrays.stream(hosts).map(host -> new DnsRecord.Mx(10, host)).toArray(DnsRecord[]::new));
    }

    FakeDns address(String host, String address) {
        try {
            InetAddress parsed = InetAddress.getByName(address);
            return has(host, address.contains(":") ? DnsType.AAAA : DnsType.A, new DnsRecord.Address(parsed));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    FakeDns txt(String name, String... texts) {
        return has(
                name,
                DnsType.TXT,
                Arrays.stream(texts)
                        .map(text -> new DnsRecord.Txt(List.of(text)))
                        .toArray(DnsRecord[]::new));
    }

    /** How often a question was asked. */
    long asked(String question) {
        return asked.stream().filter(question::equals).count();
    }
}
