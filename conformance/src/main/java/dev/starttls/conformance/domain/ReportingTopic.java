package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsType;
import dev.starttls.smtp.policy.TlsReportRecord;
import dev.starttls.smtp.policy.TlsReportRecord.Destination;
import java.util.List;
import java.util.stream.Collectors;

/** Where a domain wants its TLS reports (RFC 8460). */
final class ReportingTopic {
    private ReportingTopic() {}

    static List<DomainRule> rules() {
        return List.of(new DomainRule.OfDomain(
                Check.of("DNS-S-14", "the domain has one TLSRPT record, with a place for reports")
                        .clause("RFC 8460 section 3")
                        .level(Level.SHOULD)
                        .why(
                                "Without reports the domain does not learn that senders fail to deliver by its policies, or that"
                                        + " someone interferes.")
                        .fix("Publish one TXT record at _smtp._tls.DOMAIN: `v=TLSRPTv1; rua=mailto:tlsrpt@DOMAIN`.")
                        .onDomains(),
                ReportingTopic::published));
    }

    private static Verdict published(DomainFacts facts) {
        DnsAnswer answer = facts.ask(TlsReportRecord.nameFor(facts.name()), DnsType.TXT);
        if (answer instanceof DnsAnswer.Failed failed) {
            return DomainFacts.failed(failed, "the TLSRPT record");
        }
        TlsReportRecord.Lookup lookup = TlsReportRecord.of(answer);
        if (lookup instanceof TlsReportRecord.Lookup.Published published) {
            return Verdict.pass(published.record().destinations().stream()
                    .map(ReportingTopic::shown)
                    .collect(Collectors.joining(", ")));
        }
        TlsReportRecord.Lookup.NoRecord none = (TlsReportRecord.Lookup.NoRecord) lookup;
        return Verdict.warn(none.reason() == TlsReportRecord.Reason.ABSENT ? "there is none" : none.detail());
    }

    private static String shown(Destination destination) {
        return destination instanceof Destination.Mail mail
                ? "mailto:" + mail.mailbox()
                : ((Destination.Https) destination).uri().toString();
    }
}
