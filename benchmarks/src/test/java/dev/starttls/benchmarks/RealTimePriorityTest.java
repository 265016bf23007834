package dev.starttls.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RealTimePriorityTest {

    private static final String AHEAD = "17 (a (strange) name) R 1 2 3 0 -1 4194304 5 0 0 0 6 7 0 0 -6 0 21 0 8 9 10 "
            + "11 12 13 14 15 16 17 0 0 0 18 0 0 17 1 ";

    @Test
    void the_real_time_priority_of_a_thread_is_found_after_its_name() {
        assertThat(RealTimePriority.priority(AHEAD + "5 2 0 0 0")).isEqualTo(5);
    }

    @Test
    void a_thread_without_one_has_none() {
        assertThat(RealTimePriority.priority(AHEAD + "0 0 0 0 0")).isZero();
    }
}
