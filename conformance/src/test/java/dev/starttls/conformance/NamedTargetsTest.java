package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class NamedTargetsTest {
    private static List<String> urls(OptionalLong seed, String... named) throws UsageException {
        NamedTargets targets = new NamedTargets(List.of(named), new RecentTargets(), seed);
        List<String> urls = new ArrayList<>();
        for (Optional<Target> next = targets.next(); next.isPresent(); next = targets.next()) {
            urls.add(next.get().url());
        }
        return urls;
    }

    @Test
    void a_block_on_the_command_line_is_each_of_its_addresses_once() throws UsageException {
        assertThat(urls(
                        OptionalLong.empty(),
                        "smtp://198.51.100.2",
                        "smtp://198.51.100.0/30",
                        "smtp://198.51.100.0/31",
                        "imap://mail.example.org"))
                .containsExactly(
                        "smtp://198.51.100.2:25",
                        "smtp://198.51.100.0:25",
                        "smtp://198.51.100.1:25",
                        "smtp://198.51.100.3:25",
                        "imap://mail.example.org:143");
    }

    @Test
    void the_order_of_a_block_is_that_of_the_seed() throws UsageException {
        List<String> natural = urls(OptionalLong.empty(), "smtp://198.51.100.0/26");
        List<String> shuffled = urls(OptionalLong.of(7), "smtp://198.51.100.0/26");
        assertThat(shuffled).containsExactlyInAnyOrderElementsOf(natural).isNotEqualTo(natural);
    }

    @Test
    void private_addresses_are_left_out_of_a_block_and_taken_by_themselves() throws UsageException {
        assertThat(urls(OptionalLong.empty(), "smtp://10.0.0.0/30", "smtp://10.0.0.1"))
                .containsExactly("smtp://10.0.0.1:25");
    }

    @Test
    void a_block_is_no_target_of_the_checks_on_the_command_line() {
        assertThatThrownBy(() -> TargetSource.parse("smtp://198.51.100.0/30"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--survey")
                .hasMessageContaining("--targets-file");
    }
}
