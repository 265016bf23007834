package dev.starttls.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.smtp.policy.FetchFailure;
import dev.starttls.smtp.policy.PolicyFetcher;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row about a domain, with a DNS, a policy's server and mail hosts that are what the test says. */
class DomainJudgeTest {
    private static final String DOMAIN = "example.org";
    private static final String MX = "mx.example.org";
    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Issued IDENTITY = CERTIFICATES.named(MX);
    private static final String ENFORCE = "version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 1209600\n";

    private final FakeDns dns = new FakeDns().mx(DOMAIN, MX).address(MX, "192.0.2.1");
    private PolicyFetcher.Result policy = new PolicyFetcher.Fetched(ENFORCE, Optional.of("text/plain"));
    private Optional<String> unvalidated = Optional.empty();
    private PrivateAddresses addresses = PrivateAddresses.REFUSED;
    private Optional<HandshakeResult.Done> tls =
            Optional.of(new HandshakeResult.Done("TLSv1.3", "TLS_AES_128_GCM_SHA256", IDENTITY.chain()));
    private Optional<String> problem = Optional.empty();

    private TargetReport judge() {
        return judge(DomainTarget.Servers.MX);
    }

    private DomainSettings settings() {
        return new DomainSettings(
                dns,
                unvalidated,
                domain -> policy,
                25,
                addresses,
                Optional.of("this machine has no IPv6"),
                List.of(CERTIFICATES.root()),
                InstantSource.system());
    }

    private Domain expanded(DomainTarget.Servers servers) {
        return new DomainExpansion(settings()).expand(new DomainTarget(servers, DOMAIN));
    }

    private TargetReport judge(DomainTarget.Servers servers) {
        DomainSettings settings = settings();
        Domain domain = expanded(servers);
        Map<String, TargetReport> reports = new HashMap<>();
        for (Target target : domain.targets()) {
            reports.put(
                    Domain.key(target),
                    new TargetReport(
                            target,
                            Instant.now(),
                            Duration.ZERO,
                            new Survey(List.of(), tls, problem),
                            List.of(),
                            List.of(),
                            Optional.empty()));
        }
        return new DomainJudge(settings, Selection.all()).judge(domain, reports);
    }

    private Verdict verdict(String id) {
        return verdict(id, judge());
    }

    private static Verdict verdict(String id, TargetReport report) {
        return report.results().stream()
                .filter(result -> result.check().id().equals(id))
                .map(CheckResult::verdict)
                .findFirst()
                .orElseThrow();
    }

    private static String key(Verdict verdict) {
        return verdict.status().key();
    }

    private void tlsa(int usage, int selector, int type, String... hashes) {
        List<DnsRecord> records = new ArrayList<>();
        for (String hash : hashes) {
            records.add(new DnsRecord.Tlsa(usage, selector, type, hash));
        }
        dns.has("_25._tcp." + MX, DnsType.TLSA, records.toArray(DnsRecord[]::new));
    }

