package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether the records that name a domain's servers make sense. */
final class MxTopic {
    private MxTopic() {}

    static List<DomainRule> rules() {
        return List.of(
                new DomainRule.OfDomain(
                        Check.of("DNS-S-01", "the domain has MX records, or says that it takes no mail")
                                .clause("RFC 5321 section 5.1, RFC 7505 section 3")
                                .level(Level.MUST)
                                .why(
                                        "Mail goes where the MX records say. Without one it goes to the domain's own address, which"
                                                + " mostly is a web server; a null MX beside others is a contradiction that each sender"
                                                + " resolves in its own way.")
                                .fix(
                                        "Publish an MX record for each host that takes mail, or `MX 0 .` alone if none does.")
                                .onDomains(),
                        MxTopic::exists),
                new DomainRule.OfHost(
                        Check.of("DNS-S-02", "each host is named by its own name, not by an alias or an address")
                                .clause("RFC 5321 section 5.1, RFC 2181 section 10.3, RFC 2782")
                                .level(Level.MUST)
                                .why(
                                        "The target of an MX or SRV record must be a name with address records. Senders do not agree"
                                                + " on what to do with an alias, and an address in place of a name is looked up as a name"
                                                + " and does not exist.")
                                .fix("Let the record name the host itself, with an A or AAAA record.")
                                .onDomains(),
                        MxTopic::named),
                new DomainRule.OfHost(
                        Check.of("DNS-S-03", "each host has addresses that the Internet reaches")
                                .clause("RFC 5321 section 5.1, RFC 6890 section 2.2")
                                .level(Level.MUST)
                                .why(
                                        "Mail for a host without an address waits in the senders' queues. A private or loopback address"
                                                + " sends it to a machine of the sender's own network.")
                                .fix(
                                        "Publish public addresses for each host, and remove records of hosts that are gone.")
                                .onDomains(),
                        MxTopic::addressed),
                new DomainRule.OfMx(
                        Check.of("DNS-S-16", "each MX is reached by IPv6")
                                .clause("RFC 6540 section 2")
                                .level(Level.SHOULD)
                                .why("Senders that have IPv6 alone reach no host that has IPv4 alone.")
                                .fix(
                                        "Give the host an AAAA record, and let the server listen there with the same certificate.")
                                .onDomains(),
                        MxTopic::ipv6));
    }

    private static Verdict exists(DomainFacts facts) {
        DnsAnswer answer = facts.domain().mx();
        if (answer instanceof DnsAnswer.Failed failed) {
            return DomainFacts.failed(failed, "the MX records of " + facts.name());
        }
        List<DnsRecord.Mx> records = answer.records(DnsRecord.Mx.class);
        if (records.isEmpty()) {
            boolean addressed = facts.domain().mxHosts().stream()
                    .anyMatch(host -> host.target().address().isPresent());
            return addressed
                    ? Verdict.warn("there is no MX record; mail goes to the domain's own address")
                    : Verdict.fail("there is no MX record, and the domain has no address: no mail reaches it");
        }
        long refusing =
                records.stream().filter(record -> record.exchange().equals(".")).count();
        if (refusing == records.size()) {
            return Verdict.pass("a null MX: the domain takes no mail");
        }
        return refusing > 0
                ? Verdict.fail("a null MX stands beside " + (records.size() - refusing) + " other records")
                : Verdict.pass(records.stream()
                        .map(record -> record.preference() + " " + record.exchange())
                        .collect(Collectors.joining(", ")));
    }

    private static Verdict named(DomainFacts facts, DomainHost host) {
        if (!DomainExpansion.isHostName(host.name())) {
            return Verdict.fail("the record has '" + host.name() + "', which is not the name of a host");
        }
        DnsAnswer alias = facts.ask(host.name(), DnsType.CNAME);
        if (alias instanceof DnsAnswer.Failed failed) {
            return DomainFacts.failed(failed, "an alias of " + host.name());
        }
        return alias.records(DnsRecord.Cname.class).stream()
                .findFirst()
                .map(cname -> Verdict.fail("it is an alias of " + cname.target()))
                .orElseGet(() -> Verdict.pass("it is no alias"));
    }

    private static Verdict addressed(DomainFacts facts, DomainHost host) {
        if (!DomainExpansion.isHostName(host.name())) {
            return Verdict.skip("it has no name (DNS-S-02)");
        }
        Optional<InetAddress> address = host.target().address();
        if (address.isEmpty()) {
            Optional<DnsAnswer.Failed> failed = Stream.of(DnsType.A, DnsType.AAAA)
                    .map(type -> facts.ask(host.name(), type))
                    .filter(DnsAnswer.Failed.class::isInstance)
                    .map(DnsAnswer.Failed.class::cast)
                    .findFirst();
            return failed.map(one -> DomainFacts.failed(one, "the addresses of " + host.name()))
                    .orElseGet(() -> Verdict.fail("it has no address"));
        }
        String shown = address.get().getHostAddress();
        if (!AddressBlock.isPrivate(address.get())) {
            return Verdict.pass(shown);
        }
        return facts.settings().addresses() == PrivateAddresses.ALLOWED
                ? Verdict.pass(shown + ", which is private, as --private-addresses allows")
                : Verdict.fail(shown + " is private: the Internet does not reach it");
    }

    private static Verdict ipv6(DomainFacts facts, DomainHost host) {
        DnsAnswer answer = facts.ask(host.name(), DnsType.AAAA);
        if (answer instanceof DnsAnswer.Failed failed) {
            return DomainFacts.failed(failed, "the AAAA records of " + host.name());
        }
        if (answer.records(DnsRecord.Address.class).isEmpty()) {
            return Verdict.warn("there is no AAAA record");
        }
        if (!(host.target().address().orElse(null) instanceof Inet6Address)) {
            return Verdict.skip("its IPv6 addresses are judged beside this one");
        }
        return host.report().isEmpty()
                ? Verdict.inconclusive(host.problem().orElseThrow())
                : host.problem()
                        .map(problem -> Verdict.fail("it was not reached: " + problem))
                        .orElseGet(() -> Verdict.pass("it answers at "
                                + host.target().address().orElseThrow().getHostAddress()));
    }
}
