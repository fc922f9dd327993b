package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IdAlignerTest {
    private static final int ITEMS = 400;
    private static final int TEXT = 24;
    private static final int ID = 8;

    private final SplittableRandom random = new SplittableRandom(5);
    private final float[] texts = gaussian(ITEMS * TEXT);
    private final float[] map = gaussian(TEXT * ID);
    private final float[] factors = mapped();
    private final int[] counts = new int[ITEMS];

    private float[] gaussian(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private float[] mapped() {
        for (int row = 0; row < ITEMS; row++) {
            UnitVectors.normalise(texts, row * TEXT, TEXT);
        }
        float[] ids = new float[ITEMS * ID];
        for (int row = 0; row < ITEMS; row++) {
            for (int j = 0; j < ID; j++) {
                double sum = 0.02 * random.nextGaussian();
                for (int p = 0; p < TEXT; p++) {
                    sum += texts[row * TEXT + p] * map[p * ID + j];
                }
                ids[row * ID + j] = (float) sum;
            }
        }
        return ids;
    }

    private IdAligner aligner() {
        Arrays.fill(counts, 0, 300, 5);
        return IdAligner.fit(new VectorTable(TEXT, texts), factors, counts, new IdAligner.Options(0.1, 3));
    }

    @Test
    void givesItemsThatNobodyHadTheVectorTheirTextMakesLikely() {
        IdAligner aligner = aligner();
        assertThat(aligner.taught()).isEqualTo(300);
        VectorTable guessed = aligner.toIds(new VectorTable(TEXT, texts));
        VectorTable true_ = new VectorTable(ID, factors);
        int first = 0;
        for (int cold = 300; cold < ITEMS; cold++) {
            first += nearest(true_, guessed.row(cold)) == cold ? 1 : 0;
        }
        // By chance a hundredth of the hundred would find themselves among four hundred.
        assertThat(first).isGreaterThan(70);
    }

    @Test
    void leadsBackToTheText() {
        IdAligner aligner = aligner();
        VectorTable table = new VectorTable(TEXT, texts);
        int first = 0;
        for (int cold = 300; cold < ITEMS; cold++) {
            first += nearest(table, aligner.toText(new VectorTable(ID, factors).row(cold))) == cold ? 1 : 0;
        }
        assertThat(first).isGreaterThan(30);
    }

    private static int nearest(VectorTable table, float[] vector) {
        int best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int row = 0; row < table.size(); row++) {
            float[] other = table.row(row);
            UnitVectors.normalise(other, 0, other.length);
            double dot = 0;
            for (int j = 0; j < other.length; j++) {
                dot += other[j] * vector[j];
            }
            if (dot > highest) {
                highest = dot;
                best = row;
            }
        }
        return best;
    }

    @Test
    void solvesTheNormalEquations() {
        float[] weights = {1, 2, 0, 0.5f, 1};
        float[] x = {1, 0, 2, 1, 9, 9, -1, 1, 0.5f, 3};
        float[] y = {1, 2, -7, 0.5f, 4};
        float[] found = Ridge.fit(x, 2, y, 1, weights, 0.7);
        // (Σ w x xᵀ + λ I) m = Σ w x y
        double[] left = new double[2];
        double[] right = new double[2];
        for (int row = 0; row < 5; row++) {
            double fitted = x[2 * row] * found[0] + x[2 * row + 1] * found[1];
            for (int p = 0; p < 2; p++) {
                left[p] += weights[row] * x[2 * row + p] * fitted;
                right[p] += weights[row] * x[2 * row + p] * y[row];
            }
        }
        for (int p = 0; p < 2; p++) {
            assertThat(left[p] + 0.7 * found[p]).isEqualTo(right[p], within(1e-5));
        }
    }

    @Test
    void isTheSameEachTimeAndRefusesWhatDoesNotFit() {
        assertThat(aligner().toId(new VectorTable(TEXT, texts).row(7)))
                .containsExactly(aligner().toId(new VectorTable(TEXT, texts).row(7)));
        assertThat(aligner().toId(new float[TEXT])).containsOnly(0);
        assertThatThrownBy(() -> aligner().toId(new float[3])).hasMessageContaining("[24, 24], was 3");
        assertThatThrownBy(() ->
                        IdAligner.fit(new VectorTable(TEXT, texts), factors, new int[3], IdAligner.Options.DEFAULT))
                .hasMessageContaining("same items");
        assertThatThrownBy(() -> new IdAligner.Options(0, 3)).hasMessageContaining("regularization");
    }

    @Test
    void believesEventsTheMoreThereAre() {
        assertThat(IdAligner.confidence(0, 3)).isZero();
        assertThat(IdAligner.confidence(3, 3)).isEqualTo(0.5);
        assertThat(IdAligner.confidence(300, 3)).isGreaterThan(0.98);
    }
}