    private static String key() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(IDENTITY.leaf().getPublicKey().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String other(int n) {
        return "%02x".formatted(n).repeat(32);
    }

    @Test
    void each_question_is_asked_once_for_all_rows() {
        judge();
        assertThat(dns.asked("MX " + DOMAIN)).isEqualTo(1);
        assertThat(dns.asked("A " + MX)).isEqualTo(1);
        assertThat(dns.asked("TLSA _25._tcp." + MX)).isEqualTo(1);
    }

    @Test
    void a_domain_that_takes_no_mail_has_nothing_else_to_judge() {
        dns.mx(DOMAIN, ".");
        TargetReport report = judge();
        assertThat(verdict("DNS-S-01", report).detail()).contains("takes no mail");
        assertThat(report.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(report.matrix().orElseThrow().hosts()).isEmpty();
        assertThat(key(verdict("DNS-S-07", report))).isEqualTo("skip");
        assertThat(key(verdict("DNS-S-09", report))).isEqualTo("skip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "127.0.0.1"})
    void a_domain_of_which_nothing_was_asked_does_not_pass(String address) {
        dns.address(MX, address);
        assertThat(unasked(DomainTarget.Servers.MX).outcome()).isEqualTo(Outcome.UNREACHABLE);
        dns.fails(DOMAIN, DnsType.MX, Failure.TIMEOUT);
        assertThat(unasked(DomainTarget.Servers.MX).outcome()).isEqualTo(Outcome.UNREACHABLE);
        dns.mx(DOMAIN, ".");
        assertThat(unasked(DomainTarget.Servers.MX).outcome()).isEqualTo(Outcome.PASSED);
        assertThat(unasked(DomainTarget.Servers.DOMAIN).outcome()).isEqualTo(Outcome.PASSED);
        dns.fails("_imaps._tcp." + DOMAIN, DnsType.SRV, Failure.TIMEOUT);
        assertThat(unasked(DomainTarget.Servers.DOMAIN).outcome()).isEqualTo(Outcome.UNREACHABLE);
        imaps(Security.SECURE);
        assertThat(unasked(DomainTarget.Servers.DOMAIN).outcome()).isEqualTo(Outcome.UNREACHABLE);
    }

    /** With checks of servers alone, of which none has a report. */
    private TargetReport unasked(DomainTarget.Servers servers) {
        return new DomainJudge(settings(), Selection.of(List.of("UP-S-10"), List.of(), EnumSet.allOf(Level.class)))
                .judge(expanded(servers), Map.of());
    }

    @Test
    void a_null_mx_beside_others_is_a_contradiction() {
        dns.mx(DOMAIN, ".", MX);
        assertThat(key(verdict("DNS-S-01"))).isEqualTo("fail");
    }

    @Test
    void without_mx_records_the_domain_itself_takes_the_mail_if_it_has_an_address() {
        dns.answers(DOMAIN, DnsType.MX, new DnsAnswer.Absent(DOMAIN, Security.SECURE));
        assertThat(key(verdict("DNS-S-01"))).isEqualTo("fail");
        dns.address(DOMAIN, "192.0.2.7");
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-01", report))).isEqualTo("warn");
        assertThat(report.matrix().orElseThrow().hosts().get(0).target().host()).isEqualTo(DOMAIN);
    }

    @ParameterizedTest
    @CsvSource({"BOGUS, fail", "SERVER_FAILURE, inconclusive", "TIMEOUT, inconclusive"})
    void a_look_up_that_failed_is_never_a_pass(Failure cause, String expected) {
        dns.fails(DOMAIN, DnsType.MX, cause);
        dns.fails("_mta-sts." + DOMAIN, DnsType.TXT, cause);
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-01", report))).isEqualTo(expected);
        assertThat(key(verdict("DNS-S-09", report))).isEqualTo(expected);
        assertThat(key(verdict("DNS-S-12", report))).isEqualTo("inconclusive");
        assertThat(report.outcome()).isNotEqualTo(Outcome.PASSED);
    }

    @ParameterizedTest
    @CsvSource({"BOGUS, fail", "SERVER_FAILURE, inconclusive", "TIMEOUT, inconclusive"})
    void tlsa_records_that_are_not_known_do_not_match(Failure cause, String expected) {
        dns.fails("_25._tcp." + MX, DnsType.TLSA, cause);
        assertThat(key(verdict("DNS-S-07"))).isEqualTo(expected);
    }

    @Test
    void an_alias_and_an_address_are_no_names_of_hosts() {
        dns.has(MX, DnsType.CNAME, new DnsRecord.Cname("real.example.net"));
        assertThat(verdict("DNS-S-02").detail()).isEqualTo(MX + ": it is an alias of real.example.net");
        dns.mx(DOMAIN, "192.0.2.1");
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-02", report))).isEqualTo("fail");
        assertThat(report.matrix().orElseThrow().hosts().get(0).unchecked()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1"
    })
    void no_connection_is_made_to_a_private_address(String address) {
        dns.mx(DOMAIN, "private.example.org").address("private.example.org", address);
        dns.answers(
                "private.example.org",
                address.contains(":") ? DnsType.A : DnsType.AAAA,
                new DnsAnswer.Absent("private.example.org", Security.SECURE));
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-03", report))).isEqualTo("fail");
        assertThat(report.matrix().orElseThrow().hosts().get(0).unchecked()).isPresent();
        addresses = PrivateAddresses.ALLOWED;
        assertThat(key(verdict("DNS-S-03"))).isEqualTo("pass");
    }

    @Test
    void every_address_is_a_column_of_its_own() {
        dns.has(
                MX,
                DnsType.A,
                new DnsRecord.Address(address("192.0.2.1")),
                new DnsRecord.Address(address("192.0.2.2")));
        dns.address(MX, "2001:db8::1");
        TargetReport report = judge();
        assertThat(report.matrix().orElseThrow().hosts()).hasSize(3);
        assertThat(report.matrix().orElseThrow().hosts().get(2).unchecked()).contains("this machine has no IPv6");
        assertThat(key(verdict("DNS-S-16", report))).isEqualTo("inconclusive");
    }

    private static java.net.InetAddress address(String text) {
        try {
            return java.net.InetAddress.getByName(text);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void a_record_of_the_next_key_bridges_the_change() {
        tlsa(3, 1, 1, key());
        assertThat(key(verdict("DNS-S-07"))).isEqualTo("pass");
        assertThat(key(verdict("DNS-S-08"))).isEqualTo("warn");
        tlsa(3, 1, 1, key(), other(1));
        assertThat(key(verdict("DNS-S-08"))).isEqualTo("pass");
        tlsa(3, 1, 1, other(1), other(2));
        assertThat(key(verdict("DNS-S-07"))).isEqualTo("fail");
    }

    @Test
    void the_record_to_publish_is_in_the_finding() {
        String record = "_25._tcp." + MX + ". IN TLSA 3 1 1 " + key();
        tlsa(3, 1, 1, other(1));
        assertThat(verdict("DNS-S-07").detail()).contains(record);
        dns.answers("_25._tcp." + MX, DnsType.TLSA, new DnsAnswer.Absent("_25._tcp." + MX, Security.SECURE));
        assertThat(verdict("DNS-S-06").detail())
                .contains("Expected TLSA records of _25._tcp." + MX + ", got none")
                .contains(record);
    }

    @Test
    void usages_of_the_web_are_of_no_use_for_mail() {
        tlsa(1, 1, 1, key());
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-06", report))).isEqualTo("warn");
        assertThat(key(verdict("DNS-S-07", report))).isEqualTo("skip");
    }

    @Test
    void where_nobody_validates_dnssec_is_not_judged() {
        unvalidated = Optional.of("the resolver does not");
        dns.answers(
                DOMAIN, DnsType.MX, new DnsAnswer.Found(List.of(new DnsRecord.Mx(10, MX)), DOMAIN, Security.INSECURE));
        TargetReport report = judge();
        for (String id : List.of("DNS-S-04", "DNS-S-06", "DNS-S-07", "DNS-S-08")) {
            assertThat(verdict(id, report).detail()).as(id).contains("the resolver does not");
            assertThat(key(verdict(id, report))).isEqualTo("inconclusive");
        }
    }

    @Test
    void a_host_that_was_not_reached_has_shown_no_certificate() {
        tlsa(3, 1, 1, key());
        dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1;").address("mta-sts." + DOMAIN, "192.0.2.9");
        tls = Optional.empty();
        problem = Optional.of("it refuses connections");
        TargetReport report = judge();
        assertThat(verdict("DNS-S-07", report).unanswered()).isTrue();
        assertThat(verdict("DNS-S-13", report).unanswered()).isTrue();
        problem = Optional.empty();
        TargetReport stripped = judge();
        assertThat(key(verdict("DNS-S-07", stripped))).isEqualTo("fail");
        assertThat(key(verdict("DNS-S-13", stripped))).isEqualTo("fail");
    }

    @Test
    void a_policy_is_judged_from_its_record_to_the_certificate() {
        dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1;").address("mta-sts." + DOMAIN, "192.0.2.9");
        TargetReport report = judge();
        for (String id : List.of("DNS-S-09", "DNS-S-10", "DNS-S-11", "DNS-S-12", "DNS-S-13", "DNS-S-19")) {
            assertThat(key(verdict(id, report))).as(id + verdict(id, report)).isEqualTo("pass");
        }
    }

    @Test
    void two_records_and_a_missing_server_break_a_policy() {
        dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1;");
        assertThat(verdict("DNS-S-10").detail()).isEqualTo("there is no address of mta-sts.example.org");
        assertThat(key(verdict("DNS-S-10"))).isEqualTo("fail");
        dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1;", "v=STSv1; id=2;");
        assertThat(key(verdict("DNS-S-09"))).isEqualTo("fail");
        assertThat(key(verdict("DNS-S-10"))).isEqualTo("skip");
    }

    @ParameterizedTest
    @EnumSource(FetchFailure.class)
    void a_policy_that_was_not_fetched_is_a_fault_only_if_its_server_is_at_fault(FetchFailure failure) {
        dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1;").address("mta-sts." + DOMAIN, "192.0.2.9");
        policy = new PolicyFetcher.Failed(failure, "as the test says");
        boolean unknown = List.of(
                        FetchFailure.NOT_CONNECTED,
                        FetchFailure.TIMEOUT,
                        FetchFailure.INCOMPLETE,
                        FetchFailure.LOCAL_ERROR)
                .contains(failure);
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-10", report))).isEqualTo(unknown ? "inconclusive" : "fail");
        assertThat(key(verdict("DNS-S-12", report))).isEqualTo(unknown ? "inconclusive" : "skip");
        assertThat(key(verdict("DNS-S-19", report))).isEqualTo(unknown ? "inconclusive" : "warn");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: testing\\nmx: *.example.org\\nmax_age: 1209600 | text/plain | pass | warn | pass | warn",
                "mode: none\\nmax_age: 1209600 | text/plain | pass | warn | skip | warn",
                "mode: enforce\\nmx: *.example.org\\nmax_age: 60 | text/plain | pass | warn | pass | pass",
                "mode: enforce\\nmx: *.example.org\\nmax_age: 1209600 | text/html | warn | pass | pass | pass",
                "mode: enforce\\nmx: example.org\\nmax_age: 1209600 | text/plain | pass | pass | fail | pass",
                "mode: enforce\\nmax_age: 1209600 | text/plain | fail | skip | skip | warn",
            })
    void what_a_policy_says_decides(
            String text, String type, String fetched, String mode, String matched, String protects) {
        dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1;").address("mta-sts." + DOMAIN, "192.0.2.9");
        policy = new PolicyFetcher.Fetched("version: STSv1\n" + text.replace("\\n", "\n"), Optional.of(type));
        TargetReport report = judge();
        assertThat(key(verdict("DNS-S-10", report))).isEqualTo(fetched);
        assertThat(key(verdict("DNS-S-11", report))).isEqualTo(mode);
        assertThat(key(verdict("DNS-S-12", report))).isEqualTo(matched);
        assertThat(key(verdict("DNS-S-19", report))).isEqualTo(protects);
    }

    @ParameterizedTest
    @CsvSource({
        "v=TLSRPTv1; rua=mailto:tls@example.org, pass",
        "v=TLSRPTv1; rua=https://reports.example.org/tls, pass",
        "v=TLSRPTv1; rua=ftp://reports.example.org, warn",
        "v=TLSRPTv1;, warn",
        "something else, warn"
    })
    void reports_need_a_place_to_go(String text, String expected) {
        dns.txt("_smtp._tls." + DOMAIN, text);
        assertThat(key(verdict("DNS-S-14"))).isEqualTo(expected);
    }

    @Test
    void caa_records_are_looked_for_up_the_tree_and_an_unknown_issuer_is_undecided() {
        assertThat(key(verdict("DNS-S-15"))).isEqualTo("warn");
        dns.has(DOMAIN, DnsType.CAA, new DnsRecord.Caa(0, "issue", "letsencrypt.org; validationmethods=dns-01"));
        Verdict unknown = verdict("DNS-S-15");
        assertThat(key(unknown)).isEqualTo("inconclusive");
        assertThat(unknown.detail()).contains("example.org permits letsencrypt.org");
    }

    /** RFC 8659 section 4.3: where there are records for wildcards, the others do not count for one. */
    @Test
    void caa_records_of_wildcards_are_for_wildcards_alone() {
        dns.has(
                DOMAIN,
                DnsType.CAA,
                new DnsRecord.Caa(0, "issue", ";"),
                new DnsRecord.Caa(0, "issuewild", "letsencrypt.org"));
        assertThat(verdict("DNS-S-15").detail()).contains("example.org permits nobody");
        tls = Optional.of(new HandshakeResult.Done(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                CERTIFICATES.named("*." + DOMAIN).chain()));
        assertThat(verdict("DNS-S-15").detail()).contains("example.org permits letsencrypt.org");
        dns.has(DOMAIN, DnsType.CAA, new DnsRecord.Caa(0, "issue", "letsencrypt.org"));
        assertThat(verdict("DNS-S-15").detail()).contains("example.org permits letsencrypt.org");
    }

    @Test
    void caa_records_call_authorities_by_the_names_that_they_have_reported() {
        for (String issuer : List.of(
                "CN=R11, O=Let's Encrypt, C=US | letsencrypt.org",
                "CN=ZeroSSL RSA Domain Secure Site CA, O=ZeroSSL, C=AT | sectigo.com",
                "CN=RapidSSL TLS RSA CA G1, O=DigiCert Inc, C=US | rapidssl.com",
                "CN=Certum Domain Validation CA SHA2, O=Unizeto Technologies S.A., C=PL | certum.pl",
                "CN=GEANT TLS RSA 1, O=Hellenic Academic and Research Institutions CA, C=GR | harica.gr",
                "CN=GLOBALTRUST 2020 SERVER DV 1, O=e-commerce monitoring GmbH, C=AT | globaltrust.eu",
                "CN=Go Daddy Secure Certificate Authority - G2, O=\"GoDaddy.com, Inc.\", C=US | godaddy.com")) {
            String[] parts = issuer.split(" \\| ", -1);
            assertThat(CaaIdentifiers.of(new X500Principal(parts[0])))
                    .as(issuer)
                    .hasValueSatisfying(names -> assertThat(names).contains(parts[1]));
        }
        // What a certificate calls itself elsewhere does not count.
        assertThat(CaaIdentifiers.of(new X500Principal("CN=Let's Encrypt, C=US")))
                .isEmpty();
        assertThat(CaaIdentifiers.of(new X500Principal("CN=R11, O=Corner Shop, C=US")))
                .isEmpty();
    }

    private void imaps(Security srv) {
        String name = "_imaps._tcp." + DOMAIN;
        dns.answers(name, DnsType.SRV, new DnsAnswer.Found(List.of(new DnsRecord.Srv(0, 1, 993, MX)), name, srv));
    }

    @Test
    void the_servers_for_users_are_judged_by_the_tlsa_records_of_their_ports() {
        assertThat(key(verdict("DNS-S-20"))).isEqualTo("skip");
        imaps(Security.SECURE);
        assertThat(key(verdict("DNS-S-20", judge(DomainTarget.Servers.DOMAIN)))).isEqualTo("skip");
        dns.has("_993._tcp." + MX, DnsType.TLSA, new DnsRecord.Tlsa(3, 1, 1, key()));
        assertThat(key(verdict("DNS-S-20", judge(DomainTarget.Servers.DOMAIN)))).isEqualTo("pass");
        dns.has("_993._tcp." + MX, DnsType.TLSA, new DnsRecord.Tlsa(3, 1, 1, other(1)));
        assertThat(key(verdict("DNS-S-20", judge(DomainTarget.Servers.DOMAIN)))).isEqualTo("fail");
        dns.has("_993._tcp." + MX, DnsType.TLSA, new DnsRecord.Tlsa(1, 1, 1, key()));
        assertThat(verdict("DNS-S-20", judge(DomainTarget.Servers.DOMAIN)).detail())
                .contains("not judged");
        dns.fails("_993._tcp." + MX, DnsType.TLSA, Failure.BOGUS);
        assertThat(key(verdict("DNS-S-20", judge(DomainTarget.Servers.DOMAIN)))).isEqualTo("fail");
    }

    @Test
    void an_srv_record_without_a_signature_leads_to_no_dane() {
        imaps(Security.INSECURE);
        dns.has("_993._tcp." + MX, DnsType.TLSA, new DnsRecord.Tlsa(3, 1, 1, other(1)));
        Verdict verdict = verdict("DNS-S-20", judge(DomainTarget.Servers.DOMAIN));
        assertThat(key(verdict)).isEqualTo("skip");
        assertThat(verdict.detail()).contains("not signed");
        assertThat(dns.asked("TLSA _993._tcp." + MX)).isZero();
    }

    @Test
    void srv_records_are_for_domains_with_users() {
        assertThat(key(verdict("DNS-S-18"))).isEqualTo("skip");
        dns.has("_imaps._tcp." + DOMAIN, DnsType.SRV, new DnsRecord.Srv(0, 1, 993, MX))
                .has("_imap._tcp." + DOMAIN, DnsType.SRV, new DnsRecord.Srv(0, 1, 143, MX));
        TargetReport report = judge(DomainTarget.Servers.DOMAIN);
        assertThat(key(verdict("DNS-S-18", report))).isEqualTo("pass");
        assertThat(key(verdict("DNS-S-17", report))).isEqualTo("pass");
        assertThat(report.matrix().orElseThrow().hosts()).hasSize(3);
        dns.fails("_pop3._tcp." + DOMAIN, DnsType.SRV, Failure.TIMEOUT);
        assertThat(key(verdict("DNS-S-18", judge(DomainTarget.Servers.DOMAIN)))).isEqualTo("inconclusive");
    }
}
