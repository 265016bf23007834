package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsType;
import dev.starttls.smtp.policy.StsPolicies.Refresh;
import dev.starttls.smtp.policy.StsPolicy.Mode;
import dev.starttls.smtp.policy.StsResult.Applies;
import dev.starttls.smtp.policy.StsResult.Freshness;
import dev.starttls.smtp.policy.StsResult.NoPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 8461 section 3.3. */
class StsPoliciesTest {

    private static final String ENFORCE = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n";
    private static final String TESTING = ENFORCE.replace("enforce", "testing");

    private final FakeDns dns = new FakeDns();
    private final List<String> fetched = new ArrayList<>();
    private final PolicyStore store = PolicyStore.inMemory(100);
    private PolicyFetcher.Result answer = policy(ENFORCE);
    private Instant now = Instant.parse("2031-05-01T12:00:00Z");
    private final StsPolicies policies = new StsPolicies(dns, this::fetch, store, () -> now, new Random(8461));

    @Test
    void a_domain_without_a_record_costs_one_look_up_and_no_fetch() {
        assertThat(policies.of("example.org")).isInstanceOf(NoPolicy.class);
        assertThat(policies.of("example.org").failure()).isEmpty();
        assertThat(dns.asked()).containsExactly("TXT _mta-sts.example.org", "TXT _mta-sts.example.org");
        assertThat(fetched).isEmpty();
    }

    @Test
    void a_record_leads_to_a_fetch_and_the_policy_is_kept() {
        dns.sts("example.org", "v=STSv1; id=1");
        assertThat(freshness(policies.of("Example.ORG."))).isEqualTo(Freshness.FETCHED);
        assertThat(store.find("example.org")).hasValueSatisfying(kept -> {
            assertThat(kept.id()).isEqualTo("1");
            assertThat(kept.policy().mode()).isEqualTo(Mode.ENFORCE);
            assertThat(kept.fetched()).isEqualTo(now);
        });
        assertThat(fetched).containsExactly("example.org");
    }

