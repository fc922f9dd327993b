package dev.palate.agent.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LlmWeightFitTest {
    /// Choices drawn from the model itself, P ∝ exp(base + w · z).
    private static List<LlmWeightFit.Example> drawn(int lists, double weight, long seed) {
        var random = new SplittableRandom(seed);
        List<LlmWeightFit.Example> examples = new ArrayList<>();
        for (int list = 0; list < lists; list++) {
            double[] base = new double[20];
            double[] z = new double[20];
            double[] mass = new double[20];
            double sum = 0;
            for (int i = 0; i < 20; i++) {
                base[i] = random.nextGaussian();
                z[i] = random.nextGaussian();
                mass[i] = Math.exp(base[i] + weight * z[i]);
                sum += mass[i];
            }
            double at = random.nextDouble() * sum;
            boolean[] chosen = new boolean[20];
            for (int i = 0; i < 20; i++) {
                at -= mass[i];
                if (at <= 0) {
                    chosen[i] = true;
                    break;
                }
            }
            examples.add(new LlmWeightFit.Example(base, z, chosen));
        }
        return examples;
    }

    @Test
    void theWeightThatChoicesWereMadeWithIsFound() {
        LlmWeightFit.Fit fit = LlmWeightFit.fit(drawn(2_000, 0.6, 1), 200, 2);
        assertThat(fit.lambda()).isCloseTo(0.6, within(0.08));
        assertThat(fit.low()).isBetween(0.45, 0.62);
        assertThat(fit.high()).isBetween(0.58, 0.75);
        assertThat(fit.inForce()).isEqualTo(fit.lambda());
    }

    @Test
    void withoutAnEffectTheIntervalHasZeroInItNineteenTimesOfTwenty() {
        int proved = 0;
        for (int seed = 0; seed < 40; seed++) {
            proved += LlmWeightFit.fit(drawn(60, 0, 100 + seed), 200, seed).inForce() == 0 ? 0 : 1;
        }
        assertThat(proved).as("2.5 % are expected, one of forty").isLessThanOrEqualTo(4);
    }

    @Test
    void aHarmfulModelIsSwitchedOffAndFewListsProveNothing() {
        LlmWeightFit.Fit harmful = LlmWeightFit.fit(drawn(500, -0.8, 5), 200, 6);
        assertThat(harmful.high()).isNegative();
        assertThat(harmful.inForce()).isZero();
        assertThat(LlmWeightFit.fit(drawn(1, 3, 5), 200, 6).inForce()).isZero();
        assertThat(LlmWeightFit.fit(List.of(), 200, 6).lists()).isZero();
        var nothing = new LlmWeightFit.Example(new double[3], new double[3], new boolean[3]);
        assertThat(LlmWeightFit.fit(List.of(nothing, nothing, nothing), 200, 6).lists())
                .isZero();
    }

    @Test
    void theOrderIsSeenInTheScores() {
        int[] places = {0, 1, 2, 3, 4};
        int[] reversed = {4, 3, 2, 1, 0};
        double[] byPlace = {5, 4, 3, 2, 1};
        double[] mirrored = {1, 2, 3, 4, 5};
        var slave = PositionBias.of(List.of(new PositionBias.Pair(byPlace, mirrored, places, reversed)));
        assertThat(slave.tau()).isEqualTo(-1);
        assertThat(slave.positionShare()).isCloseTo(1, within(1e-9));
        double[] taste = {2, 5, 1, 4, 2};
        int[] other = {2, 4, 1, 0, 3};
        var free = PositionBias.of(List.of(new PositionBias.Pair(taste, taste, places, other)));
        assertThat(free.tau()).isEqualTo(1);
        assertThat(free.positionShare()).isLessThan(0.3);
        double[] holes = {2, Double.NaN, 1, 4, 2};
        assertThat(PositionBias.tau(holes, taste)).isEqualTo(1);
    }
}
