package dev.starttls.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void quartiles_lie_between_samples_in_proportion() {
        assertThat(Spread.of(new double[] {4, 1, 3, 2})).isEqualTo(new Spread(1.75, 2.5, 3.25, 4));
        assertThat(Spread.of(new double[] {7})).isEqualTo(new Spread(7, 7, 7, 1));
    }

    @Test
    void no_samples_have_no_quartiles() {
        double[] none = {};
        assertThatThrownBy(() -> Spread.of(none)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_floor_is_its_own_equal() {
        double[] floor = {5, 6, 7, 5.5};
        assertThat(Ratio.of(floor, floor)).isEqualTo(new Ratio(1, 1, 1));
    }

    @Test
    void a_ratio_is_of_medians_and_an_outlier_does_not_move_it() {
        assertThat(Ratio.of(new double[] {2, 2, 2, 900, 2}, new double[] {4, 4, 4, 4, 4})
                        .value())
                .isEqualTo(0.5);
    }

    @Test
    void a_slow_moment_that_hits_both_does_not_widen_the_interval() {
        Random random = new Random(1);
        double[] floor = new double[100];
        double[] ours = new double[100];
        for (int i = 0; i < 100; i++) {
            floor[i] = 1 + 10 * random.nextDouble();
            ours[i] = 1.1 * floor[i];
        }
        Ratio ratio = Ratio.of(ours, floor);
        assertThat(ratio.low()).isCloseTo(1.1, within(1e-9));
        assertThat(ratio.high()).isCloseTo(1.1, within(1e-9));
    }

    @Test
    void noise_that_hits_one_widens_the_interval_around_the_ratio() {
        Random random = new Random(1);
        double[] floor = new double[100];
        double[] ours = new double[100];
        for (int i = 0; i < 100; i++) {
            floor[i] = 10 + random.nextGaussian();
            ours[i] = 10 + random.nextGaussian();
        }
        Ratio ratio = Ratio.of(ours, floor);
        assertThat(ratio.low()).isLessThan(ratio.value());
        assertThat(ratio.high()).isGreaterThan(ratio.value());
        assertThat(ratio.low()).isLessThan(1);
        assertThat(ratio.high()).isGreaterThan(1);
    }

    @Test
    void samples_of_other_rounds_are_not_compared() {
        double[] two = {1, 2};
        double[] three = {1, 2, 3};
        assertThatThrownBy(() -> Ratio.of(two, three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 and 3");
    }
}
