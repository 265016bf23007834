package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.smtp.SmtpClient;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decided of hosts, without any connection. */
class DeliveryPolicyTest {

    private static final String POLICY =
            "version: STSv1\nmode: %s\nmx: mx1.example.org\nmx: *.good.example\nmax_age: 604800\n";

    private final FakeDns dns = new FakeDns();
    private final List<DeliveryOutcome> outcomes = new ArrayList<>();
    private PolicyFetcher.Result fetched = policy("enforce");
    private Instant now = Instant.parse("2031-05-01T12:00:00Z");

    @Test
    void hosts_come_by_preference_and_at_random_among_equals() {
        dns.mx("example.org", 20, "c.example").mx("example.org", 10, "a.example", "b.example");
        dns.here("a.example", "b.example", "c.example");
        Set<String> orders = new TreeSet<>();
        for (int seed = 0; seed < 20; seed++) {
            DeliveryPolicy policy = builder().random(new Random(seed)).build();
            orders.add(String.join(" ", hosts(policy.forDomain("example.org"))));
        }
        assertThat(orders).containsExactly("a.example b.example c.example", "b.example a.example c.example");
    }

    @Test
    void a_domain_without_mx_records_is_its_own_host() {
        dns.here("example.org");
        Destination destination = builder().build().forDomain("Example.org.");
        assertThat(destination.candidates()).singleElement().satisfies(candidate -> {
            assertThat(candidate.host()).isEqualTo("example.org");
            assertThat(candidate.port()).isEqualTo(25);
            assertThat(candidate.requirement()).isEqualTo(new Requirement.Nothing());
            assertThat(candidate.tlsPolicy()).isEqualTo(TlsPolicy.OPPORTUNISTIC);
            assertThat(candidate.tls().verification()).contains(Verification.NONE);
            assertThat(candidate.reportedAs().type()).isEqualTo(ReportedPolicy.Type.NO_POLICY_FOUND);
        });
        assertThat(destination.policyIsCurrent()).isTrue();
    }

    @Test
    void a_domain_that_takes_no_mail_is_asked_for_nothing_more() {
        dns.mx("example.org", 0, ".");
        Destination destination = builder().build().forDomain("example.org");
        assertThat(destination.undeliverable())
                .hasValueSatisfying(why -> assertThat(why.kind()).isEqualTo(Destination.Kind.NO_MAIL));
        assertThat(destination).isEmpty();
        assertThat(destination.iterator().hasNext()).isFalse();
        assertThat(dns.asked()).containsExactly("MX example.org", "MX example.org");
    }

    @Test
    void a_record_for_no_mail_among_others_is_left_out_and_a_host_comes_once() {
        dns.mx("example.org", 0, ".").mx("example.org", 5, "a.example").mx("example.org", 7, "A.example");
        dns.here("a.example");
        assertThat(hosts(builder().build().forDomain("example.org"))).containsExactly("a.example");
    }

    @Test
    void mx_records_that_cannot_be_looked_up_are_for_later() {
        dns.fails("example.org", DnsType.MX);
        Destination destination = builder().build().forDomain("example.org");
        assertThat(destination.undeliverable())
                .hasValueSatisfying(why -> assertThat(why.kind()).isEqualTo(Destination.Kind.LOOKUP_FAILED));
        DeliveryPolicy faulty = DeliveryPolicy.builder((name, type) -> {
                    throw new IllegalStateException("a fault in a resolver");
                })
                .build();
        assertThat(faulty.forDomain("example.org").undeliverable())
                .hasValueSatisfying(why -> assertThat(why.detail()).contains("a fault in a resolver"));
    }

