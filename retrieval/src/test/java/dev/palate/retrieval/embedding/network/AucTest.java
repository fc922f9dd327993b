package dev.palate.retrieval.embedding.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AucTest {
    private static final long SEED = Long.getLong("test.seed", 20_261_129L);

    @Test
    void itIsTheShareOfPairsInOrderWithTiesHalved() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 50; round++) {
            int count = 2 + random.nextInt(60);
            double[] scores = new double[count];
            boolean[] clicked = new boolean[count];
            for (int i = 0; i < count; i++) {
                // Few different scores, so that there are ties.
                scores[i] = random.nextInt(8) / 4.0 - 1;
                clicked[i] = i == 0 || i > 1 && random.nextBoolean();
            }
            double right = 0;
            int pairs = 0;
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++) {
                    if (clicked[i] && !clicked[j]) {
                        pairs++;
                        right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                    }
                }
            }
            assertThat(Auc.of(scores, clicked)).as("seed %d", SEED).isCloseTo(right / pairs, within(1e-12));
        }
    }

    @Test
    void signedZerosTie() {
        assertThat(Auc.of(new double[] {0.0, -0.0}, new boolean[] {true, false}))
                .isEqualTo(0.5);
        assertThat(Auc.of(new double[] {-0.0, 0.0}, new boolean[] {true, false}))
                .isEqualTo(0.5);
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Auc.of(new double[] {1, 2}, new boolean[] {true, true}))
                .withMessageContaining("2 clicked and 0 not");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Auc.of(new double[] {1, Double.NaN}, new boolean[] {true, false}))
                .withMessageContaining("not a number");
    }
}
