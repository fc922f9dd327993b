package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.ranking.RankerWeights.Bucket;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RankerWeightsTest {
    private static final RankerWeights FITTED = new RankerWeights(
            List.of(
                    new Bucket(4, Map.of(Signal.CF, 0.8, Signal.POP, -0.4)),
                    new Bucket(20, Map.of(Signal.CF, 0.2, Signal.POP, 0.1))),
            500);

    @Test
    void everyLengthOfHistoryHasItsWeights() {
        assertThat(FITTED.forHistory(4).of(Signal.CF)).isEqualTo(0.8);
        assertThat(FITTED.forHistory(19).of(Signal.POP)).isEqualTo(-0.4);
        assertThat(FITTED.forHistory(20).of(Signal.CF)).isEqualTo(0.2);
        assertThat(FITTED.forHistory(100_000).of(Signal.POP)).isEqualTo(0.1);
        // Below the first bucket a line from the weights of somebody without history.
        double cold = SignalWeights.COLD.of(Signal.CF);
        assertThat(FITTED.forHistory(0).of(Signal.CF)).isEqualTo(cold);
        assertThat(FITTED.forHistory(2).of(Signal.CF)).isCloseTo((cold + 0.8) / 2, Offset.offset(1e-12));
    }

    @Test
    void signalsThatWereNotFittedKeepTheFixedWeights() {
        for (int size : new int[] {0, 3, 7, 40}) {
            assertThat(FITTED.forHistory(size).of(Signal.BM25))
                    .isEqualTo(SignalWeights.forHistory(size).of(Signal.BM25));
        }
        assertThat(FITTED.bounded()).contains(Signal.BM25, Signal.MEMORY).doesNotContain(Signal.CF, Signal.POP);
        assertThat(RankerWeights.FIXED.bounded()).contains(Signal.values());
        assertThat(RankerWeights.FIXED.forHistory(30)).isEqualTo(SignalWeights.WARM);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Bucket(0, Map.of())).hasMessageEndingWith("at least 1 event, was 0");
        assertThatThrownBy(() -> new Bucket(1, Map.of(Signal.CF, Double.NaN)))
                .hasMessage("the weight of {cf} must be finite, was NaN");
        assertThatThrownBy(() -> new RankerWeights(List.of(new Bucket(5, Map.of()), new Bucket(5, Map.of())), 1))
                .hasMessage("buckets must rise, but bucket 1 starts at 5 after 5");
    }
}
