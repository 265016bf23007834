package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpHandler;
import dev.starttls.smtp.SmtpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mail servers on this machine, chosen by the name that is sent by SNI, and clients that obey the policy of their domain. */
@Timeout(60)
class DeliveryTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SmtpHandler HANDLER = (command, session) -> SmtpAnswer.of(502, "not yet");
    private static final Map<String, SSLContext> CONTEXTS = Map.of(
            "mx1.example.org", CERTIFICATES.server(CERTIFICATES.named("elsewhere.example")),
            "mx2.example.org", CERTIFICATES.server(CERTIFICATES.named("mx2.example.org")),
            "mx3.example.org",
                    CERTIFICATES.server(TestCertificates.withOwnRoot().named("mx3.example.org")));

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    private final FakeDns dns = new FakeDns();
    private final List<DeliveryOutcome> outcomes = new ArrayList<>();
    private String mode = "enforce";
    private int port;

    @BeforeEach
    void serve() throws Exception {
        port = loop.listen(SmtpServer.named("mx.example.org", HANDLER)
                .tls(TlsSettings.builder()
                        .context(CERTIFICATES.server(CERTIFICATES.named("nobody.example")))
                        .contextByServerName(name -> Optional.ofNullable(CONTEXTS.get(name)))
                        .build()));
        dns.mx("example.org", 5, "rogue.example").mx("example.org", 10, "mx1.example.org");
        dns.mx("example.org", 20, "mx2.example.org").mx("example.org", 30, "mx3.example.org");
        dns.here("rogue.example", "mx1.example.org", "mx2.example.org", "mx3.example.org");
        dns.sts("example.org", "v=STSv1; id=1");
    }

    @Test
    void mail_goes_to_the_first_host_that_proves_what_the_policy_asks_for() throws Exception {
        DeliveryPolicy policy = policy();
        Optional<String> delivered = Optional.empty();
        for (Candidate candidate : policy.forDomain("example.org")) {
            try (SmtpConnection mail = SmtpClient.to(candidate).connect()) {
                assertThat(mail.report().encrypted()).isTrue();
                delivered = Optional.of(candidate.host());
                break;
            } catch (UpgradeException e) {
                assertThat(e).hasMessageContaining(candidate.host());
            }
        }
        assertThat(delivered).contains("mx2.example.org");
        assertThat(results())
                .containsExactly(
                        "rogue.example validation-failure",
                        "mx1.example.org certificate-host-mismatch",
                        "mx2.example.org ok");
        assertThat(outcomes).extracting(DeliveryOutcome::policy).allSatisfy(reported -> assertThat(reported.type())
                .isEqualTo(ReportedPolicy.Type.STS));
    }

    @Test
    void in_mode_testing_mail_is_delivered_and_reports_say_what_would_have_failed() throws Exception {
        mode = "testing";
        for (Candidate candidate : policy().forDomain("example.org")) {
            try (SmtpConnection mail = SmtpClient.to(candidate).connect()) {
                assertThat(mail.report().encrypted()).isTrue();
            }
        }
        assertThat(results())
                .containsExactly(
                        "rogue.example validation-failure",
                        "mx1.example.org certificate-host-mismatch",
                        "mx2.example.org ok",
                        "mx3.example.org certificate-not-trusted");
    }

    @Test
    void in_mode_testing_an_expired_certificate_is_reported_as_expired() throws Exception {
        dns.mx("other.example", 1, "localhost").here("localhost").sts("other.example", "v=STSv1; id=1");
        int expired = loop.listen(
                SmtpServer.named("localhost", HANDLER).sslContext(CERTIFICATES.server(CERTIFICATES.expired())));
        DeliveryPolicy policy = builder("version: STSv1\nmode: testing\nmx: localhost\nmax_age: 1\n")
                .port(expired)
                .build();
        SmtpClient.to(policy.forDomain("other.example").iterator().next())
                .connect()
                .close();
        assertThat(results()).containsExactly("localhost certificate-expired");
    }

    @Test
    void without_a_policy_nothing_is_verified_and_a_success_is_counted() throws Exception {
        dns.sts("example.org");
        for (Candidate candidate : policy().forDomain("example.org")) {
            SmtpClient.to(candidate).connect().close();
        }
        assertThat(results()).hasSize(4).allMatch(result -> result.endsWith(" ok"));
        assertThat(outcomes.get(0).policy())
                .isEqualTo(
                        new ReportedPolicy(ReportedPolicy.Type.NO_POLICY_FOUND, "example.org", List.of(), List.of()));
    }

    @Test
    void where_a_host_has_tlsa_records_they_decide_and_no_root_is_asked() throws Exception {
        dns.signed().mx("signed.example", 1, "mx1.example.org").mx("signed.example", 2, "mx3.example.org");
        dns.here("mx1.example.org", "mx3.example.org").sts("signed.example", "v=STSv1; id=1");
        String key = keyHash("mx3.example.org");
        dns.tlsa(port, "mx1.example.org", new DnsRecord.Tlsa(3, 1, 1, key))
                .tlsa(port, "mx3.example.org", new DnsRecord.Tlsa(3, 1, 1, key));
        List<Candidate> candidates = policy().forDomain("signed.example").candidates();
        assertThatThrownBy(() -> SmtpClient.to(candidates.get(0)).connect())
                .isInstanceOfSatisfying(
                        UpgradeException.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.TLSA_MISMATCH));
        try (SmtpConnection mail = SmtpClient.to(candidates.get(1)).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
        }
        assertThat(results()).containsExactly("mx1.example.org tlsa-invalid", "mx3.example.org ok");
        assertThat(outcomes.get(1).policy().strings()).containsExactly("3 1 1 " + key);
    }

    @Test
    void tlsa_records_that_cannot_be_used_are_reported_and_mail_is_delivered_by_tls() throws Exception {
        dns.signed().mx("signed.example", 1, "mx3.example.org").here("mx3.example.org");
        dns.tlsa(port, "mx3.example.org", new DnsRecord.Tlsa(1, 1, 1, "ab".repeat(32)));
        Candidate candidate = policy().forDomain("signed.example").iterator().next();
        try (SmtpConnection mail = SmtpClient.to(candidate).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
        }
        assertThat(results()).containsExactly("mx3.example.org tlsa-invalid");
    }

    @Test
    void a_server_without_tls_gets_mail_unless_the_policy_is_enforced() throws Exception {
        port = loop.listen(SmtpServer.named("mx.example.org", HANDLER).policy(TlsPolicy.DISABLED));
        mode = "testing";
        try (SmtpConnection mail = SmtpClient.to(host(1)).connect()) {
            assertThat(mail.report().encrypted()).isFalse();
        }
        mode = "enforce";
        assertThatThrownBy(() -> SmtpClient.to(host(1)).connect())
                .isInstanceOfSatisfying(
                        UpgradeException.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.NOT_OFFERED));
        assertThat(results())
                .containsExactly("mx1.example.org starttls-not-supported", "mx1.example.org starttls-not-supported");
    }

    @Test
    void on_a_loop_and_on_a_channel_a_policy_is_obeyed_alike() throws Exception {
        try (SmtpConnection mail = SmtpClient.to(host(2)).connect(loop.loop()).get(30, TimeUnit.SECONDS)) {
            assertThat(mail.report().encrypted()).isTrue();
        }
        assertThatThrownBy(() -> SmtpClient.to(host(0)).connect(loop.loop()).get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(UpgradeException.class);
        SocketChannel connected = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        assertThatThrownBy(() -> SmtpClient.to(host(0)).connect(connected)).isInstanceOf(UpgradeException.class);
        assertThat(connected.isOpen()).isFalse();
        assertThatThrownBy(() -> SmtpClient.to(host(0)).connection()).isInstanceOf(IllegalStateException.class);
        assertThat(results())
                .containsExactly(
                        "mx2.example.org ok", "rogue.example validation-failure", "rogue.example validation-failure");
    }

    @Test
    void a_listener_of_the_caller_hears_beside_that_of_the_policy() throws Exception {
        List<String> heard = new ArrayList<>();
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void proposed() {
                heard.add("proposed");
            }

            @Override
            public void upgraded(UpgradeReport report) {
                heard.add("upgraded");
            }

            @Override
            public void failed(UpgradeException why) {
                heard.add("failed " + why.reason());
            }

            @Override
            public void blocked(UpgradeException why) {
                heard.add("blocked " + why.reason());
            }
        };
        SmtpClient.to(host(2)).listener(listener).connect().close();
        assertThatThrownBy(() -> SmtpClient.to(host(0)).listener(listener).connect())
                .isInstanceOf(UpgradeException.class);
        assertThat(heard).containsExactly("proposed", "upgraded", "failed HOST_EXCLUDED", "blocked HOST_EXCLUDED");
        assertThat(results()).containsExactly("mx2.example.org ok", "rogue.example validation-failure");
    }

    @Test
    void what_a_listener_throws_of_a_host_that_is_excluded_is_added_to_the_failure() throws Exception {
        UpgradeListener failing = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                throw new IllegalStateException("of failed");
            }

            @Override
            public void blocked(UpgradeException why) {
                throw new IllegalStateException("of blocked");
            }
        };
        SocketChannel connected = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        assertThatThrownBy(() -> SmtpClient.to(host(0)).listener(failing).connect(connected))
                .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("of failed", "of blocked"));
        assertThat(connected.isOpen()).isFalse();
        assertThat(SmtpClient.to(host(0)).listener(failing).connect(loop.loop()))
                .isCompletedExceptionally();
        assertThat(results()).containsExactly("rogue.example validation-failure", "rogue.example validation-failure");
    }

    @Test
    void a_message_that_requires_tls_goes_to_a_host_that_has_proved_its_certificate() throws Exception {
        dns.signed().mx("signed.example", 1, "mx2.example.org").mx("signed.example", 2, "mx3.example.org");
        dns.here("mx2.example.org", "mx3.example.org");
        List<Candidate> hosts = policy().forDomain("signed.example").candidates();
        try (SmtpConnection mail = SmtpClient.to(hosts.get(0).authenticated()).connect()) {
            assertThat(mail.requireTls().missing()).containsExactly(RequireTls.Condition.OFFER);
        }
        try (SmtpConnection mail = SmtpClient.to(hosts.get(0)).connect()) {
            assertThat(mail.requireTls().missing())
                    .containsExactly(RequireTls.Condition.CERTIFICATE, RequireTls.Condition.OFFER);
        }
        SmtpClient untrusted = SmtpClient.to(hosts.get(1).authenticated());
        assertThatThrownBy(untrusted::connect)
                .isInstanceOfSatisfying(UpgradeException.class, e -> assertThat(e.reason())
                        .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED));
    }

    @Test
    void a_client_of_a_host_and_a_port_does_not_know_how_the_host_was_found() throws Exception {
        try (SmtpConnection mail = SmtpClient.to("localhost", port)
                .serverName("mx2.example.org")
                .sslContext(CERTIFICATES.client())
                .connect()) {
            assertThatThrownBy(mail::requireTls)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("try requireTls(mx, certificate)");
        }
    }

    @Test
    void a_message_that_does_without_tls_goes_to_a_host_that_a_policy_excludes() throws Exception {
        try (SmtpConnection mail = SmtpClient.to(host(0).opportunistic()).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
        }
        assertThat(outcomes).isEmpty();
    }

    @Test
    void what_the_policy_decides_cannot_be_set() {
        SmtpClient client = SmtpClient.to(host(1));
        assertThatThrownBy(() -> client.policy(TlsPolicy.OPPORTUNISTIC)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.tls(TlsSettings.defaults())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.sslContext(CERTIFICATES.client())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.serverName("other.example")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(client::socketFactory)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("whose policy decides; try SmtpClient.to(host, port)");
    }

    @Test
    void a_session_of_a_client_of_ones_own_is_reported_by_hand() throws Exception {
        DeliveryPolicy policy = policy();
        Candidate candidate = policy.forDomain("example.org").candidates().get(2);
        try (SmtpConnection mail = SmtpClient.to("localhost", port)
                .policy(candidate.tlsPolicy())
                .tls(candidate.tls())
                .serverName(candidate.host())
                .connect()) {
            policy.succeeded(candidate, mail.report());
        }
        assertThat(results()).containsExactly("mx2.example.org ok");
    }

    private Candidate host(int index) {
        return policy().forDomain("example.org").candidates().get(index);
    }

    private DeliveryPolicy policy() {
        return builder("version: STSv1\nmode: " + mode
                        + "\nmx: mx1.example.org\nmx: mx2.example.org\nmx: mx3.example.org\nmax_age: 604800\n")
                .port(port)
                .build();
    }

    private DeliveryPolicy.Builder builder(String policy) {
        return DeliveryPolicy.builder(dns)
                .fetcher(domain -> new PolicyFetcher.Fetched(policy, Optional.of("text/plain")))
                .verifyingTls(
                        TlsSettings.builder().context(CERTIFICATES.client()).build())
                .trust(trust())
                .outcomes(outcomes::add);
    }

    /** What a TLSA record 3 1 1 has of the key of a host. */
    private String keyHash(String host) throws Exception {
        try (SmtpConnection seen = SmtpClient.to("localhost", port)
                .serverName(host)
                .tls(TlsSettings.builder().verification(Verification.NONE).build())
                .connect()) {
            byte[] key = seen.report()
                    .tls()
                    .orElseThrow()
                    .peerChain()
                    .get(0)
                    .getPublicKey()
                    .getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        }
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

    private List<String> results() {
        return outcomes.stream()
                .map(outcome -> outcome.mxHost() + " " + outcome.resultType().orElse("ok"))
                .toList();
    }
}
