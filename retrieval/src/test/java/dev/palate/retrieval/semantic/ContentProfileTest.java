package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import org.junit.jupiter.api.Test;

class ContentProfileTest {
    @Test
    void centringRemovesWhatAllItemsShare() {
        float[][] raw = {{10, 1, 0}, {10, -1, 0}, {10, 0, 1}, {10, 0, -1}, {0, 0, 0}};
        ContentProfile profile = ContentProfile.centred(raw, HistoryDecay.NONE);
        float[] scores = new float[5];
        profile.score(History.of(0), scores);
        assertThat(scores).usingComparatorWithPrecision(1e-6f).containsExactly(1, -1, 0, 0, Float.NaN);
    }

    @Test
    void theNewestTitleCountsMost() {
        float[][] raw = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
        float[] scores = new float[4];
        ContentProfile.centred(raw, HistoryDecay.of(0.5)).score(History.of(0, 2), scores);
        assertThat(scores).usingComparatorWithPrecision(1e-6f).containsExactly(0.5f, -0.5f, 1, -1);
    }

    @Test
    void refusesVectorsOfTwoLengths() {
        assertThatThrownBy(() -> ContentProfile.centred(new float[][] {{1, 2}, {1}}, HistoryDecay.NONE))
                .hasMessage("all vectors must have dimension 2, one has 1");
    }
}