    @Test
    void a_host_without_an_address_cannot_be_reached() {
        dns.mx("example.org", 1, "a.example", "b.example").fails("b.example", DnsType.AAAA);
        assertThat(builder().build().forDomain("example.org"))
                .allSatisfy(candidate -> assertThat(candidate.unreachable()).hasValueSatisfying(why -> {
                    assertThat(why.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
                    assertThat(why.phase()).isEqualTo(Phase.CONNECT);
                }));
    }

    /** RFC 7672 section 2.1.2; RFC 8460 section 4.3.2.1. */
    @ParameterizedTest
    @EnumSource(names = {"A", "AAAA"})
    void an_address_that_cannot_be_looked_up_is_a_failure_of_dnssec_where_the_mx_records_are_signed(DnsType type) {
        dns.signed().mx("example.org", 1, "a.example").fails("a.example", type);
        Candidate candidate =
                builder().build().forDomain("example.org").iterator().next();
        assertThat(candidate.unreachable())
                .hasValueSatisfying(why -> assertThat(why.reason()).isEqualTo(FailureReason.DNSSEC_INVALID));
        assertThat(candidate.reportedAs().type()).isEqualTo(ReportedPolicy.Type.TLSA);
    }

    @Test
    void dane_does_not_ask_again_for_the_addresses_of_a_host() {
        dns.signed().mx("example.org", 1, "a.example").here("a.example");
        dns.asked();
        assertThat(builder().build().forDomain("example.org")).hasSize(1);
        assertThat(dns.asked())
                .containsExactly(
                        "MX example.org",
                        "TXT _mta-sts.example.org",
                        "AAAA a.example",
                        "A a.example",
                        "TLSA _25._tcp.a.example");
    }

    @Test
    void a_host_costs_no_look_up_before_it_is_needed_and_is_looked_up_once() {
        dns.mx("example.org", 1, "a.example").mx("example.org", 2, "b.example").here("a.example", "b.example");
        dns.asked();
        Destination destination = builder().build().forDomain("example.org");
        Candidate first = destination.iterator().next();
        assertThat(dns.asked())
                .containsExactly("MX example.org", "TXT _mta-sts.example.org", "AAAA a.example", "A a.example");
        assertThat(destination.iterator().next()).isSameAs(first);
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void in_mode_enforce_a_host_must_be_in_the_policy_and_prove_its_name() {
        publish();
        DeliveryPolicy policy = builder().build();
        List<Candidate> candidates = policy.forDomain("example.org").candidates();
        assertThat(candidates)
                .extracting(Candidate::host)
                .containsExactly("mx1.example.org", "other.example", "mx.good.example");
        assertThat(candidates).allSatisfy(candidate -> {
            assertThat(candidate.requirement()).isEqualTo(new Requirement.TrustedCertificate(candidate.host()));
            assertThat(candidate.tlsPolicy()).isEqualTo(TlsPolicy.REQUIRED);
            assertThat(candidate.tls().verification()).isEmpty();
            assertThat(candidate.reportedAs().type()).isEqualTo(ReportedPolicy.Type.STS);
            assertThat(candidate.reportedAs().strings()).contains("mode: enforce", "mx: *.good.example");
            assertThat(candidate.reportedAs().mxHosts()).containsExactly("mx1.example.org", "*.good.example");
        });
        assertThat(candidates.get(0).unreachable()).isEmpty();
        assertThat(candidates.get(2).unreachable()).isEmpty();
        assertThat(candidates.get(1).unreachable()).hasValueSatisfying(why -> {
            assertThat(why.reason()).isEqualTo(FailureReason.HOST_EXCLUDED);
            assertThat(why.resultType()).isEqualTo("validation-failure");
            assertThat(why).hasMessageContaining("one of [mx1.example.org, *.good.example], got other.example");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"testing", "none"})
    void in_the_other_modes_nothing_is_required(String mode) {
        fetched = policy(mode);
        publish();
        assertThat(builder().build().forDomain("example.org")).hasSize(3).allSatisfy(candidate -> {
            assertThat(candidate.unreachable()).isEmpty();
            assertThat(candidate.requirement()).isEqualTo(new Requirement.Nothing());
            assertThat(candidate.reportedAs().type())
                    .isEqualTo(mode.equals("testing") ? ReportedPolicy.Type.STS : ReportedPolicy.Type.NO_POLICY_FOUND);
        });
    }

    @Test
    void subdomains_inherit_no_policy() {
        publish();
        dns.here("sub.example.org");
        assertThat(builder().build().forDomain("sub.example.org").sts().policy())
                .isEmpty();
    }

    @Test
    void a_policy_that_could_not_be_fetched_is_reported_and_mail_goes_out_without() {
        fetched = new PolicyFetcher.Failed(FetchFailure.CERTIFICATE, "expired");
        publish();
        assertThat(builder().build().forDomain("example.org"))
                .allSatisfy(candidate -> assertThat(candidate.requirement()).isEqualTo(new Requirement.Nothing()));
        assertThat(outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.resultType()).contains("sts-webpki-invalid");
            assertThat(outcome.policy())
                    .isEqualTo(new ReportedPolicy(ReportedPolicy.Type.STS, "example.org", List.of(), List.of()));
            assertThat(outcome.mxHost()).isEmpty();
            assertThat(outcome.successful()).isFalse();
        });
    }

    @Test
    void a_message_is_given_up_only_when_the_record_was_asked_for_and_has_nothing_new() {
        publish();
        DeliveryPolicy policy = builder().build();
        assertThat(policy.forDomain("example.org").policyIsCurrent()).isTrue();
        assertThat(policy.forDomain("example.org").policyIsCurrent()).isFalse();
        assertThat(policy.recheck("example.org").policyIsCurrent()).isTrue();
        dns.fails("_mta-sts.example.org", DnsType.TXT);
        assertThat(policy.recheck("example.org").policyIsCurrent()).isFalse();
        dns.sts("example.org", "v=STSv1; id=2");
        fetched = new PolicyFetcher.Failed(FetchFailure.TIMEOUT, "slow");
        assertThat(policy.recheck("example.org").policyIsCurrent()).isFalse();
        now = now.plus(Duration.ofMinutes(5));
        fetched = policy("none");
        assertThat(policy.recheck("example.org").sts().policy()).isEmpty();
    }

    @Test
    void where_dane_applies_mta_sts_does_not() {
        DnsRecord.Tlsa record = new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32));
        dns.signed();
        publish();
        dns.tlsa("other.example", record);
        List<Candidate> all = builder().build().forDomain("example.org").candidates();
        assertThat(all.get(0).requirement()).isEqualTo(new Requirement.TrustedCertificate("mx1.example.org"));
        Candidate candidate = all.get(1);
        assertThat(candidate.unreachable()).isEmpty();
        assertThat(candidate.requirement())
                .isEqualTo(new Requirement.Dane(
                        "other.example", List.of(record), List.of("other.example", "example.org")));
        assertThat(candidate.tlsPolicy()).isEqualTo(TlsPolicy.REQUIRED);
        assertThat(candidate.reportedAs())
                .isEqualTo(new ReportedPolicy(
                        ReportedPolicy.Type.TLSA, "other.example", List.of("3 1 1 " + "ab".repeat(32)), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b.example", "a\r\nb.example", "192.0.2.1", "two words.example", "ä.example"})
    void an_mx_record_without_the_name_of_a_host_is_one_that_cannot_be_reached(String exchange) {
        dns.mx("example.org", 1, exchange).here(exchange);
        assertThat(builder().build().forDomain("example.org").candidates())
                .singleElement()
                .satisfies(candidate -> {
                    assertThat(candidate.host()).matches("[ -~]+");
                    assertThat(candidate.unreachable()).hasValueSatisfying(why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.CONNECT_FAILED));
                    assertThatThrownBy(() -> SmtpClient.to(candidate).connect()).isInstanceOf(UpgradeException.class);
                });
    }

    @Test
    void unsigned_records_ask_nothing() {
        publish();
        dns.tlsa("mx1.example.org", new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32)));
        assertThat(builder().build().forDomain("example.org").iterator().next().requirement())
                .isEqualTo(new Requirement.TrustedCertificate("mx1.example.org"));
    }

    @Test
    void the_settings_for_hosts_with_records_are_the_callers() {
        dns.signed();
        publish();
        dns.tlsa("mx1.example.org", new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32)));
        List<TlsSettings.Builder> made = new ArrayList<>();
        DeliveryPolicy policy = builder()
                .daneTls(() -> {
                    made.add(TlsSettings.builder().versions("TLSv1.3"));
                    return made.get(made.size() - 1);
                })
                .build();
        assertThat(policy.forDomain("example.org").candidates()).hasSize(3);
        assertThat(made).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(StsPolicy.Mode.class)
    void mta_sts_never_overrides_a_look_up_of_dane_that_failed(StsPolicy.Mode mode) {
        fetched = policy(mode.name().toLowerCase(java.util.Locale.ROOT));
        dns.signed();
        publish();
        for (String host : List.of("mx1.example.org", "other.example", "mx.good.example")) {
            dns.fails("_25._tcp." + host, DnsType.TLSA);
        }
        assertThat(builder().build().forDomain("example.org").candidates())
                .hasSize(3)
                .allSatisfy(candidate -> assertThat(candidate.unreachable()).hasValueSatisfying(why -> assertThat(why)
                        .hasMessageContaining("_25._tcp." + candidate.host())
                        .hasMessageContaining("SERVER_FAILURE")));
    }

    @Test
    void with_unusable_records_tls_is_required_and_a_policy_in_mode_enforce_still_asks_for_a_name() {
        dns.signed();
        publish();
        dns.tlsa("mx1.example.org", new DnsRecord.Tlsa(0, 0, 1, "ab".repeat(32)));
        assertThat(builder().build().forDomain("example.org").iterator().next().requirement())
                .isEqualTo(new Requirement.TrustedCertificate("mx1.example.org"));
        fetched = policy("testing");
        Candidate candidate =
                builder().build().forDomain("example.org").iterator().next();
        assertThat(candidate.requirement())
                .isInstanceOfSatisfying(Requirement.Encryption.class, encryption -> assertThat(encryption.why())
                        .contains("usage 0"));
        assertThat(candidate.tlsPolicy()).isEqualTo(TlsPolicy.REQUIRED);
        assertThat(candidate.tls().verification()).contains(Verification.NONE);
        assertThat(candidate.reportedAs().type()).isEqualTo(ReportedPolicy.Type.TLSA);
    }

    @Test
    void outcomes_have_the_domain_that_mail_is_for_also_where_the_records_of_a_host_decide() {
        dns.signed();
        publish();
        dns.tlsa("other.example", new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32)));
        DeliveryPolicy policy = builder().build();
        for (Candidate candidate : policy.forDomain("Example.org.")) {
            policy.failed(candidate, new UpgradeException(FailureReason.NOT_OFFERED, Phase.CAPABILITY, "no offer"));
        }
        assertThat(outcomes).extracting(DeliveryOutcome::domain).containsOnly("example.org");
        assertThat(outcomes)
                .extracting(outcome -> outcome.policy().domain())
                .containsExactly("example.org", "other.example", "example.org");
    }

    @Test
    void for_a_message_that_requires_tls_each_host_has_to_prove_its_certificate() {
        dns.mx("example.org", 1, "a.example").here("a.example");
        Candidate nothing =
                builder().build().forDomain("example.org").iterator().next();
        assertThat(nothing.certificate()).isEqualTo(RequireTls.Certificate.NOT_VERIFIED);
        assertThat(nothing.mxName()).isEqualTo(RequireTls.MxName.NOT_VALIDATED);

        Candidate proving = nothing.authenticated();

        assertThat(proving.requirement()).isEqualTo(new Requirement.TrustedCertificate("a.example"));
        assertThat(proving.tlsPolicy()).isEqualTo(TlsPolicy.REQUIRED);
        assertThat(proving.tls().verification()).isNotEqualTo(Optional.of(Verification.NONE));
        assertThat(proving.certificate()).isEqualTo(RequireTls.Certificate.PKIX);
        assertThat(proving.authenticated()).isSameAs(proving);
        assertThat(proving.addresses()).isEqualTo(nothing.addresses());
    }

    @Test
    void what_a_policy_already_asks_for_stays_for_a_message_that_requires_tls() {
        dns.signed();
        publish();
        dns.tlsa("other.example", new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32)));
        dns.fails("_25._tcp.mx.good.example", DnsType.TLSA);
        List<Candidate> all = builder().build().forDomain("example.org").candidates();
        assertThat(all.get(0).authenticated()).isSameAs(all.get(0));
        assertThat(all.get(1).authenticated()).isSameAs(all.get(1));
        assertThat(all.get(1).certificate()).isEqualTo(RequireTls.Certificate.DANE);
        assertThat(all.get(2).authenticated().unreachable()).isPresent();
    }

    @Test
    void the_name_of_a_host_is_validated_by_dnssec_or_by_mta_sts() {
        publish();
        assertThat(builder().build().forDomain("example.org"))
                .extracting(Candidate::mxName)
                .containsExactly(RequireTls.MxName.MTA_STS, RequireTls.MxName.NOT_VALIDATED, RequireTls.MxName.MTA_STS);
        dns.here("alone.example");
        assertThat(builder().build().forDomain("alone.example"))
                .extracting(Candidate::mxName)
                .containsExactly(RequireTls.MxName.NOT_FROM_MX);
        dns.signed().mx("signed.example", 1, "a.example").here("a.example");
        assertThat(builder().build().forDomain("signed.example"))
                .extracting(Candidate::mxName)
                .containsExactly(RequireTls.MxName.DNSSEC);
    }

    @Test
    void for_a_message_that_does_without_tls_no_policy_counts_and_nothing_is_reported() {
        dns.signed();
        publish();
        dns.tlsa("mx1.example.org", new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32)));
        dns.fails("_25._tcp.mx.good.example", DnsType.TLSA);
        DeliveryPolicy policy = builder().build();
        List<Candidate> all = policy.forDomain("example.org").candidates();
        assertThat(all.subList(1, 3))
                .allSatisfy(candidate -> assertThat(candidate.unreachable()).isPresent());
        for (Candidate candidate : all) {
            Candidate open = candidate.opportunistic();
            assertThat(open.unreachable()).isEmpty();
            assertThat(open.requirement()).isEqualTo(new Requirement.Nothing());
            assertThat(open.tlsPolicy()).isEqualTo(TlsPolicy.OPPORTUNISTIC);
            assertThat(open.tls().verification()).contains(Verification.NONE);
            policy.failed(open, new UpgradeException(FailureReason.NOT_OFFERED, Phase.CAPABILITY, "no offer"));
        }
        assertThat(outcomes).isEmpty();
    }

    @Test
    void a_host_without_an_address_cannot_be_reached_whatever_a_message_asks_for() {
        dns.mx("example.org", 1, "a.example");
        Candidate candidate =
                builder().build().forDomain("example.org").iterator().next();
        assertThat(candidate.opportunistic().unreachable()).isPresent();
        assertThat(candidate.authenticated().unreachable()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"[127.0.0.1], 127.0.0.1", "[IPv6:::1], ::1", "[ipv6:2001:db8::1], 2001:db8::1"})
    void an_address_literal_is_a_host_without_any_policy(String literal, String address) throws Exception {
        assertThat(builder().build().forDomain(literal)).singleElement().satisfies(candidate -> {
            assertThat(candidate.host()).isEqualTo(address);
            assertThat(candidate.addresses()).containsExactly(InetAddress.getByName(address));
            assertThat(candidate.requirement()).isEqualTo(new Requirement.Nothing());
        });
        assertThat(dns.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "[]",
                "[example.org]",
                "[127.1]",
                "[127.0.0.1",
                "127.0.0.1",
                "a b.example",
                "a@b.example"
            })
    void what_is_no_domain_is_refused(String domain) {
        DeliveryPolicy policy = builder().build();
        assertThatThrownBy(() -> policy.forDomain(domain))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("domain: expected");
    }

    @Test
    void settings_that_would_weaken_a_requirement_are_refused() {
        DeliveryPolicy.Builder builder = builder();
        TlsSettings unverified =
                TlsSettings.builder().verification(Verification.NONE).build();
        assertThatThrownBy(() -> builder.verifyingTls(unverified)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.encryptingTls(TlsSettings.defaults()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.port(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HttpsPolicyFetcher(dns).withTls(unverified))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HttpsPolicyFetcher(dns).withTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "CERTIFICATE_EXPIRED, HANDSHAKE, certificate-expired",
        "CERTIFICATE_NAME_MISMATCH, HANDSHAKE, certificate-host-mismatch",
        "CERTIFICATE_UNTRUSTED, HANDSHAKE, certificate-not-trusted",
        "NOT_OFFERED, CAPABILITY, starttls-not-supported",
        "REFUSED, COMMAND, starttls-not-supported",
        "PLAINTEXT_INJECTION, COMMAND, validation-failure",
        "CONNECTION_CLOSED, HANDSHAKE, validation-failure",
        "HOST_EXCLUDED, CONNECT, validation-failure",
        "CONNECTION_CLOSED, GREETING, ",
        "CONNECT_FAILED, CONNECT, ",
        "TIMEOUT, HANDSHAKE, ",
        "TURNED_AWAY, GREETING, ",
        "LOCAL_ERROR, HANDSHAKE, ",
        "REJECTED, HANDSHAKE, "
    })
    void what_failed_because_of_tls_or_a_policy_is_an_outcome(FailureReason reason, Phase phase, String resultType) {
        publish();
        DeliveryPolicy policy = builder().build();
        Candidate candidate = policy.forDomain("example.org").iterator().next();
        policy.failed(candidate, new UpgradeException(reason, phase, "Expected this, got that"));
        if (resultType == null) {
            assertThat(outcomes).isEmpty();
        } else {
            assertThat(outcomes).singleElement().satisfies(outcome -> {
                assertThat(outcome.resultType()).contains(resultType);
                assertThat(outcome.mxHost()).isEqualTo("mx1.example.org");
                assertThat(outcome.addresses()).containsExactly(InetAddress.getLoopbackAddress());
                assertThat(outcome.reason()).contains("Expected this, got that");
            });
        }
    }

    @Test
    void a_resolver_that_answers_null_has_failed() {
        DeliveryPolicy policy =
                DeliveryPolicy.builder((name, type) -> nothing()).build();
        assertThat(policy.forDomain("example.org").undeliverable()).isPresent();
    }

    @SuppressWarnings("NullAway")
    @Test
    void aliases_in_place_of_mx_records_do_not_mean_that_there_are_none() {
        DeliveryPolicy policy = DeliveryPolicy.builder((name, type) -> new DnsAnswer.Found(
                        List.of(new DnsRecord.Cname("other.example")), name, DnsAnswer.Security.SECURE))
                .build();
        assertThat(policy.forDomain("example.org").undeliverable())
                .hasValueSatisfying(why -> assertThat(why.kind()).isEqualTo(Destination.Kind.LOOKUP_FAILED));
        assertThat(policy.sts().of("example.org"))
                .isInstanceOfSatisfying(StsResult.NoPolicy.class, none -> assertThat(none.why())
                        .contains("Expected records of type TXT"));
    }

    private static DnsAnswer nothing() {
        return null;
    }

    /** A domain with three hosts, the second of which its policy does not have. */
    private void publish() {
        dns.mx("example.org", 1, "mx1.example.org")
                .mx("example.org", 2, "other.example")
                .mx("example.org", 3, "mx.good.example");
        dns.here("mx1.example.org", "other.example", "mx.good.example").sts("example.org", "v=STSv1; id=1");
    }

    private DeliveryPolicy.Builder builder() {
        return DeliveryPolicy.builder(dns)
                .fetcher(domain -> fetched)
                .clock(() -> now)
                .outcomes(outcomes::add)
                .random(new Random(8461));
    }

    private static List<String> hosts(Destination destination) {
        return destination.candidates().stream().map(Candidate::host).toList();
    }

    private static PolicyFetcher.Fetched policy(String mode) {
        return new PolicyFetcher.Fetched(POLICY.formatted(mode), Optional.of("text/plain"));
    }
}
