package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.ranking.ConditionalLogit.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ConditionalLogitTest {
    private static final double[] ZERO = new double[3];
    private static final double[] TRUE = {1.5, -0.7, 0};

    /// Choices drawn from a known model must give that model back, its sign included.
    @Test
    void findsTheWeightsThatChoicesWereMadeWith() {
        double[] weights = ConditionalLogit.fit(drawn(4_000), ZERO, 1e-3);
        for (int i = 0; i < TRUE.length; i++) {
            assertThat(weights[i]).as("weight " + i).isCloseTo(TRUE[i], Offset.offset(0.08));
        }
    }

    @Test
    void endsWhereTheGradientIsZero() {
        List<Example> examples = drawn(300);
        double[] prior = {0.3, 0.1, -0.2};
        double[] weights = ConditionalLogit.fit(examples, prior, 5);
        double best = penalised(examples, weights, prior, 5);
        for (int i = 0; i < weights.length; i++) {
            for (double step : new double[] {-1e-3, 1e-3}) {
                double[] moved = weights.clone();
                moved[i] += step;
                assertThat(penalised(examples, moved, prior, 5)).isGreaterThan(best);
            }
        }
    }

    @Test
    void theStrengthDrawsToThePrior() {
        List<Example> examples = drawn(50);
        double[] prior = {-1, 1, 2};
        double[] strong = ConditionalLogit.fit(examples, prior, 1e6);
        for (int i = 0; i < prior.length; i++) {
            assertThat(strong[i]).isCloseTo(prior[i], Offset.offset(1e-3));
        }
        assertThat(ConditionalLogit.fit(List.of(), prior, 1)).isEqualTo(prior);
    }

    @Test
    void positivesOfOneListShareTheMass() {
        float[][] features = {{1, 1, 0, 0}};
        double both = ConditionalLogit.meanLoss(List.of(new Example(features, new int[] {0, 1})), new double[] {30});
        assertThat(both).isCloseTo(Math.log(2), Offset.offset(1e-9));
    }

    @Test
    void extremeValuesStayFinite() {
        List<Example> separable = List.of(new Example(new float[][] {{1e4f, -1e4f}, {0, 0}}, new int[] {0}));
        for (double weight : ConditionalLogit.fit(separable, new double[2], 1e-9)) {
            assertThat(weight).isFinite();
        }
        assertThatThrownBy(() -> ConditionalLogit.fit(separable, new double[2], 0))
                .hasMessage("strength must be above 0 and finite, was 0.0");
        assertThatThrownBy(() -> new Example(new float[1][1], new int[0]))
                .hasMessage("an example needs at least one positive candidate, had none");
    }

    private static double penalised(List<Example> examples, double[] weights, double[] prior, double strength) {
        double penalty = 0;
        for (int i = 0; i < weights.length; i++) {
            penalty += strength / 2 * (weights[i] - prior[i]) * (weights[i] - prior[i]);
        }
        return examples.size() * ConditionalLogit.meanLoss(examples, weights) + penalty;
    }

    private static List<Example> drawn(int count) {
        SplittableRandom random = new SplittableRandom(7);
        List<Example> examples = new ArrayList<>();
        for (int e = 0; e < count; e++) {
            float[][] features = new float[TRUE.length][12];
            double[] mass = new double[12];
            double sum = 0;
            for (int candidate = 0; candidate < 12; candidate++) {
                double score = 0;
                for (int i = 0; i < TRUE.length; i++) {
                    features[i][candidate] = (float) random.nextGaussian();
                    score += TRUE[i] * features[i][candidate];
                }
                mass[candidate] = Math.exp(score);
                sum += mass[candidate];
            }
            double left = random.nextDouble() * sum;
            int chosen = 0;
            while (chosen < 11 && left > mass[chosen]) {
                left -= mass[chosen++];
            }
            examples.add(new Example(features, new int[] {chosen}));
        }
        return examples;
    }
}