    @Test
    void within_a_minute_the_record_is_not_asked_for_again_unless_that_is_wanted() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        dns.asked();
        pass(Duration.ofSeconds(59));
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.RECENT);
        assertThat(dns.asked()).isEmpty();
        assertThat(freshness(policies.recheck("example.org"))).isEqualTo(Freshness.CONFIRMED);
        pass(StsPolicies.GRACE);
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.CONFIRMED);
        assertThat(fetched).hasSize(1);
    }

    @Test
    void another_id_leads_to_a_fetch() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        pass(StsPolicies.GRACE);
        dns.sts("example.org", "v=STSv1; id=2");
        answer = policy(TESTING);
        StsResult result = policies.of("example.org");
        assertThat(freshness(result)).isEqualTo(Freshness.FETCHED);
        assertThat(result.policy())
                .hasValueSatisfying(policy -> assertThat(policy.mode()).isEqualTo(Mode.TESTING));
        assertThat(fetched).hasSize(2);
    }

    @Test
    void a_valid_policy_is_applied_although_the_dns_fails_or_has_no_record_or_several() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        pass(StsPolicies.GRACE);
        dns.fails("_mta-sts.example.org", DnsType.TXT);
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.UNKNOWN);
        dns.sts("example.org");
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.WITHOUT_RECORD);
        dns.sts("example.org", "v=STSv1; id=1", "v=STSv1; id=2");
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.WITHOUT_RECORD);
        assertThat(fetched).hasSize(1);
        pass(Duration.ofDays(7));
        assertThat(policies.of("example.org")).isInstanceOf(NoPolicy.class);
    }

    @Test
    void a_clock_that_was_ahead_holds_up_no_look_up_no_fetch_and_no_refresh() {
        Instant right = now;
        pass(Duration.ofDays(3_650));
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        dns.sts("failing.example", "v=STSv1; id=1");
        answer = new PolicyFetcher.Failed(FetchFailure.TIMEOUT, "late");
        policies.of("failing.example");
        now = right;
        answer = policy(TESTING);
        assertThat(policies.refreshDue(now)).extracting(Refresh::domain).containsExactly("example.org");
        dns.sts("example.org", "v=STSv1; id=2");
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.FETCHED);
        assertThat(freshness(policies.of("failing.example"))).isEqualTo(Freshness.FETCHED);
        assertThat(policies.refreshDue(now)).isEmpty();
        assertThat(store.find("example.org"))
                .hasValueSatisfying(kept -> assertThat(kept.used()).isEqualTo(right));
    }

    @Test
    void a_valid_policy_is_applied_although_a_newer_one_cannot_be_fetched() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        pass(StsPolicies.GRACE);
        dns.sts("example.org", "v=STSv1; id=2");
        answer = new PolicyFetcher.Failed(FetchFailure.CERTIFICATE, "expired");
        StsResult result = policies.of("example.org");
        assertThat(freshness(result)).isEqualTo(Freshness.OUTDATED);
        assertThat(result.policy())
                .hasValueSatisfying(policy -> assertThat(policy.mode()).isEqualTo(Mode.ENFORCE));
        assertThat(result.failure()).contains(new StsResult.Failure("sts-webpki-invalid", "CERTIFICATE: expired"));
    }

    @Test
    void a_fetch_that_failed_is_repeated_after_five_minutes_or_for_another_id() {
        dns.sts("example.org", "v=STSv1; id=1");
        answer = new PolicyFetcher.Failed(FetchFailure.STATUS, "404");
        assertThat(policies.of("example.org").failure()).isPresent();
        pass(StsPolicies.RETRY.minusNanos(1));
        assertThat(policies.of("example.org").failure()).isPresent();
        assertThat(policies.recheck("example.org")).isInstanceOf(NoPolicy.class);
        assertThat(fetched).hasSize(1);
        dns.sts("example.org", "v=STSv1; id=2");
        policies.of("example.org");
        assertThat(fetched).hasSize(2);
        pass(StsPolicies.RETRY);
        answer = policy(ENFORCE);
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.FETCHED);
        assertThat(fetched).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(FetchFailure.class)
    void without_a_policy_a_fetch_that_failed_means_none(FetchFailure failure) {
        dns.sts("example.org", "v=STSv1; id=1");
        answer = new PolicyFetcher.Failed(failure, "why");
        StsResult result = policies.of("example.org");
        assertThat(result).isInstanceOf(NoPolicy.class);
        assertThat(result.failure()).contains(new StsResult.Failure(failure.resultType(), failure + ": why"));
        assertThat(failure.resultType())
                .isEqualTo(failure == FetchFailure.CERTIFICATE ? "sts-webpki-invalid" : "sts-policy-fetch-error");
    }

    @Test
    void a_text_that_is_no_policy_is_reported_as_invalid_and_not_fetched_again_at_once() {
        dns.sts("example.org", "v=STSv1; id=1");
        answer = policy("bogus");
        assertThat(policies.of("example.org").failure())
                .hasValueSatisfying(failure -> assertThat(failure.resultType()).isEqualTo("sts-policy-invalid"));
        policies.of("example.org");
        assertThat(fetched).hasSize(1);
        assertThat(store.domains()).isEmpty();
    }

    @Test
    void another_media_type_is_no_reason_to_do_without_a_policy() {
        dns.sts("example.org", "v=STSv1; id=1");
        answer = new PolicyFetcher.Fetched(ENFORCE, Optional.of("text/html"));
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.FETCHED);
    }

    @Test
    void mode_none_is_kept_and_counts_as_no_policy() {
        dns.sts("example.org", "v=STSv1; id=1");
        answer = policy("version: STSv1\nmode: none\nmax_age: 86400\n");
        assertThat(policies.of("example.org").policy()).isEmpty();
        assertThat(store.domains()).containsExactly("example.org");
    }

    @Test
    void a_policy_of_age_zero_is_applied_once() {
        dns.sts("example.org", "v=STSv1; id=1");
        answer = policy(ENFORCE.replace("604800", "0"));
        assertThat(policies.of("example.org").policy()).isPresent();
        assertThat(policies.of("example.org").policy()).isPresent();
        assertThat(fetched).hasSize(2);
    }

    @Test
    void what_the_code_around_throws_is_a_failure_like_others() {
        StsPolicies faulty = new StsPolicies(
                dns,
                domain -> {
                    throw new IllegalStateException("a fault in a fetcher");
                },
                new FaultyStore(),
                () -> now);
        dns.sts("example.org", "v=STSv1; id=1");
        assertThat(faulty.of("example.org").failure())
                .hasValueSatisfying(failure -> assertThat(failure.detail()).contains("a fault in a fetcher"));
        StsPolicies unstored = new StsPolicies(dns, this::fetch, new FaultyStore(), () -> now);
        assertThat(freshness(unstored.of("example.org"))).isEqualTo(Freshness.FETCHED);
        assertThat(unstored.refreshDue(now)).isEmpty();
        StsPolicies deaf = new StsPolicies(
                (name, type) -> {
                    throw new IllegalStateException("a fault in a resolver");
                },
                this::fetch,
                store,
                () -> now);
        assertThat(deaf.of("example.org")).isInstanceOfSatisfying(NoPolicy.class, none -> assertThat(none.why())
                .contains("a fault in a resolver"));
    }

    @Test
    void policies_are_due_when_they_are_half_a_day_old_and_are_spread_over_three_hours() {
        for (int i = 0; i < 50; i++) {
            dns.sts("d" + i + ".example", "v=STSv1; id=1");
            policies.of("d" + i + ".example");
        }
        assertThat(policies.refreshDue(now)).isEmpty();
        Instant later = now.plus(StsPolicies.REFRESH_AFTER);
        List<StsPolicies.Refresh> due = policies.refreshDue(later);
        assertThat(due).extracting(StsPolicies.Refresh::domain).hasSize(50).doesNotHaveDuplicates();
        assertThat(due).extracting(StsPolicies.Refresh::delay).isSorted().allSatisfy(delay -> assertThat(delay)
                .isBetween(Duration.ZERO, StsPolicies.SPREAD));
        assertThat(due.get(0).delay()).isLessThan(Duration.ofMinutes(4));
        assertThat(due.get(49).delay()).isGreaterThan(Duration.ofMinutes(176));
        assertThat(policies.refreshDue(later)).isNotEqualTo(due);
    }

    @Test
    void a_refresh_prolongs_a_policy_whose_record_is_the_same_or_gone() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        pass(Duration.ofDays(1));
        assertThat(freshness(policies.refresh("example.org"))).isEqualTo(Freshness.FETCHED);
        dns.sts("example.org");
        pass(Duration.ofDays(1));
        assertThat(freshness(policies.refresh("example.org"))).isEqualTo(Freshness.FETCHED);
        assertThat(store.find("example.org").orElseThrow().expires()).isEqualTo(now.plus(Duration.ofDays(7)));
        assertThat(store.find("example.org").orElseThrow().id()).isEqualTo("1");
    }

    @Test
    void a_refresh_that_fails_leaves_the_policy_and_says_why() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        pass(Duration.ofDays(1));
        answer = new PolicyFetcher.Failed(FetchFailure.TIMEOUT, "slow");
        StsResult result = policies.refresh("example.org");
        assertThat(result.failure()).isPresent();
        assertThat(result.policy()).isPresent();
        assertThat(policies.of("example.org").policy()).isPresent();
        assertThat(policies.refresh("never-seen.example")).isInstanceOf(NoPolicy.class);
    }

    @Test
    void refreshing_is_no_use_and_what_is_not_used_for_half_a_year_is_removed() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        for (int day = 0; day < 179; day++) {
            pass(Duration.ofDays(1));
            policies.refresh("example.org");
        }
        assertThat(policies.refreshDue(now.plus(StsPolicies.REFRESH_AFTER))).hasSize(1);
        pass(Duration.ofDays(1));
        policies.refresh("example.org");
        assertThat(policies.refreshDue(now.plus(StsPolicies.REFRESH_AFTER))).isEmpty();
        assertThat(store.domains()).isEmpty();
    }

    @Test
    void a_use_is_written_once_a_day() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        Instant first = now;
        pass(Duration.ofHours(23));
        policies.of("example.org");
        assertThat(store.find("example.org").orElseThrow().used()).isEqualTo(first);
        pass(Duration.ofHours(1));
        policies.of("example.org");
        assertThat(store.find("example.org").orElseThrow().used()).isEqualTo(now);
    }

    @Test
    void an_expired_policy_is_removed_when_refreshes_are_asked_for() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        assertThat(policies.refreshDue(now.plus(Duration.ofDays(7)))).isEmpty();
        assertThat(store.domains()).isEmpty();
    }

    @Test
    void a_purge_forgets_the_policy_and_the_failed_fetch() {
        dns.sts("example.org", "v=STSv1; id=1");
        policies.of("example.org");
        policies.purge("EXAMPLE.org");
        assertThat(store.domains()).isEmpty();
        answer = new PolicyFetcher.Failed(FetchFailure.STATUS, "404");
        policies.of("example.org");
        policies.purge("example.org");
        answer = policy(ENFORCE);
        assertThat(freshness(policies.of("example.org"))).isEqualTo(Freshness.FETCHED);
    }

    @Test
    void an_explanation_says_what_is_stored_what_the_dns_has_and_what_follows() {
        dns.sts("example.org", "v=STSv1; id=1");
        assertThat(policies.explain("example.org"))
                .isEqualTo(
                        """
                        MTA-STS of example.org at 2031-05-01T12:00:00Z
                        stored: nothing
                        record: _mta-sts.example.org: id 1
                        so: the policy is fetched at the next delivery
                        """);
        policies.of("example.org");
        pass(Duration.ofHours(1));
        dns.sts("example.org", "v=STSv1; id=2");
        answer = new PolicyFetcher.Failed(FetchFailure.STATUS, "Expected status 200, got 404");
        policies.of("example.org");
        int fetches = fetched.size();
        assertThat(policies.explain("example.org"))
                .isEqualTo(
                        """
                        MTA-STS of example.org at 2031-05-01T13:00:00Z
                        stored: id 1, mode ENFORCE, mx [mx.example.org], fetched 2031-05-01T12:00:00Z, valid until 2031-05-08T12:00:00Z
                        record: _mta-sts.example.org: id 2
                        last fetch: id 2 at 2031-05-01T13:00:00Z failed: sts-policy-fetch-error: STATUS: Expected status 200, got 404; not repeated before 2031-05-01T13:05:00Z
                        so: the policy is fetched at the next delivery, and the stored one applies if that fails
                        """);
        assertThat(fetched).hasSize(fetches);
        dns.fails("_mta-sts.example.org", DnsType.TXT);
        assertThat(policies.explain("example.org"))
                .contains("LOOKUP_FAILED", "so: the stored policy applies; purge it if it is known to be wrong");
    }

    @Test
    void an_address_literal_or_what_is_no_name_has_no_policy() {
        for (String domain : List.of("[192.0.2.1]", "192.0.2.1", "", "a..b", "-\u0000", "x".repeat(64) + ".example")) {
            assertThatThrownBy(() -> policies.of(domain))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a name such as example.org");
        }
    }

    private PolicyFetcher.Result fetch(String domain) {
        fetched.add(domain);
        return answer;
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static Freshness freshness(StsResult result) {
        assertThat(result).isInstanceOf(Applies.class);
        return ((Applies) result).freshness();
    }

    private static PolicyFetcher.Fetched policy(String text) {
        return new PolicyFetcher.Fetched(text, Optional.of("text/plain"));
    }

    private static final class FaultyStore implements PolicyStore {

        @Override
        public Optional<StoredPolicy> find(String domain) {
            throw new IllegalStateException("a fault in a store");
        }

        @Override
        public void keep(StoredPolicy policy) {
            throw new IllegalStateException("a fault in a store");
        }

        @Override
        public void remove(String domain) {
            throw new IllegalStateException("a fault in a store");
        }

        @Override
        public List<String> domains() {
            throw new IllegalStateException("a fault in a store");
        }
    }
}
