package dev.starttls.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.latency.Rounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private final List<String> lines = new ArrayList<>();
    private long nanos;
    private final ProgressLine progress = new ProgressLine(() -> nanos, lines::add);

    @Test
    void what_begins_is_said_at_once_and_how_far_it_is_after_a_while() {
        progress.begin("HEAP of 10,000");
        progress.at(1, "connection", 10_000);
        nanos += Duration.ofSeconds(15).toNanos();
        progress.at(5_000, "connection", 10_000);
        progress.at(5_001, "connection", 10_000);
        assertThat(lines).containsExactly("HEAP of 10,000", "HEAP of 10,000: connection 5,000 of 10,000");
    }

    @Test
    void rounds_that_take_long_are_counted_for_the_user() throws Exception {
        Rounds.Contestant slow = () -> {
            nanos += Duration.ofSeconds(8).toNanos();
            return 8_000;
        };
        new Rounds(1, 3, progress).measure(Map.of("slow", slow));
        assertThat(lines).containsExactly("measuring: round 2 of 4", "measuring: round 4 of 4");
    }
}
