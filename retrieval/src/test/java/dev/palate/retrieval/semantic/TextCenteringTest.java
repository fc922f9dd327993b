package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextCenteringTest {
    private final float[][] raw = {{3, 4, 0}, {3, 0, 4}, {0, 0, 0}, {3, 2, 2}};

    @Test
    void takesTheMeanOfWhatIsThereAway() {
        VectorTable centred = TextCentering.of(raw).center(raw);
        float half = (float) Math.sqrt(0.5);
        assertThat(centred.row(0)).usingComparatorWithPrecision(1e-6f).containsExactly(0, half, -half);
        assertThat(centred.row(1)).usingComparatorWithPrecision(1e-6f).containsExactly(0, -half, half);
        assertThat(centred.row(2)).containsExactly(0, 0, 0);
        assertThat(centred.knows(2)).isFalse();
        // The mean itself has no direction left.
        assertThat(centred.row(3)).containsExactly(0, 0, 0);
        assertThat(centred.cosine(0, 1)).isEqualTo(-1, org.assertj.core.api.Assertions.within(1e-6f));
    }

    @Test
    void bringsALaterItemIntoTheSameSpace() {
        TextCentering centering = TextCentering.of(raw);
        assertThat(centering.center(new float[] {4, 2, 2}))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(1, 0, 0);
        assertThat(centering.center(new float[3])).containsExactly(0, 0, 0);
    }
}
