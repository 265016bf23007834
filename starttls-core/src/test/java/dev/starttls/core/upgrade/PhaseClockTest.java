package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a peer may take, and how much it may send, by the time that a driver passes in. */
class PhaseClockTest {

    private static final long SECOND = 1_000_000_000;
    private static final long BEGAN = 7 * SECOND;
    private static final UpgradeLimits LIMITS =
            new UpgradeLimits(100, 5, 300, Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ZERO);

    private final UpgradeRecord record = new UpgradeRecord("test", Role.CLIENT);
    private final PhaseClock clock = begun(LIMITS);

    private PhaseClock begun(UpgradeLimits limits) {
        PhaseClock made = new PhaseClock(limits, Phase.GREETING, record);
        made.begin(BEGAN);
        return made;
    }

    @Test
    void a_phase_is_late_when_its_time_is_over_and_not_before() {
        requireDeadline(10 * SECOND);
        clock.advanceTo(BEGAN + 10 * SECOND - 1);
        assertThat(clock.late()).isFalse();
        clock.advanceTo(BEGAN + 10 * SECOND);
        assertThat(clock.late()).isTrue();
        assertThat(clock.patience()).isEqualTo(Duration.ofSeconds(10));
        assertThat(clock.patienceSetting()).isEqualTo("withTimePerPhase");

        clock.stop();
        assertThat(clock.late()).as("nothing is bounded any more").isFalse();
        assertThat(record.lastFinished()).isEqualTo(Phase.GREETING);
    }

