package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private final List<String> turns = new ArrayList<>();

    @Test
    void every_round_has_each_contestant_once() throws Exception {
        new Rounds(2, 30).measure(contestants());
        assertThat(turns).hasSize(96);
        for (int round = 0; round < 32; round++) {
            assertThat(turns.subList(3 * round, 3 * round + 3)).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void no_contestant_always_comes_after_the_same_one() throws Exception {
        new Rounds(0, 30).measure(contestants());
        for (String who : List.of("a", "b", "c")) {
            List<String> before = new ArrayList<>();
            for (int i = 1; i < turns.size(); i++) {
                if (turns.get(i).equals(who)) {
                    before.add(turns.get(i - 1));
                }
            }
            assertThat(before.stream().distinct().count()).isGreaterThan(1);
        }
    }

    @Test
    void samples_are_kept_by_round_and_those_of_the_warm_up_are_not() throws Exception {
        Map<String, Rounds.Contestant> one = new LinkedHashMap<>();
        double[] next = {0};
        one.put("only", () -> next[0]++);
        assertThat(new Rounds(3, 4).measure(one).get("only")).containsExactly(3, 4, 5, 6);
    }

    @Test
    void a_contestant_that_fails_ends_the_measurement() {
        Map<String, Rounds.Contestant> contestants = contestants();
        contestants.put("broken", () -> {
            throw new IllegalStateException("was not resumed");
        });
        Rounds rounds = new Rounds(0, 1);
        assertThatThrownBy(() -> rounds.measure(contestants)).hasMessage("was not resumed");
    }

    private Map<String, Rounds.Contestant> contestants() {
        Map<String, Rounds.Contestant> contestants = new LinkedHashMap<>();
        for (String who : List.of("a", "b", "c")) {
            contestants.put(who, () -> {
                turns.add(who);
                return 1;
            });
        }
        return contestants;
    }
}
