package dev.starttls.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SoakTest {

    private static final long MIB = 1 << 20;

    @Test
    @Timeout(120)
    void two_hundred_upgrades_leave_nothing_and_most_of_them_resume() throws Exception {
        List<String> lines = new ArrayList<>();
        SoakVerdict verdict;
        try (Soak soak = new Soak(4, 4, Optional.of(10), lines::add)) {
            verdict = soak.run(200, 50);
        }
        assertThat(verdict.lines()).hasSize(4).first().asString().startsWith("ok: failures");
        assertThat(lines).hasSize(1 + 4 + 4).element(4).asString().matches("\\s*200\\s+1\\d\\d\\s+0 .*");
    }

    @Test
    void a_heap_that_stays_as_it_was_passes() {
        assertThat(SoakVerdict.of(soak(0, 30 * MIB, 0, 20, 0)).passed()).isTrue();
    }

    @Test
    void sixteen_octets_for_each_of_a_million_upgrades_fail() {
        SoakVerdict verdict = SoakVerdict.of(soak(0, 30 * MIB, 16, 20, 0));
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.lines())
                .filteredOn(line -> line.startsWith("FAILED"))
                .singleElement()
                .asString()
                .contains("heap after collection");
    }

    @Test
    void a_descriptor_lost_in_a_hundred_thousand_upgrades_fails() {
        SoakVerdict verdict = SoakVerdict.of(soak(0, 30 * MIB, 0, 20, 100_000));
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.lines())
                .filteredOn(line -> line.startsWith("FAILED"))
                .singleElement()
                .asString()
                .contains("open descriptors");
    }

    @Test
    void one_failure_among_a_million_fails() {
        SoakVerdict verdict = SoakVerdict.of(soak(1, 30 * MIB, 0, 20, 0));
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.lines()).first().asString().startsWith("FAILED: failures");
    }

    /** A million upgrades with a sample every 50,000; one descriptor is lost per given number, or none if that is 0. */
    private static List<Sample> soak(int failures, long heap, int leak, long descriptors, int lostEvery) {
        return IntStream.rangeClosed(1, 20)
                .mapToLong(i -> i * 50_000L)
                .mapToObj(done -> new Sample(
                        done,
                        done / 2,
                        failures,
                        500,
                        4_000,
                        heap + leak * done,
                        20_480,
                        descriptors + (lostEvery == 0 ? 0 : done / lostEvery),
                        10))
                .toList();
    }
}
