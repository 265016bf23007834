package dev.starttls.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExponentsTest {

    @Test
    void what_grows_in_proportion_has_one_and_what_does_not_grow_has_none() {
        assertThat(Exponents.exponent(10, 3, 100, 30))
                .hasValueSatisfying(it -> assertThat(it).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9)));
        assertThat(Exponents.exponent(10, 3, 100, 3)).contains(0.0);
        assertThat(Exponents.exponent(10, 0, 100, 3)).isEmpty();
    }

    @Test
    void figures_that_differ_in_their_size_alone_are_compared_from_each_to_the_next() {
        List<List<String>> rows = Exponents.rows(List.of(
                figure("costAtOnce", Map.of("key", "EC"), "100_AT_ONCE", 2),
                figure("costAtOnce", Map.of("key", "EC"), "10_AT_ONCE", 2),
                figure("heapPerConnection", Map.of("connections", "1000"), "STARTTLS", 900),
                figure("heapPerConnection", Map.of("connections", "10000"), "STARTTLS", 900),
                figure("heapPerConnection", Map.of("connections", "10000"), "NETTY", 900),
                figure("upgradeCpu", Map.of("key", "EC"), "STARTTLS", 5)));
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).contains("10 to 100 at once", "2.00 to 2.00 ms", "0.00");
        assertThat(rows.get(1)).contains("STARTTLS", "1000 to 10000 connections", "900 to 900 ms", "0.00");
    }

    private static Figure figure(String measured, Map<String, String> condition, String contestant, double value) {
        return new Figure(
                measured,
                condition,
                contestant,
                contestant,
                "ms",
                new Spread(value, value, value, 3),
                Optional.empty());
    }
}
