package dev.starttls.benchmarks.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartedResourcesTest {

    private final List<String> ended = new ArrayList<>();

    @Test
    void the_last_to_be_started_ends_first_also_when_one_fails_to_end() throws Exception {
        try (StartedResources started = new StartedResources()) {
            started.<AutoCloseable>with(() -> () -> ended.add("link"));
            started.<AutoCloseable>with(() -> () -> {
                ended.add("server");
                throw new IllegalStateException("does not end");
            });
        }
        assertThat(ended).containsExactly("server", "link");
    }

    @Test
    void nothing_more_is_started_once_the_command_is_ending() {
        StartedResources started = new StartedResources();
        started.close();
        assertThatThrownBy(() -> started.<AutoCloseable>with(() -> () -> ended.add("late")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ended).isEmpty();
    }
}
