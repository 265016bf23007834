package dev.starttls.core.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.starttls.core.hosts.HostFacts.Answer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class HostMemoryTest {

    @Test
    void what_is_remembered_belongs_to_a_host_and_a_port() {
        HostMemory memory = HostMemory.inMemory(10);
        memory.update("mx.example.org", 25, HostFacts::withUpgraded);
        assertThat(memory.recall("mx.example.org", 25).upgraded()).isTrue();
        assertThat(memory.recall("MX.Example.ORG", 25).upgraded()).isTrue();
        assertThat(memory.recall("mx.example.org", 587)).isEqualTo(HostFacts.NONE);
        assertThat(memory.recall("example.org", 25)).isEqualTo(HostFacts.NONE);
    }

    @Test
    void the_least_recently_used_host_is_forgotten_first() {
        HostMemory memory = HostMemory.inMemory(2);
        memory.update("a", 1, HostFacts::withUpgraded);
        memory.update("b", 1, HostFacts::withUpgraded);
        assertThat(memory.recall("a", 1).upgraded()).isTrue();
        memory.update("c", 1, HostFacts::withUpgraded);
        assertThat(memory.recall("b", 1)).isEqualTo(HostFacts.NONE);
        assertThat(memory.recall("a", 1).upgraded()).isTrue();
        assertThat(memory.recall("c", 1).upgraded()).isTrue();
    }

    @Test
    void a_host_without_facts_takes_no_place() {
        HostMemory memory = HostMemory.inMemory(1);
        memory.update("a", 1, HostFacts::withUpgraded);
        memory.update("b", 1, facts -> facts);
        assertThat(memory.recall("a", 1).upgraded()).isTrue();
        memory.update("a", 1, facts -> HostFacts.NONE);
        assertThat(memory.recall("a", 1)).isSameAs(HostFacts.NONE);
    }

    @Test
    void threads_that_change_the_same_host_lose_no_change_of_one_another() throws InterruptedException {
        HostMemory memory = HostMemory.inMemory(3);
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            String name = "org.example." + thread;
            new Thread(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            memory.update(
                                    "a",
                                    1,
                                    facts -> facts.with(
                                            name,
                                            String.valueOf(Integer.parseInt(
                                                            facts.entries().getOrDefault(name, "0"))
                                                    + 1)));
                        }
                        done.countDown();
                    })
                    .start();
        }
        assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        assertThat(memory.recall("a", 1).entries().values())
                .containsOnly("1000")
                .hasSize(4);
    }

    @Test
    void a_memory_of_no_host_is_refused_and_that_of_the_process_is_one() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostMemory.inMemory(0))
                .withMessage("hosts: expected at least 1, got 0");
        assertThat(HostMemory.ofProcess()).isSameAs(HostMemory.ofProcess());
    }

    @ParameterizedTest
    @EnumSource
    void facts_are_the_same_after_they_were_stored_elsewhere(Answer answer) {
        HostFacts facts = HostFacts.NONE
                .withUpgraded()
                .withCommand(answer)
                .withClientHello(answer)
                .with("org.example.other", "x");
        HostFacts kept = HostFacts.of(Map.copyOf(facts.entries()));
        assertThat(kept).isEqualTo(facts).hasSameHashCodeAs(facts).hasToString(facts.toString());
        assertThat(kept.upgraded()).isTrue();
        assertThat(kept.command()).isEqualTo(answer);
        assertThat(kept.clientHello()).isEqualTo(answer);
        assertThat(kept.without("org.example.other").entries()).doesNotContainKey("org.example.other");
    }

    @Test
    void what_a_later_version_has_written_is_kept_and_not_understood() {
        HostFacts later = HostFacts.of(Map.of("command-unasked", "SOMETIMES", "new", "fact"));
        assertThat(later.command()).isEqualTo(Answer.UNKNOWN);
        assertThat(later.withUpgraded().entries())
                .containsEntry("new", "fact")
                .containsEntry("command-unasked", "SOMETIMES");
    }

    @Test
    void facts_do_not_change() {
        HostFacts facts = HostFacts.NONE.withUpgraded();
        assertThat(facts.withUpgraded()).isSameAs(facts);
        assertThat(facts.without("nothing")).isSameAs(facts);
        assertThat(facts.withCommand(Answer.TAKEN)).isNotEqualTo(facts);
        assertThat(facts.command()).isEqualTo(Answer.UNKNOWN);
        assertThat(facts.withCommand(Answer.TAKEN).withCommand(Answer.UNKNOWN)).isEqualTo(facts);
        assertThatNullPointerException().isThrownBy(() -> facts.with("x", null)).withMessageContaining("without(name)");
    }
}
