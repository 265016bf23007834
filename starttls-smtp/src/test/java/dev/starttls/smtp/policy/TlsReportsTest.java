package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 8460 sections 4.1 to 4.4: what is counted, and when it is a report. */
@Timeout(60)
class TlsReportsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NEXT_DAY = Instant.parse("2026-03-02T00:00:00Z");

    private final ReportedPolicy sts = new ReportedPolicy(
            ReportedPolicy.Type.STS,
            "example.org",
            List.of("version: STSv1", "mode: enforce"),
            List.of("mx.example.org"));
    private final ReportedFailure expired =
            ReportedFailure.of(TlsResultType.CERTIFICATE_EXPIRED).withMxHost("mx.example.org");
    private final TlsReports reports = TlsReports.of("Company-X", "tlsrpt@company-x.example");

    @Test
    void sessions_of_a_day_become_one_report_of_the_domain() {
        reports.succeeded("example.org", sts, NOON);
        reports.succeeded("example.org", sts, NOON.plusSeconds(1));
        reports.failed("example.org", sts, expired, NOON);
        reports.failed("example.org", sts, expired, NOON);
        reports.failed("example.org", sts, expired.withMxHost("mx2.example.org"), NOON);

        List<TlsReport> taken = reports.take(NEXT_DAY);

        assertThat(taken).hasSize(1);
        TlsReport report = taken.get(0);
        assertThat(report.begin()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(report.end()).isEqualTo(Instant.parse("2026-03-01T23:59:59Z"));
        assertThat(report.organization()).isEqualTo("Company-X");
        assertThat(report.id()).isNotEmpty();
        assertThat(report.sessions())
                .containsExactly(new ReportedSessions(
                        sts, 2, 3, List.of(expired.withSessions(2), expired.withMxHost("mx2.example.org"))));
    }

    @Test
    void a_day_is_not_reported_before_its_end_and_only_once() {
        reports.succeeded("example.org", sts, NOON);
        assertThat(reports.take(NEXT_DAY.minusSeconds(1))).isEmpty();
        assertThat(reports.take(NEXT_DAY)).hasSize(1);
        assertThat(reports.take(NEXT_DAY)).isEmpty();
    }

    @Test
    void days_of_utc_and_domains_make_reports_of_their_own_in_their_order() {
        reports.succeeded("b.example", ReportedPolicy.none("b.example"), NEXT_DAY);
        reports.succeeded("b.example", ReportedPolicy.none("b.example"), NEXT_DAY.minusMillis(1));
        reports.succeeded("a.example", ReportedPolicy.none("a.example"), NEXT_DAY);
        assertThat(reports.take(NEXT_DAY.plus(Duration.ofDays(1))).stream()
                        .map(report -> report.begin() + " " + report.domain()))
                .containsExactly(
                        "2026-03-01T00:00:00Z b.example",
                        "2026-03-02T00:00:00Z a.example",
                        "2026-03-02T00:00:00Z b.example");
    }

    @Test
    void policies_of_one_domain_are_counted_apart_in_one_report() {
        reports.succeeded("example.org", sts, NOON);
        reports.succeeded("example.org", ReportedPolicy.none("example.org"), NOON);
        assertThat(reports.take(NEXT_DAY)).singleElement().satisfies(report -> assertThat(report.sessions())
                .hasSize(2));
    }

    @Test
    void outcomes_of_a_delivery_policy_are_counted() throws Exception {
        DeliveryOutcomes outcomes = reports.outcomes(InstantSource.fixed(NOON));
        InetAddress address = InetAddress.getByAddress("mx.example.org", new byte[] {(byte) 192, 0, 2, 1});
        outcomes.add(new DeliveryOutcome("example.org", sts, "mx.example.org", List.of(address), Optional.empty(), ""));
        outcomes.add(new DeliveryOutcome(
                "example.org",
                sts,
                "mx.example.org",
                List.of(address),
                Optional.of("certificate-expired"),
                "since\r\nyesterday"));
        outcomes.add(new DeliveryOutcome("example.org", sts, "", List.of(), Optional.of("sts-policy-fetch-error"), ""));

        ReportedSessions sessions = reports.take(NEXT_DAY).get(0).sessions().get(0);

        assertThat(sessions.successful()).isEqualTo(1);
        assertThat(sessions.failed()).isEqualTo(2);
        ReportedFailure failure = sessions.failures().get(0);
        assertThat(failure.receivingAddress()).contains("192.0.2.1");
        assertThat(failure.mxHost()).contains("mx.example.org");
        assertThat(failure.reasonCode().orElseThrow()).startsWith("since").doesNotContain("\r", "\n");
        assertThat(sessions.failures().get(1)).isEqualTo(ReportedFailure.of(TlsResultType.STS_POLICY_FETCH_ERROR));
    }

    @Test
    void sessions_under_the_records_of_hosts_are_in_the_report_of_the_domain_that_mail_was_for() throws Exception {
        DeliveryOutcomes outcomes = reports.outcomes(InstantSource.fixed(NOON));
        for (String host : List.of("mx1.hosting.example", "mx2.hosting.example")) {
            ReportedPolicy dane = new ReportedPolicy(ReportedPolicy.Type.TLSA, host, List.of("3 1 1 ab"), List.of());
            outcomes.add(new DeliveryOutcome(
                    "example.org", dane, host, List.of(), Optional.of("tlsa-invalid"), "another key"));
        }

        TlsReports restarted = TlsReports.of("Company-X", "tlsrpt@company-x.example");
        for (TlsReport kept : reports.snapshot()) {
            restarted.add(TlsReportReader.read(kept.gzip()).withDomain(kept.domain()));
        }

        for (TlsReports counted : List.of(reports, restarted)) {
            TlsReport report = counted.take(NEXT_DAY).get(0);
            assertThat(report.domain()).as("whose record says where it goes").isEqualTo("example.org");
            assertThat(report.sessions())
                    .extracting(sessions -> sessions.policy().domain())
                    .containsExactly("mx1.hosting.example", "mx2.hosting.example");
            assertThat(counted.take(NEXT_DAY)).isEmpty();
        }
    }

    @Test
    void what_was_counted_before_a_restart_is_counted_on() throws Exception {
        reports.succeeded("example.org", sts, NOON);
        reports.failed("example.org", sts, expired, NOON);
        TlsReports restarted = TlsReports.of("Company-X", "tlsrpt@company-x.example");
        for (TlsReport kept : reports.snapshot()) {
            restarted.add(TlsReportReader.read(kept.gzip()));
        }
        restarted.failed("example.org", sts, expired, NOON);

        assertThat(restarted.take(NEXT_DAY).get(0).sessions())
                .containsExactly(new ReportedSessions(sts, 1, 2, List.of(expired.withSessions(2))));
        assertThat(reports.take(NEXT_DAY)).as("a snapshot takes nothing").hasSize(1);
    }

    @Test
    void too_many_details_are_counted_by_their_result_type_alone() {
        for (int i = 0; i < TlsReports.MAX_FAILURES + 100; i++) {
            reports.failed("example.org", sts, expired.withMxHost("mx" + i), NOON);
        }
        ReportedSessions sessions = reports.take(NEXT_DAY).get(0).sessions().get(0);
        assertThat(sessions.failed()).isEqualTo(TlsReports.MAX_FAILURES + 100);
        assertThat(sessions.failures()).hasSize(TlsReports.MAX_FAILURES + 1);
        assertThat(sessions.failures())
                .contains(ReportedFailure.of(TlsResultType.CERTIFICATE_EXPIRED).withSessions(100));
    }

    @Test
    void domains_without_end_take_no_more_than_the_bound_and_what_is_dropped_is_counted() {
        TlsReports small = TlsReports.of("Company-X", "c@x.example", 10_000, () -> "id");
        for (int i = 0; i < 1_000; i++) {
            small.succeeded("d" + i + ".example", ReportedPolicy.none("d" + i + ".example"), NOON);
        }
        int reported = small.take(NEXT_DAY).size();
        assertThat(reported).isBetween(10, 40);
        assertThat(small.dropped()).isEqualTo(1_000 - reported);

        small.succeeded("example.org", sts, NEXT_DAY);
        assertThat(small.snapshot()).as("there is room again").hasSize(1);
    }

    /** Policies of the greatest length that a domain changes as fast as it can, and failures of all kinds. */
    @Test
    void domains_with_long_policies_and_many_details_cost_others_no_sessions() {
        for (int domain = 0; domain < 100; domain++) {
            String name = "d" + domain + ".evil.example";
            for (int i = 0; i < 30; i++) {
                ReportedPolicy longest = new ReportedPolicy(
                        ReportedPolicy.Type.STS,
                        name,
                        Collections.nCopies(999, "mx: *.a-host-with-a-name-of-some-length-of-mine." + i + "." + name),
                        Collections.nCopies(999, "*.a-host-with-a-name-of-some-length-of-mine." + i + "." + name));
                reports.succeeded(name, longest, NOON);
                reports.failed(name, sts, expired.withMxHost("mx" + i + ".evil.example"), NOON);
            }
        }
        for (int i = 0; i < 1_000; i++) {
            reports.failed("victim" + i + ".example", sts, expired, NOON);
        }
        assertThat(reports.dropped()).isZero();
        TlsReports restarted = TlsReports.of("Company-X", "tlsrpt@company-x.example");
        reports.snapshot().forEach(restarted::add);
        assertThat(sessions(restarted.snapshot()))
                .as("nothing is lost over a restart")
                .isEqualTo(sessions(reports.snapshot()));
        List<TlsReport> taken = reports.take(NEXT_DAY);
        assertThat(taken).hasSize(1_100);
        for (TlsReport report : taken) {
            long sessions = report.sessions().stream()
                    .mapToLong(counts -> counts.successful() + counts.failed())
                    .sum();
            if (report.domain().startsWith("victim")) {
                assertThat(report.sessions()).hasSize(1);
                assertThat(report.sessions().get(0).policy()).isEqualTo(sts);
                assertThat(report.sessions().get(0).failures())
                        .singleElement()
                        .satisfies(failure -> assertThat(failure.type()).contains(TlsResultType.CERTIFICATE_EXPIRED));
            } else {
                assertThat(sessions).isEqualTo(60);
            }
        }
    }

    /** Of each report, whose identifiers differ. */
    private static List<List<ReportedSessions>> sessions(List<TlsReport> some) {
        return some.stream().map(TlsReport::sessions).toList();
    }

    @Test
    void a_detail_that_is_counted_already_is_counted_on_when_the_share_of_its_domain_is_used_up() {
        TlsReports small = TlsReports.of("Company-X", "c@x.example", 4_000_000, () -> "id");
        small.failed("example.org", sts, expired, NOON);
        for (int i = 0; i < 300; i++) {
            small.failed("example.org", sts, expired.withMxHost("mx" + i), NOON);
        }
        small.failed("example.org", sts, expired, NOON);
        ReportedSessions counts = small.take(NEXT_DAY).get(0).sessions().get(0);
        assertThat(counts.failures()).contains(expired.withSessions(2)).hasSizeBetween(50, 150);
        assertThat(counts.failed()).isEqualTo(302);
        assertThat(counts.failures().stream()
                        .mapToLong(ReportedFailure::sessions)
                        .sum())
                .isEqualTo(302);
    }

    @Test
    void without_room_for_a_detail_the_summary_counts() {
        TlsReports small = TlsReports.of("Company-X", "c@x.example", 800, () -> "id");
        small.failed("example.org", sts, expired, NOON);
        assertThat(small.take(NEXT_DAY).get(0).sessions()).containsExactly(new ReportedSessions(sts, 0, 1, List.of()));
    }

    @Test
    void days_that_nobody_takes_are_dropped() {
        for (int day = 0; day < TlsReports.MAX_DAYS + 3; day++) {
            reports.succeeded("example.org", sts, NOON.plus(Duration.ofDays(day)));
        }
        assertThat(reports.snapshot()).hasSize(TlsReports.MAX_DAYS);
        assertThat(reports.dropped()).isEqualTo(3);
    }

    @Test
    void sessions_of_a_day_before_those_in_memory_are_dropped_and_take_no_room_of_others() {
        TlsReports small = TlsReports.of("Company-X", "tlsrpt@company-x.example", 20_000, () -> "1");
        for (int day = 1; day <= TlsReports.MAX_DAYS; day++) {
            small.succeeded("example.org", sts, NOON.plus(Duration.ofDays(day)));
        }
        for (int i = 0; i < 1_000; i++) {
            small.failed("example.org", sts, expired, NOON);
        }
        assertThat(small.dropped()).isEqualTo(1_000);
        small.succeeded(
                "today.example", ReportedPolicy.none("today.example"), NOON.plus(Duration.ofDays(TlsReports.MAX_DAYS)));
        assertThat(small.snapshot()).hasSize(TlsReports.MAX_DAYS + 1);
        assertThat(small.dropped()).isEqualTo(1_000);
    }

    @Test
    void sessions_of_a_time_that_no_report_can_have_are_dropped_and_hold_up_no_other() {
        reports.succeeded("example.org", sts, NOON);
        reports.succeeded("example.org", sts, Instant.EPOCH.minusMillis(1));
        reports.succeeded("example.org", sts, Instant.parse("+10000-01-01T00:00:00Z"));
        reports.failed("example.org", sts, expired, Instant.MAX);
        reports.failed("example.org", sts, expired, Instant.MIN);
        assertThat(reports.snapshot()).hasSize(1);
        assertThat(reports.take(NEXT_DAY)).hasSize(1);
        assertThat(reports.dropped()).isEqualTo(4);
    }

    @Test
    void no_report_is_lost_if_the_identifier_of_a_later_one_cannot_be_made() {
        Iterator<String> some = List.of("1").iterator();
        AtomicBoolean all = new AtomicBoolean();
        TlsReports failing =
                TlsReports.of("Company-X", "tlsrpt@company-x.example", 1_000_000, () -> all.get() ? "2" : some.next());
        failing.succeeded("example.org", sts, NOON);
        failing.succeeded("example.org", sts, NEXT_DAY);
        Instant later = NEXT_DAY.plus(Duration.ofDays(1));
        assertThatThrownBy(() -> failing.take(later)).isInstanceOf(NoSuchElementException.class);
        all.set(true);
        assertThat(failing.take(later)).hasSize(2);
        assertThat(failing.take(later)).isEmpty();
    }

    @Test
    void threads_lose_no_session() throws Exception {
        int threads = 4;
        CountDownLatch ready = new CountDownLatch(threads);
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                ready.countDown();
                for (int i = 0; i < 5_000; i++) {
                    reports.failed("example.org", sts, expired, NOON);
                    reports.succeeded("example.org", sts, NOON);
                }
            });
            running.add(thread);
            thread.start();
        }
        for (Thread thread : running) {
            thread.join();
        }
        assertThat(reports.take(NEXT_DAY).get(0).sessions())
                .containsExactly(new ReportedSessions(sts, 20_000, 20_000, List.of(expired.withSessions(20_000))));
    }

    @Test
    void who_reports_is_said() {
        assertThatThrownBy(() -> TlsReports.of(" ", "c@x.example")).hasMessageContaining("organization: expected");
        assertThatThrownBy(() -> TlsReports.of("o", "")).hasMessageContaining("contact: expected");
    }

    /** RFC 8460 section 4.3: the eleven types. */
    @Test
    void there_are_the_eleven_result_types_of_the_rfc() {
        assertThat(EnumSet.allOf(TlsResultType.class).stream()
                        .map(TlsResultType::text)
                        .collect(Collectors.toSet()))
                .isEqualTo(Set.of(
                        "starttls-not-supported",
                        "certificate-host-mismatch",
                        "certificate-expired",
                        "certificate-not-trusted",
                        "validation-failure",
                        "tlsa-invalid",
                        "dnssec-invalid",
                        "dane-required",
                        "sts-policy-fetch-error",
                        "sts-policy-invalid",
                        "sts-webpki-invalid"));
    }

    /** RFC 8460 section 4.3.4: what is transient, or a fault of this side, says nothing of a domain's TLS. */
    private static final Set<FailureReason> NEVER_REPORTED = EnumSet.of(
            FailureReason.TIMEOUT,
            FailureReason.CONNECT_FAILED,
            FailureReason.TURNED_AWAY,
            FailureReason.REJECTED,
            FailureReason.LOCAL_ERROR,
            FailureReason.DIRECT_NOT_TAKEN);

    /** What happens to connections without TLS too. */
    private static final Set<FailureReason> REPORTED_OF_THE_NEGOTIATION = EnumSet.of(
            FailureReason.CONNECTION_CLOSED,
            FailureReason.TRUNCATED,
            FailureReason.PROTOCOL_VIOLATION,
            FailureReason.LIMIT_EXCEEDED);

    @ParameterizedTest
    @EnumSource(FailureReason.class)
    void each_reason_of_a_failure_has_a_result_type_or_is_not_reported(FailureReason reason) {
        for (Phase phase : Phase.values()) {
            boolean negotiating = phase == Phase.COMMAND || phase == Phase.HANDSHAKE;
            boolean reported =
                    !NEVER_REPORTED.contains(reason) && (negotiating || !REPORTED_OF_THE_NEGOTIATION.contains(reason));
            UpgradeException failure = new UpgradeException(reason, phase, "expected one thing, got another");
            Optional<TlsResultType> type = TlsResultType.of(failure);
            assertThat(type.map(TlsResultType::text))
                    .as("%s", phase)
                    .isEqualTo(reported ? Optional.of(reason.resultType()) : Optional.empty());
            assertThat(ReportedFailure.of(failure).flatMap(ReportedFailure::reasonCode))
                    .isEqualTo(type.filter(TlsResultType.VALIDATION_FAILURE::equals)
                            .map(unused -> reason.name()));
        }
    }

    @ParameterizedTest
    @EnumSource(FailureReason.class)
    void the_listener_of_a_candidate_counts_what_has_a_result_type(FailureReason reason) {
        List<DeliveryOutcome> outcomes = new ArrayList<>();
        OutcomeListener listener = new OutcomeListener(
                "x.example",
                ReportedPolicy.none("x.example"),
                "mx.x.example",
                List.of(),
                Optional.empty(),
                outcomes::add);
        for (Phase phase : Phase.values()) {
            UpgradeException failure = new UpgradeException(reason, phase, "expected one thing, got another");
            outcomes.clear();
            listener.failed(failure);
            assertThat(outcomes.stream().map(DeliveryOutcome::resultType))
                    .as("%s", phase)
                    .isEqualTo(TlsResultType.of(failure).stream()
                            .map(type -> Optional.of(type.text()))
                            .toList());
        }
    }

    @Test
    void a_validation_failure_says_what_its_cause_says_in_short() {
        UpgradeException failure =
                new UpgradeException(FailureReason.HANDSHAKE_FAILED, Phase.HANDSHAKE, "expected a ServerHello");
        failure.initCause(new java.io.IOException("fatal alert:\nhandshake_failure" + "!".repeat(500)));
        String code = ReportedFailure.of(failure).orElseThrow().reasonCode().orElseThrow();
        assertThat(code)
                .startsWith("HANDSHAKE_FAILED: fatal alert:")
                .doesNotContain("\n")
                .hasSizeLessThanOrEqualTo(160);
    }
}
