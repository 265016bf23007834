package dev.starttls.conformance.survey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SurveyAdmissionTest {
    private static final int MAX = 1000;
    private static final int MAX_BUSY = 10;
    private static final int SMALLEST = 6;
    private static final int LARGEST = 384;

    private final AtomicLong clock = new AtomicLong();
    private final SurveyAdmission admission = new SurveyAdmission(MAX, MAX_BUSY, MAX_BUSY, clock::get);

    private List<SurveyAdmission.Admitted> all() {
        List<SurveyAdmission.Admitted> admitted = new ArrayList<>();
        for (Optional<SurveyAdmission.Admitted> next = admission.tryEnter();
                next.isPresent();
                next = admission.tryEnter()) {
            admitted.add(next.get());
        }
        return admitted;
    }

    private void second() {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void silent_targets_keep_no_others_waiting_for_more_than_a_second_until_the_maximum_is_reached() {
        for (int seconds = 0; seconds < MAX / MAX_BUSY; seconds++) {
            assertThat(all()).hasSize(MAX_BUSY);
            second();
        }
        assertThat(all()).isEmpty();
    }

    @Test
    void targets_that_speak_count_until_they_are_done_however_long_that_takes() {
        List<SurveyAdmission.Admitted> speaking = all();
        speaking.forEach(SurveyAdmission.Admitted::heard);
        second();
        assertThat(all()).isEmpty();
        speaking.subList(0, 3).forEach(SurveyAdmission.Admitted::done);
        assertThat(all()).hasSize(3);
    }

    @Test
    void a_target_that_speaks_late_counts_again() {
        List<SurveyAdmission.Admitted> late = all();
        second();
        late.subList(0, 4).forEach(SurveyAdmission.Admitted::heard);
        assertThat(all()).hasSize(MAX_BUSY - 4);
    }

    @Test
    void a_target_is_done_once_and_not_heard_after_that() {
        SurveyAdmission.Admitted admitted = admission.tryEnter().orElseThrow();
        admitted.done();
        admitted.done();
        admitted.heard();
        assertThat(all()).hasSize(MAX_BUSY);
    }

    @Test
    void the_window_grows_to_its_maximum_while_targets_answer_in_time() {
        Machine machine = new Machine();
        machine.run(20, 10_000, 0);
        assertThat(machine.adapting.window()).isEqualTo(LARGEST);
    }

    @Test
    void the_window_grows_to_its_maximum_while_targets_are_silent() {
        Machine machine = new Machine();
        machine.run(20, 0, 0);
        assertThat(machine.adapting.window()).isEqualTo(LARGEST);
    }

    @ParameterizedTest(name = "{0} targets per second")
    @ValueSource(ints = {5, 10, 20, 60, 250})
    void no_target_waits_for_an_overloaded_machine_until_its_time_is_over(int perSecond) {
        Machine machine = new Machine();
        machine.run(600, perSecond, 0);
        assertThat(machine.longest).as("milliseconds").isLessThan(9_000);
        assertThat(machine.served).as("the machine is kept busy").isGreaterThan(600 * perSecond * 8 / 10);
    }

    @ParameterizedTest(name = "{0} targets per second")
    @ValueSource(ints = {1, 2, 5})
    void a_machine_that_is_slow_even_with_the_smallest_window_is_not_taken_for_targets_that_are(int perSecond) {
        Machine machine = new Machine();
        machine.run(3_600, perSecond, 0);
        assertThat(machine.deepest).as("asked at the same time").isLessThan(8 * SMALLEST);
        assertThat(machine.adapting.window()).isLessThan(8 * SMALLEST);
    }

    @Test
    void a_machine_that_becomes_slow_has_fewer_targets_at_a_time_and_one_that_recovers_has_more() {
        Machine machine = new Machine();
        machine.run(20, 10_000, 0);
        machine.run(60, 40, 0);
        assertThat(machine.adapting.window()).isLessThan(LARGEST / 2);
        machine.run(60, 10_000, 0);
        assertThat(machine.adapting.window()).isEqualTo(LARGEST);
    }

    @Test
    void targets_that_let_every_client_wait_do_not_keep_the_window_small_for_ever() {
        Machine machine = new Machine();
        machine.run(300, 10_000, 6_000);
        assertThat(machine.adapting.window()).isEqualTo(LARGEST);
        assertThat(machine.longest).as("milliseconds").isLessThan(6_100);
        assertThat(machine.served).as("as many as the window allows").isGreaterThan(300 * LARGEST / 6 / 4);
    }

    /** What all targets share: it serves so many per second in their order, each after a time of its own. */
    private final class Machine {
        private static final int MILLIS = 10;

        private final SurveyAdmission adapting = new SurveyAdmission(4_000, SMALLEST, LARGEST, clock::get);
        private final Deque<SurveyAdmission.Admitted> queue = new ArrayDeque<>();
        private final Deque<Long> since = new ArrayDeque<>();
        private double credit;
        private long served;
        private long longest;
        private int deepest;

        void run(int seconds, int perSecond, int ownMillis) {
            for (int step = 0; step < seconds * 1000 / MILLIS; step++) {
                clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(MILLIS));
                long now = TimeUnit.NANOSECONDS.toMillis(clock.get());
                for (Optional<SurveyAdmission.Admitted> next = adapting.tryEnter();
                        next.isPresent();
                        next = adapting.tryEnter()) {
                    queue.add(next.get());
                    since.add(now);
                }
                deepest = Math.max(deepest, queue.size());
                credit = Math.min(credit + perSecond * MILLIS / 1000.0, perSecond);
                while (credit >= 1 && !queue.isEmpty() && now - since.element() >= ownMillis) {
                    credit--;
                    SurveyAdmission.Admitted target = queue.remove();
                    longest = Math.max(longest, now - since.remove());
                    target.heard();
                    target.done();
                    served++;
                }
            }
        }
    }
}
