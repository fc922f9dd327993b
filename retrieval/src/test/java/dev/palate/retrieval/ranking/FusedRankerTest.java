package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FusedRankerTest {
    private static final SignalWeights WEIGHTS = new SignalWeights(Map.of(Signal.CF, 2.0, Signal.POP, -1.0));

    @Test
    void theScoreIsTheSumOfItsPartsAndPartsAreWeightedZScores() {
        Signals signals = new Signals(3, Map.of(Signal.CF, new float[] {1, 2, 3}, Signal.POP, new float[] {10, 0, 2}));
        FusedRanker.Ranking ranking = FusedRanker.rank(signals, WEIGHTS, Set.of());
        float deviation = (float) Math.sqrt(2 / 3.0);
        assertThat(parts(ranking, Signal.CF))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(-2 / deviation, 0, 2 / deviation);
        assertThat(ranking.order()).containsExactly(2, 1, 0);
        for (int i = 0; i < 3; i++) {
            assertThat((double) ranking.partsOf(i).score()).isCloseTo(ranking.scores()[i], Offset.offset(1e-6));
        }
    }

    @Test
    void aSignalThatKnowsNothingOfACandidateLeavesItAtTheMean() {
        Signals signals =
                new Signals(3, Map.of(Signal.CF, new float[] {1, Float.NaN, 3}, Signal.POP, new float[] {5, 5, 5}));
        FusedRanker.Ranking ranking = FusedRanker.rank(signals, WEIGHTS, Set.of());
        assertThat(parts(ranking, Signal.CF)).containsExactly(-2, 0, 2);
        assertThat(parts(ranking, Signal.POP)).containsExactly(0, 0, 0);
        assertThat(ranking.order()).containsExactly(2, 1, 0);
    }

    @Test
    void onlyABoundedSignalIsKeptFromDecidingAlone() {
        float[] oneHit = new float[200];
        oneHit[17] = 1;
        Signals signals = new Signals(200, Map.of(Signal.CF, oneHit));
        float[] free = parts(FusedRanker.rank(signals, WEIGHTS, Set.of()), Signal.CF);
        float[] bounded = parts(FusedRanker.rank(signals, WEIGHTS, Set.of(Signal.CF)), Signal.CF);
        assertThat(free[17]).isGreaterThan(28);
        assertThat(bounded[17]).isCloseTo(2 * (float) FusedRanker.MAX_DEVIATIONS, Offset.offset(1e-4f));
        // All parts are shrunken alike: the order stays.
        assertThat(bounded[0] / free[0]).isCloseTo(bounded[17] / free[17], Offset.offset(1e-5f));
    }

    private static float[] parts(FusedRanker.Ranking ranking, Signal signal) {
        FusedRanker.Part part = Objects.requireNonNull(ranking.parts().get(signal));
        float[] parts = new float[ranking.scores().length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part.of(i);
        }
        return parts;
    }

    @Test
    void equalScoresKeepTheOrderOfTheCandidates() {
        Signals signals = new Signals(4, Map.of(Signal.CF, new float[] {1, 7, 1, 7}));
        assertThat(FusedRanker.rank(signals, WEIGHTS, Set.of()).order()).containsExactly(1, 3, 0, 2);
    }

    @Test
    void noCandidatesAndNoSignalsAreFine() {
        assertThat(FusedRanker.rank(new Signals(0, Map.of()), WEIGHTS, Set.of()).order())
                .isEmpty();
        assertThat(FusedRanker.rank(new Signals(2, Map.of()), WEIGHTS, Set.of()).order())
                .containsExactly(0, 1);
    }

    @Test
    void weightsMoveFromColdToWarmWithTheHistory() {
        for (Signal signal : Signal.values()) {
            assertThat(SignalWeights.forHistory(0).of(signal)).isEqualTo(SignalWeights.COLD.of(signal));
            assertThat(SignalWeights.forHistory(5_000).of(signal)).isEqualTo(SignalWeights.WARM.of(signal));
            double half =
                    SignalWeights.forHistory(SignalWeights.WARM_HISTORY / 2).of(signal);
            assertThat(half)
                    .isCloseTo(
                            (SignalWeights.COLD.of(signal) + SignalWeights.WARM.of(signal)) / 2, Offset.offset(1e-12));
        }
        assertThat(SignalWeights.COLD.of(Signal.TEXT)).isGreaterThan(SignalWeights.WARM.of(Signal.TEXT));
        assertThat(SignalWeights.COLD.of(Signal.CF_SPARSE)).isLessThan(SignalWeights.WARM.of(Signal.CF_SPARSE));
    }

    @Test
    void wrongLengthsAndWeightsAreNamed() {
        assertThatThrownBy(() -> new Signals(2, Map.of(Signal.BM25, new float[3])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("signal {bm25} needs 2 values, one per candidate, had 3");
        assertThatThrownBy(() -> new SignalWeights(Map.of(Signal.CF, Double.NaN)))
                .hasMessage("the weight of {cf} must be finite, was NaN");
        assertThatThrownBy(() -> SignalWeights.forHistory(-1)).hasMessage("historySize must be at least 0, was -1");
    }
}
