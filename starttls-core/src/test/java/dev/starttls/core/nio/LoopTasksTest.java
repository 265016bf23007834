package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopTasksTest {

    @Test
    void what_comes_in_time_is_run_and_what_comes_at_the_end_is_too_late() {
        LoopTasks arrivals = new LoopTasks();
        Counted first = new Counted();
        Counted second = new Counted();
        Counted third = new Counted();
        assertThat(arrivals.isEmpty()).isTrue();
        assertThat(arrivals.add(first)).isTrue();
        assertThat(arrivals.isEmpty()).isFalse();
        arrivals.runPresent();
        assertThat(arrivals.add(second)).isTrue();
        arrivals.end();
        assertThat(arrivals.add(third)).isFalse();
        assertThat(first.ran.get()).isEqualTo(1);
        assertThat(second.late.get()).isEqualTo(1);
        assertThat(third.total()).isZero();
    }

    @Test
    void nothing_is_lost_or_reported_twice_when_others_add_while_it_ends() throws Exception {
        for (int round = 0; round < 5_000; round++) {
            LoopTasks arrivals = new LoopTasks();
            Counted arrival = new Counted();
            CyclicBarrier start = new CyclicBarrier(2);
            CompletableFuture<Void> adding = Pair.run(() -> {
                start.await();
                if (!arrivals.add(arrival)) {
                    arrival.tooLate();
                }
            });
            start.await();
            arrivals.runPresent();
            arrivals.end();
            adding.get(30, TimeUnit.SECONDS);
            assertThat(arrival.total()).isEqualTo(1);
        }
    }

    private static final class Counted implements LoopTasks.Arrival {

        private final AtomicInteger ran = new AtomicInteger();
        private final AtomicInteger late = new AtomicInteger();

        @Override
        public void run() {
            ran.incrementAndGet();
        }

        @Override
        public void tooLate() {
            late.incrementAndGet();
        }

        int total() {
            return ran.get() + late.get();
        }
    }
}
