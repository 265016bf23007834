package dev.starttls.benchmarks.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StormAnswersTest {

    @Test
    @Timeout(120)
    void a_client_asks_in_the_storm_and_one_beside_it() throws Exception {
        try (StormAnswers answers = new StormAnswers(new Contexts(KeyKind.EC), Runnable::run, command -> command)) {
            answers.warmUp(3);
            StormAnswers.Waits waits = answers.measure(5);
            assertThat(waits.storm()).isNotEmpty();
            assertThat(waits.floor()).isNotEmpty();
        }
    }
}
