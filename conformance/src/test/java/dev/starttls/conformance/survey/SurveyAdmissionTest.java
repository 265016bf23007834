package dev.starttls.conformance.survey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SurveyAdmissionTest {
    private static final int MAX = 1000;
    private static final int MAX_BUSY = 10;

    private final AtomicLong clock = new AtomicLong();
    private final SurveyAdmission admission = new SurveyAdmission(MAX, MAX_BUSY, clock::get);

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
}
