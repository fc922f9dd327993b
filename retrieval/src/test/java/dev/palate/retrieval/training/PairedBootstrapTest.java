package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
    /// For a mean of many independent differences the interval is the normal one.
    @Test
    void theIntervalIsThatOfTheNormalDistribution() {
        SplittableRandom random = new SplittableRandom(4);
        double[] first = new double[3_000];
        double[] second = new double[3_000];
        double[] differences = new double[3_000];
        for (int user = 0; user < first.length; user++) {
            second[user] = random.nextGaussian();
            first[user] = second[user] + 0.05 + 0.5 * random.nextGaussian();
            differences[user] = first[user] - second[user];
        }
        double mean = Arrays.stream(differences).average().orElseThrow();
        double variance = Arrays.stream(differences)
                .map(difference -> (difference - mean) * (difference - mean))
                .average()
                .orElseThrow();
        double error = Math.sqrt(variance / differences.length);
        PairedBootstrap.Interval interval = PairedBootstrap.of(first, second, 4_000, 1, 2);
        assertThat(interval.difference()).isCloseTo(mean, Offset.offset(1e-12));
        assertThat(interval.low()).isCloseTo(mean - 1.96 * error, Offset.offset(0.12 * error));
        assertThat(interval.high()).isCloseTo(mean + 1.96 * error, Offset.offset(0.12 * error));
        assertThat(interval.above()).isTrue();
        assertThat(PairedBootstrap.of(second, first, 4_000, 1, 1).below()).isTrue();
    }

    @Test
    void theSeedDecidesAndThreadsDoNot() {
        double[] first = {1, 0, 1, 1, 0, 0, 1, Double.NaN};
        double[] second = {0, 0, 1, 0, 1, 0, 0, 1};
        PairedBootstrap.Interval one = PairedBootstrap.of(first, second, 500, 9, 1);
        assertThat(PairedBootstrap.of(first, second, 500, 9, 4)).isEqualTo(one);
        assertThat(one.users()).isEqualTo(7);
        assertThatThrownBy(() -> PairedBootstrap.of(first, new double[3], 500, 9, 1))
                .hasMessageContaining("had 8 and 3 values and 500 resamples");
    }
}
