package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RFC 8460 sections 4.1 and 5.5. */
class ReportAttemptsTest {

    private static final Instant FIRST = Instant.parse("2026-03-02T01:00:00Z");

    @Test
    void the_first_attempt_is_at_random_within_four_hours_after_the_day() throws Exception {
        TlsReport report = TlsReportTest.appendixB();
        Instant midnight = report.end().plusSeconds(1);
        Random random = new Random(8460);
        List<Duration> delays = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            delays.add(Duration.between(
                    midnight, ReportAttempts.after(report, random).nextAttempt().orElseThrow()));
        }
        assertThat(delays).allMatch(delay -> !delay.isNegative() && delay.compareTo(Duration.ofHours(4)) < 0);
        assertThat(delays).anyMatch(delay -> delay.compareTo(Duration.ofMinutes(10)) < 0);
        assertThat(delays).anyMatch(delay -> delay.compareTo(Duration.ofMinutes(230)) > 0);
    }

    @Test
    void each_wait_is_twice_the_last_and_none_ends_after_a_day() {
        List<Duration> after = new ArrayList<>();
        ReportAttempts attempts = new ReportAttempts(FIRST, 0);
        for (Optional<Instant> next = attempts.nextAttempt(); next.isPresent(); next = attempts.nextAttempt()) {
            after.add(Duration.between(FIRST, next.get()));
            attempts = attempts.afterFailure();
        }
        assertThat(after.stream().map(Duration::toMinutes)).containsExactly(0L, 15L, 45L, 105L, 225L, 465L, 945L);
    }

    @Test
    void after_the_last_attempt_there_is_none_however_many_have_failed() {
        assertThat(new ReportAttempts(FIRST, 7).nextAttempt()).isEmpty();
        assertThat(new ReportAttempts(FIRST, Integer.MAX_VALUE).nextAttempt()).isEmpty();
        assertThatThrownBy(() -> new ReportAttempts(FIRST, -1)).hasMessageContaining("failed: expected 0 or more");
    }
}
