package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DiversityTest {
    private static final double[] SCORES = {5, 4.9, 4.8, 3, 1};
    private static final int[] ORDER = {0, 1, 2, 3, 4};

    /// The first three are the same thing.
    private static final Diversity.Likeness LIKENESS = (a, b) -> a < 3 && b < 3 ? 1 : 0;

    @Test
    void withoutDiversityTheBestComeInOrder() {
        Diversity.Selection selection = Diversity.select(ORDER, SCORES, 3, 0, LIKENESS);
        assertThat(selection.order()).containsExactly(0, 1, 2);
        assertThat(selection.penalties()).containsExactly(0, 0, 0);
    }

    @Test
    void withDiversityTheLikeOfWhatIsThereComesLater() {
        Diversity.Selection selection = Diversity.select(ORDER, SCORES, 4, 0.6, LIKENESS);
        assertThat(selection.order()).containsExactly(0, 3, 1, 2);
        assertThat(selection.penalties()).containsExactly(0, 0, -2.4, -2.4);
    }

    @Test
    void fewerCandidatesThanAskedForAreAllTaken() {
        assertThat(Diversity.select(ORDER, SCORES, 9, 1, LIKENESS).order()).hasSize(5);
        assertThat(Diversity.select(new int[0], new double[0], 9, 1, LIKENESS).order())
                .isEmpty();
    }

    @Test
    void aDiversityOutOfRangeIsRefused() {
        assertThatThrownBy(() -> Diversity.select(ORDER, SCORES, 3, 1.5, LIKENESS))
                .hasMessage("diversity must be in [0, 1], was 1.5");
    }
}
