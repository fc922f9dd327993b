package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.semantic.SemanticAdapter;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdapterFitTest {
    private static final int DIMENSION = 16;
    private static final int ITEMS = 600;
    private static final int TASTES = 6;

    /// Each item is of a taste that shows in its text by so much, under louder traits.
    private static VectorTable texts(double shown, int items) {
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[items * DIMENSION];
        for (int item = 0; item < items; item++) {
            for (int j = 0; j < DIMENSION; j++) {
                double loudness = j < TASTES ? 0.1 : 1;
                values[item * DIMENSION + j] =
                        (float) (loudness * random.nextGaussian() + (j == item % TASTES ? shown : 0));
            }
        }
        return new VectorTable(DIMENSION, values).unit();
    }

    private static Histories histories(int items) {
        SplittableRandom random = new SplittableRandom(6);
        Histories.Builder builder = new Histories.Builder(items);
        for (int user = 0; user < 300; user++) {
            for (int at = 0; at < 20; at++) {
                builder.add(user, user % TASTES + TASTES * random.nextInt(items / TASTES), at);
            }
        }
        return builder.build();
    }

    private static Optional<TextAdapter> fit(VectorTable texts, Histories histories, int threads) {
        return AdapterFit.fit(texts, "e1", histories, 7, threads, Progress.NONE);
    }

    @Test
    void servesWhereItFindsItemsThatWereKeptBack() {
        TextAdapter adapter = fit(texts(0.7, ITEMS), histories(ITEMS), 1).orElseThrow();
        assertThat(adapter.encoding()).isEqualTo("e1");
        assertThat(adapter.trial().items()).isEqualTo(60);
        assertThat(adapter.trial().users()).isBetween(200, 300);
        assertThat(adapter.trial().adapted()).isGreaterThan(adapter.trial().text() + 0.05);
        assertThat(adapter.trial().low())
                .isPositive()
                .isLessThan(adapter.trial().high());
        assertThat(adapter.trial().described()).startsWith("new items are scored by adapted texts: Recall@20 0.");
        SemanticAdapter network = adapter.network().orElseThrow();
        TextAdapter again = fit(texts(0.7, ITEMS), histories(ITEMS), 2).orElseThrow();
        assertThat(again.network().orElseThrow().parameters()).isDeepEqualTo(network.parameters());
        assertThat(again.trial()).isEqualTo(adapter.trial());
    }

    @Test
    void staysAwayWhereTextsSayNothingOfTaste() {
        TextAdapter adapter = fit(texts(0, ITEMS), histories(ITEMS), 1).orElseThrow();
        assertThat(adapter.trial().gains()).isFalse();
        assertThat(adapter.network()).isEmpty();
        assertThat(adapter.trial().text()).isCloseTo(20 / 60.0, within(0.06));
        assertThat(adapter.trial().described()).startsWith("new items are scored by their texts: ");
    }

    @Test
    void saysNothingOfFewItems() {
        assertThat(fit(texts(0.7, 300), histories(300), 1)).isEmpty();
        assertThat(fit(VectorTable.EMPTY, histories(ITEMS), 1)).isEmpty();
        assertThat(fit(new VectorTable(DIMENSION, new float[ITEMS * DIMENSION]), histories(ITEMS), 1))
                .isEmpty();
    }
}