    @Test
    void the_next_phase_has_its_own_time_and_its_own_counts() {
        clock.count(5, 300);
        clock.serve();
        clock.advanceTo(BEGAN + 3 * SECOND);
        clock.count(5, 300);
        clock.enter(Phase.GREETING);
        assertThat(clock.received()).as("it is in this phase already").isEqualTo("5 lines and 300 octets");
        requireDeadline(20 * SECOND);

        clock.enter(Phase.CAPABILITY);
        assertThat(clock.phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(record.lastFinished()).isEqualTo(Phase.GREETING);
        assertThat(clock.received()).isEqualTo("0 lines and 0 octets");
        requireDeadline(13 * SECOND);
        assertThat(clock.patienceSetting()).isEqualTo("withTimePerPhase");
    }

    @Test
    void each_count_may_be_reached_and_not_exceeded() {
        clock.count(5, 300);
        assertThat(clock.excess()).isEmpty();
        clock.count(0, 1);
        assertThat(clock.excess().orElseThrow().bound()).isEqualTo("at most 300 octets in one phase, got more");
        assertThat(clock.excess().orElseThrow().hint()).contains("withOctetsPerPhase");
        clock.count(1, 0);
        assertThat(clock.excess().orElseThrow().bound()).isEqualTo("at most 5 lines in one phase, got more");
        assertThat(clock.excess().orElseThrow().hint()).contains("withLinesPerPhase");
    }

    @Test
    void what_came_is_said_in_words() {
        assertThat(clock.received()).isEqualTo("0 lines and 0 octets");
        clock.count(1, 1);
        assertThat(clock.received()).isEqualTo("1 line and 1 octet");
        clock.count(1, 1);
        assertThat(clock.received()).isEqualTo("2 lines and 2 octets");
    }

    @Test
    void a_task_has_the_time_of_a_phase_and_is_not_the_peers_time() {
        clock.advanceTo(BEGAN + SECOND);
        clock.taskDue(true);
        assertThat(clock.awaitsTask()).isTrue();
        requireDeadline(11 * SECOND);
        clock.advanceTo(BEGAN + 3 * SECOND);
        clock.taskDue(true);
        requireDeadline(11 * SECOND);
        clock.taskDue(false);
        assertThat(clock.awaitsTask()).isFalse();
        requireDeadline(12 * SECOND);
        clock.advanceTo(BEGAN + 4 * SECOND);
        requireDeadline(12 * SECOND);
    }

    @Test
    void an_answer_of_this_side_has_its_own_time_and_is_not_the_peers() {
        clock.advanceTo(BEGAN + SECOND);
        clock.answerDue(Duration.ofSeconds(3));
        assertThat(clock.awaitsAnswer()).isTrue();
        assertThat(clock.answerLimit()).isEqualTo(Duration.ofSeconds(3));
        requireDeadline(4 * SECOND);
        clock.advanceTo(BEGAN + 3 * SECOND);
        requireDeadline(4 * SECOND);
        clock.answered();
        assertThat(clock.awaitsAnswer()).isFalse();
        requireDeadline(12 * SECOND);
    }

    @Test
    void time_is_given_to_the_peer_and_never_taken() {
        clock.discount(-SECOND);
        requireDeadline(10 * SECOND);
        clock.discount(2 * SECOND);
        requireDeadline(12 * SECOND);
    }

    @Test
    void a_peer_that_is_kept_waiting_is_given_its_whole_time_once_for_each_line() {
        clock.keptWaiting(-SECOND);
        clock.keptWaiting(0);
        requireDeadline(10 * SECOND);
        clock.keptWaiting(9 * SECOND);
        clock.count(0, 1);
        clock.keptWaiting(SECOND);
        requireDeadline(20 * SECOND);
        clock.keptWaiting(SECOND);
        requireDeadline(20 * SECOND);
        clock.count(1, 1);
        clock.keptWaiting(SECOND);
        requireDeadline(21 * SECOND);

        clock.keptWaiting(9 * SECOND);
        clock.serve();
        clock.keptWaiting(SECOND);
        requireDeadline(21 * SECOND);
    }

    @Test
    void a_client_that_is_served_has_the_time_of_a_command_and_its_counts_again() {
        clock.count(6, 301);
        clock.advanceTo(BEGAN + SECOND);
        clock.serve();
        assertThat(clock.excess()).isEmpty();
        assertThat(clock.patienceSetting()).isEqualTo("withTimePerCommand");
        requireDeadline(21 * SECOND);
    }

    @Test
    void last_lines_have_no_more_time_than_a_phase_nor_than_there_was() {
        clock.serve();
        clock.advanceTo(BEGAN + 2 * SECOND);
        clock.lastLines();
        requireDeadline(12 * SECOND);

        PhaseClock impatient = begun(LIMITS.withTimePerCommand(Duration.ofSeconds(1)));
        impatient.serve();
        impatient.lastLines();
        assertThat(impatient.patience()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_peer_that_is_extended_has_its_time_again_and_not_its_counts() {
        clock.count(2, 3);
        clock.advanceTo(BEGAN + 2 * SECOND);
        clock.extend();
        requireDeadline(12 * SECOND);
        assertThat(clock.received()).isEqualTo("2 lines and 3 octets");
    }

    @Test
    void patience_is_halved_and_restored() {
        clock.halvePatience();
        requireDeadline(5 * SECOND);
        clock.restorePatience();
        requireDeadline(10 * SECOND);
        PhaseClock shortest = begun(LIMITS.withTimePerPhase(Duration.ofNanos(1)));
        shortest.halvePatience();
        assertThat(shortest.patience()).isEqualTo(Duration.ofNanos(1));
    }

    /** Four times the last phase, at least a second, and at most half of the time of a phase. */
    @Test
    void patience_is_shortened_by_what_the_last_phase_has_taken() {
        long[][] tookAndLeft = {
            {0, SECOND},
            {SECOND / 4, SECOND},
            {SECOND / 2, 2 * SECOND},
            {5 * SECOND, 5 * SECOND},
            {Long.MAX_VALUE / 3, 5 * SECOND}
        };
        for (long[] each : tookAndLeft) {
            PhaseClock shortened = begun(LIMITS);
            shortened.advanceTo(BEGAN + each[0]);
            shortened.enter(Phase.COMMAND);
            shortened.shortenPatience();
            assertThat(shortened.patience()).isEqualTo(Duration.ofNanos(each[1]));
        }
    }

    @Test
    void all_phases_together_end_in_time() {
        clock.totalTime(BEGAN - SECOND, Duration.ofSeconds(12));
        requireDeadline(10 * SECOND);
        clock.advanceTo(BEGAN + 5 * SECOND);
        clock.enter(Phase.COMMAND);
        requireDeadline(11 * SECOND);
        clock.advanceTo(BEGAN + 11 * SECOND - 1);
        assertThat(clock.totalOver()).isEmpty();
        assertThat(clock.late()).isFalse();
        clock.advanceTo(BEGAN + 11 * SECOND);
        assertThat(clock.totalOver()).contains(Duration.ofSeconds(12));
        assertThat(clock.late()).isTrue();
    }

    @Test
    void without_a_limit_for_all_phases_none_is_over() {
        clock.advanceTo(Long.MAX_VALUE / 2);
        assertThat(clock.totalOver()).isEmpty();
    }

    @Test
    void each_phase_is_recorded_with_its_time_and_its_round_trips() {
        clock.heard();
        clock.sent();
        clock.sent();
        clock.heard();
        clock.heard();
        clock.advanceTo(BEGAN + 3 * SECOND);
        clock.enter(Phase.CAPABILITY);
        clock.sent();
        clock.advanceTo(BEGAN + 5 * SECOND);
        clock.stop();
        clock.heard();
        clock.advanceTo(BEGAN + 9 * SECOND);
        clock.stop();
        assertThat(record.report(TlsPolicy.REQUIRED, mock(TlsLayer.class)).phases())
                .containsExactly(
                        new PhaseTime(Phase.GREETING, Duration.ofSeconds(3), 1),
                        new PhaseTime(Phase.CAPABILITY, Duration.ofSeconds(2), 0));
    }

    private void requireDeadline(long sinceBegan) {
        assertThat(clock.deadline() - BEGAN).isEqualTo(sinceBegan);
    }
}
