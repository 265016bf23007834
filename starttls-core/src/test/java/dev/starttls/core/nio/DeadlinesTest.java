package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlinesTest {

    private static final long SECOND = 1_000_000_000;

    private final Deadlines deadlines = new Deadlines();
    private final List<String> expired = new ArrayList<>();

    /** The clock may be anywhere, and overflow. */
    @ParameterizedTest
    @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - SECOND, Long.MIN_VALUE})
    void deadlines_that_have_passed_expire_in_their_order(long start) {
        add("third", start + 3 * SECOND);
        add("first", start + SECOND);
        add("second", start + SECOND + 1);
        add("as first", start + SECOND);
        assertThat(deadlines.millisToNext(start)).isBetween(1000L, 1001L);
        deadlines.expire(start + SECOND - 1, timed -> false);
        assertThat(expired).isEmpty();
        deadlines.expire(start + 2 * SECOND, timed -> false);
        assertThat(expired).containsExactly("first", "as first", "second");
        assertThat(deadlines.size()).isEqualTo(1);
    }

    @Test
    void a_deadline_that_moved_to_later_is_kept_without_a_call() {
        Someone moving = add("moving", SECOND);
        moving.due = Optional.of(5 * SECOND);
        deadlines.expire(2 * SECOND, timed -> false);
        assertThat(expired).isEmpty();
        assertThat(deadlines.millisToNext(2 * SECOND)).isBetween(3000L, 3001L);
        deadlines.expire(5 * SECOND, timed -> false);
        assertThat(expired).containsExactly("moving");
    }

    @Test
    void setting_again_replaces_and_dropping_forgets() {
        Someone someone = add("someone", SECOND);
        someone.due = Optional.of(2 * SECOND);
        deadlines.set(someone);
        assertThat(deadlines.size()).isEqualTo(1);
        someone.due = Optional.empty();
        deadlines.set(someone);
        assertThat(deadlines.size()).isZero();
        assertThat(deadlines.millisToNext(0)).isZero();
        Someone dropped = add("dropped", SECOND);
        deadlines.drop(dropped);
        deadlines.drop(dropped);
        deadlines.expire(9 * SECOND, timed -> false);
        assertThat(expired).isEmpty();
    }

    @Test
    void one_that_does_not_give_up_is_called_again_but_not_in_the_same_turn() {
        Someone stubborn = add("stubborn", SECOND);
        stubborn.staysDue = true;
        deadlines.expire(SECOND, timed -> false);
        assertThat(expired).containsExactly("stubborn");
        assertThat(deadlines.millisToNext(SECOND)).isPositive();
        deadlines.expire(2 * SECOND, timed -> false);
        assertThat(expired).containsExactly("stubborn", "stubborn");
    }

    private Someone add(String name, long due) {
        Someone someone = new Someone(name, due);
        deadlines.set(someone);
        return someone;
    }

    @Test
    void what_one_throws_ends_it_and_no_other() {
        Someone faulty = add("faulty", SECOND);
        faulty.fault = Optional.of(new AssertionError("a fault at the deadline"));
        add("next", SECOND + 1);
        deadlines.expire(2 * SECOND, timed -> false);
        assertThat(expired).containsExactly("faulty", "faulty broken", "next");
        assertThat(deadlines.size()).isZero();
    }

    private final class Someone extends Deadlines.Timed {

        private final String name;
        private Optional<Long> due;
        private boolean staysDue;
        private Optional<Error> fault = Optional.empty();

        Someone(String name, long due) {
            this.name = name;
            this.due = Optional.of(due);
        }

        @Override
        Optional<Long> due() {
            return due;
        }

        @Override
        void expired() {
            expired.add(name);
            if (!staysDue) {
                due = Optional.empty();
            }
            if (fault.isPresent()) {
                throw fault.get();
            }
        }

        @Override
        public void broken(Throwable thrown) {
            expired.add(name + " broken");
        }
    }
}
