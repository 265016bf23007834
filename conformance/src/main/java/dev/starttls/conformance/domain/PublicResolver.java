package dev.starttls.conformance.domain;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.util.List;

/** Leaves out the addresses to which no connection is made. */
record PublicResolver(DnsResolver resolver, PrivateAddresses addresses) implements DnsResolver {
    @Override
    public DnsAnswer ask(String name, DnsType type) {
        DnsAnswer answer = resolver.ask(name, type);
        if (!(answer instanceof DnsAnswer.Found found) || (type != DnsType.A && type != DnsType.AAAA)) {
            return answer;
        }
        List<DnsRecord> left = found.records().stream()
                .filter(record -> !(record instanceof DnsRecord.Address one) || !addresses.refuse(one.address()))
                .toList();
        return left.isEmpty()
                ? new DnsAnswer.Failed(
                        DnsAnswer.Failure.SERVER_FAILURE,
                        "private addresses alone, to which no connection is made without --private-addresses")
                : new DnsAnswer.Found(left, found.canonicalName(), found.security());
    }
}
