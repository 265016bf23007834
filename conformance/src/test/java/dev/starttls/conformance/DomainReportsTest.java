package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.domain.DomainExpansion;
import dev.starttls.conformance.domain.DomainJudge;
import dev.starttls.conformance.domain.DomainSettings;
import dev.starttls.conformance.domain.PrivateAddresses;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import dev.starttls.smtp.policy.FetchFailure;
import dev.starttls.smtp.policy.PolicyFetcher;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a domain is judged: with two hosts of mail, which have no reports yet. */
class DomainReportsTest {
    private static final DomainTarget DOMAIN = new DomainTarget(DomainTarget.Servers.MX, "example.org");

    private final DomainReports reports = reports();

    private static DomainReports reports() {
        DomainSettings settings = new DomainSettings(
                DomainReportsTest::ask,
                Optional.empty(),
                domain -> new PolicyFetcher.Failed(FetchFailure.NOT_CONNECTED, "there is none"),
                25,
                PrivateAddresses.ALLOWED,
                Optional.empty(),
                List.of(),
                InstantSource.system());
        return new DomainReports(new DomainExpansion(settings), new DomainJudge(settings, Selection.all()));
    }

    private static DnsAnswer ask(String name, DnsType type) {
        List<DnsRecord> records =
                switch (type + " " + name) {
                    case "MX example.org", "MX example.com" ->
                        List.of(new DnsRecord.Mx(10, "mx1.example.org"), new DnsRecord.Mx(20, "mx2.example.org"));
                    case "A mx1.example.org" -> List.of(new DnsRecord.Address(address("192.0.2.1")));
                    case "A mx2.example.org" -> List.of(new DnsRecord.Address(address("192.0.2.2")));
                    default -> List.of();
                };
        return records.isEmpty()
                ? new DnsAnswer.Absent(name, DnsAnswer.Security.SECURE)
                : new DnsAnswer.Found(records, name, DnsAnswer.Security.SECURE);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_domain_whose_servers_are_all_left_out_is_judged_at_once_and_without_them() {
        List<Target> servers = reports.begin(DOMAIN);
        assertThat(servers).hasSize(2);
        reports.leftOut(servers.get(0));
        assertThat(reports.complete()).isEmpty();
        reports.leftOut(servers.get(1));
        assertThat(servers).noneMatch(reports::awaits);
        List<TargetReport> judged = reports.complete();
        assertThat(judged).hasSize(1);
        assertThat(judged.get(0).results())
                .filteredOn(result -> result.check().id().equals("DNS-S-07"))
                .isNotEmpty()
                .noneMatch(result -> result.verdict().status() == Status.PASS);
        assertThat(reports.remaining()).isEmpty();
    }

    @Test
    void a_server_that_was_left_out_is_not_handed_out_for_another_domain() {
        reports.begin(DOMAIN).forEach(reports::leftOut);
        assertThat(reports.begin(new DomainTarget(DomainTarget.Servers.MX, "example.com")))
                .isEmpty();
        assertThat(reports.complete()).hasSize(2);
    }

    @Test
    void the_others_are_waited_for() {
        List<Target> servers = reports.begin(DOMAIN);
        reports.leftOut(servers.get(0));
        assertThat(reports.awaits(servers.get(1))).isTrue();
        assertThat(reports.remaining()).hasSize(1);
    }
}
