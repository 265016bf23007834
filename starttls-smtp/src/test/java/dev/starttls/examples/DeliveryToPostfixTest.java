package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.testing.NginxServer;
import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.SignedZone;
import dev.starttls.core.testing.SignedZone.Flaw;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.policy.Candidate;
import dev.starttls.smtp.policy.DeliveryPolicy;
import dev.starttls.smtp.policy.HttpsPolicyFetcher;
import dev.starttls.smtp.policy.Requirement;
import dev.starttls.smtp.policy.TlsReport;
import dev.starttls.smtp.policy.TlsReports;
import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A message on its whole way: MX, TLSA and TXT records that Knot DNS signs and Unbound validates, MTA-STS policies that nginx serves, and
 * Postfix, which takes the message where the policy of its domain allows that.
 */
@Tag("peers")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryToPostfixTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    /** The hosts of these domains are among the names of Postfix's certificate. */
    private static final List<String> NAMED = List.of("dane", "otherkey", "lostkey", "bogus", "sts", "unlisted");
    /** The hosts of these are not. */
    private static final List<String> OTHERS = List.of("keyonly", "mismatch", "testing", "none");
    /** These have an MTA-STS policy. */
    private static final List<String> POLICIES = List.of("otherkey", "sts", "unlisted", "mismatch", "testing");
    /** These have zones without signatures. */
    private static final List<String> UNSIGNED = List.of("sts", "unlisted", "mismatch", "testing", "none");

    private final List<AutoCloseable> running = new ArrayList<>();
    private TlsReports reports;
    private PostfixServer postfix;
    private PostfixServer clear;
    private NginxServer https;
    private DnsResolver resolver;
    private String key;

    @BeforeAll
    void start() throws Exception {
        List<String> domains = Stream.concat(NAMED.stream(), OTHERS.stream())
                .map(DeliveryToPostfixTest::domain)
                .toList();
        Issued identity = CERTIFICATES.alternatives(names("mx.", NAMED));
        key = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(identity.leaf().getPublicKey().getEncoded()));
        postfix = started(PostfixServer.takingMailFor(domains, identity));
        clear = started(PostfixServer.withoutTls(domains));
        Path site = ServerProcess.folder("policies");
        running.add(() -> ServerProcess.delete(site));
        policy(site, "otherkey", "enforce", "mx.otherkey.zone.example");
        policy(site, "sts", "enforce", "*.sts.zone.example");
        policy(site, "unlisted", "enforce", "mail.unlisted.zone.example");
        policy(site, "mismatch", "enforce", "mx.mismatch.zone.example");
        policy(site, "testing", "testing", "mx.testing.zone.example");
        https = started(NginxServer.start(site + "/$host", CERTIFICATES.alternatives(names("mta-sts.", POLICIES))));
        Map<String, String> zones = new LinkedHashMap<>();
        Map<String, Flaw> flaws = new LinkedHashMap<>();
        Stream.concat(NAMED.stream(), OTHERS.stream()).forEach(name -> zones.put(name, zone(name)));
        UNSIGNED.forEach(name -> flaws.put(name, Flaw.UNSIGNED));
        flaws.put("bogus", Flaw.CHANGED);
        SignedZone dns = started(SignedZone.start(zones, flaws));
        resolver = DnsjavaResolver.trusting(dns.resolver());
    }

    @BeforeEach
    void countFromZero() {
        reports = TlsReports.of("Company-X", "tlsrpt@company-x.example");
    }

    @AfterAll
    void stop() throws Exception {
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
    }

    private <T extends AutoCloseable> T started(T server) {
        running.add(server);
        return server;
    }

    private static String domain(String name) {
        return name + "." + SignedZone.PARENT;
    }

    private static GeneralName[] names(String label, List<String> domains) {
        return domains.stream()
                .map(name -> new GeneralName(GeneralName.dNSName, label + domain(name)))
                .toArray(GeneralName[]::new);
    }

    private static void policy(Path site, String name, String mode, String mx) throws Exception {
        Path file = site.resolve("mta-sts." + domain(name) + "/.well-known/mta-sts.txt");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "version: STSv1\r\nmode: " + mode + "\r\nmx: " + mx + "\r\nmax_age: 86400\r\n");
    }

    /** Every domain has one host; TLSA records at both of its ports where there are any. */
    private String zone(String name) {
        String association =
                switch (name) {
                    case "dane", "keyonly" -> key;
                    case "otherkey", "lostkey" -> "ab".repeat(32);
                    case "bogus" -> "aabb".repeat(16);
                    default -> "";
                };
        StringBuilder zone = new StringBuilder("@ MX 10 mx\nmx A 127.0.0.1\n");
        if (POLICIES.contains(name)) {
            zone.append("mta-sts A 127.0.0.1\n_mta-sts TXT \"v=STSv1; id=1;\"\n");
        }
        if (!association.isEmpty()) {
            for (int port : List.of(postfix.port(), clear.port())) {
                zone.append("_" + port + "._tcp.mx TLSA 3 1 1 " + association + "\n");
            }
        }
        return zone.toString();
    }

    @Test
    void a_message_is_taken_by_a_host_whose_key_has_a_tlsa_record() throws Exception {
        assertThat(deliver("dane", postfix))
                .isInstanceOfSatisfying(Requirement.Dane.class, dane -> assertThat(dane.records())
                        .singleElement()
                        .asString()
                        .contains(key));
        assertThat(report("dane.zone.example"))
                .isEqualTo(json(
                        """
                {"policy": {"policy-type": "tlsa", "policy-string": ["3 1 1 %s"],
                            "policy-domain": "mx.dane.zone.example"},
                 "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}
                """
                                .formatted(key)));
    }

    /** RFC 7672 section 3.1.1: neither the name nor the root counts. */
    @Test
    void a_host_whose_key_has_a_tlsa_record_needs_no_name_in_its_certificate() throws Exception {
        assertThat(deliver("keyonly", postfix)).isInstanceOf(Requirement.Dane.class);
    }

    /** RFC 8461 section 2: MTA-STS would be content with this host. */
    @Test
    void a_host_with_another_key_gets_no_message_although_mta_sts_would_allow_it() throws Exception {
        assertThat(refused("otherkey", postfix)).isEqualTo(FailureReason.TLSA_MISMATCH);
        JsonNode report = report("otherkey.zone.example");
        assertThat(report.at("/policy/policy-type").asText()).isEqualTo("tlsa");
        assertThat(report.at("/summary/total-failure-session-count").asInt()).isEqualTo(1);
        failure(report, "tlsa-invalid", "mx.otherkey.zone.example");
    }

    @Test
    void a_host_with_another_key_gets_no_message_where_there_is_no_mta_sts() throws Exception {
        assertThat(refused("lostkey", postfix)).isEqualTo(FailureReason.TLSA_MISMATCH);
    }

    /** RFC 7672 section 2.1.2. */
    @Test
    void a_host_whose_records_do_not_validate_gets_no_message() throws Exception {
        assertThat(refused("bogus", postfix)).isEqualTo(FailureReason.DNSSEC_INVALID);
        failure(report("bogus.zone.example"), "dnssec-invalid", "mx.bogus.zone.example");
    }

    @Test
    void a_message_is_taken_by_a_host_that_the_mta_sts_policy_has() throws Exception {
        assertThat(deliver("sts", postfix)).isEqualTo(new Requirement.TrustedCertificate("mx.sts.zone.example"));
        assertThat(report("sts.zone.example"))
                .isEqualTo(
                        json(
                                """
                {"policy": {"policy-type": "sts",
                            "policy-string": ["version: STSv1", "mode: enforce", "mx: *.sts.zone.example",
                                              "max_age: 86400"],
                            "policy-domain": "sts.zone.example", "mx-host": ["*.sts.zone.example"]},
                 "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}
                """));
    }

    @Test
    void a_host_with_a_certificate_for_another_name_gets_no_message_in_mode_enforce() throws Exception {
        assertThat(refused("mismatch", postfix)).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        failure(report("mismatch.zone.example"), "certificate-host-mismatch", "mx.mismatch.zone.example");
    }

    @Test
    void a_host_that_the_policy_does_not_have_gets_no_message_in_mode_enforce() throws Exception {
        assertThat(refused("unlisted", postfix)).isEqualTo(FailureReason.HOST_EXCLUDED);
        failure(report("unlisted.zone.example"), "validation-failure", "mx.unlisted.zone.example");
    }

    @Test
    void in_mode_testing_a_message_is_taken_and_the_report_has_what_would_have_failed() throws Exception {
        assertThat(deliver("testing", postfix)).isInstanceOf(Requirement.Nothing.class);
        JsonNode report = report("testing.zone.example");
        assertThat(report.at("/policy/policy-string/1").asText()).isEqualTo("mode: testing");
        failure(report, "certificate-host-mismatch", "mx.testing.zone.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dane", "sts"})
    void a_host_without_starttls_gets_no_message_where_a_policy_asks_for_tls(String name) throws Exception {
        assertThat(refused(name, clear)).isEqualTo(FailureReason.NOT_OFFERED);
        failure(report(domain(name)), "starttls-not-supported", "mx." + domain(name));
    }

    @Test
    void a_host_without_starttls_gets_the_message_in_clear_in_mode_testing_and_is_reported() throws Exception {
        assertThat(deliver("testing", clear)).isInstanceOf(Requirement.Nothing.class);
        failure(report("testing.zone.example"), "starttls-not-supported", "mx.testing.zone.example");
    }

    @Test
    void a_domain_without_a_policy_gets_its_message_and_is_counted_as_such() throws Exception {
        assertThat(deliver("none", postfix)).isInstanceOf(Requirement.Nothing.class);
        assertThat(report("none.zone.example"))
                .isEqualTo(
                        json(
                                """
                {"policy": {"policy-type": "no-policy-found", "policy-domain": "none.zone.example"},
                 "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}
                """));
    }

    /** Has Postfix take a message, in TLS unless it has none, and returns what it had to prove. */
    private Requirement deliver(String name, PostfixServer server) throws Exception {
        Candidate host = candidate(name, server);
        try (SmtpConnection mail = SmtpClient.to(host).connect()) {
            assertThat(mail.report().encrypted()).isEqualTo(server == postfix);
            SendMailExample session = new SendMailExample(mail);
            List<String> recipients = List.of("b-" + server.port() + "@" + domain(name));
            try (BufferedReader message = new BufferedReader(new StringReader("Subject: test\n\nA line of text.\n"))) {
                assertThat(session.send("a@company-x.example", recipients, message))
                        .isEmpty();
            }
            session.quit();
            server.awaitLog("to=<" + recipients.get(0) + ">, relay=none");
        }
        return host.requirement();
    }

    private FailureReason refused(String name, PostfixServer server) {
        Candidate host = candidate(name, server);
        UpgradeException[] why = new UpgradeException[1];
        assertThatThrownBy(() -> SmtpClient.to(host).connect())
                .isInstanceOfSatisfying(UpgradeException.class, thrown -> why[0] = thrown);
        return why[0].reason();
    }

    private Candidate candidate(String name, PostfixServer server) {
        DeliveryPolicy policy = DeliveryPolicy.builder(resolver)
                .port(server.port())
                .fetcher(new HttpsPolicyFetcher(resolver)
                        .withPort(https.port())
                        .withTls(TlsSettings.builder()
                                .context(CERTIFICATES.client())
                                .build()))
                .verifyingTls(
                        TlsSettings.builder().context(CERTIFICATES.client()).build())
                .trust(trust())
                .outcomes(reports.outcomes(Clock.fixed(NOW, ZoneOffset.UTC)))
                .build();
        List<Candidate> candidates = policy.forDomain(domain(name)).candidates();
        assertThat(candidates).hasSize(1);
        return candidates.get(0);
    }

    /** What the report of a domain says of the one policy that it has. */
    private JsonNode report(String domain) throws Exception {
        List<TlsReport> taken = reports.take(NOW.plus(Duration.ofDays(1)));
        assertThat(taken).extracting(TlsReport::domain).containsExactly(domain);
        JsonNode report = json(taken.get(0).json());
        assertThat(report.at("/organization-name").asText()).isEqualTo("Company-X");
        assertThat(report.at("/date-range/start-datetime").asText()).isEqualTo("2026-03-01T00:00:00Z");
        assertThat(report.at("/policies")).hasSize(1);
        return report.at("/policies/0");
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    private static void failure(JsonNode report, String resultType, String host) {
        assertThat(report.at("/summary/total-successful-session-count").asInt()).isZero();
        assertThat(report.at("/failure-details")).hasSize(1);
        JsonNode failure = report.at("/failure-details/0");
        assertThat(failure.at("/result-type").asText()).isEqualTo(resultType);
        assertThat(failure.at("/receiving-mx-hostname").asText()).isEqualTo(host);
        assertThat(failure.at("/failed-session-count").asInt()).isEqualTo(1);
    }

    private static X509TrustManager trust() {
        try {
            KeyStore roots = KeyStore.getInstance("JKS");
            roots.load(null, null);
            roots.setCertificateEntry("root", CERTIFICATES.root());
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(roots);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (java.io.IOException | java.security.GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to have PKIX", e);
        }
    }
}
