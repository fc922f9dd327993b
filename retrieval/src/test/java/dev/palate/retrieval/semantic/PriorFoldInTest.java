package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.ImplicitAls;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PriorFoldInTest {
    private static final int D = 6;
    private static final int USERS = 500;
    private static final ImplicitAls.Options MODEL = new ImplicitAls.Options(D, 0.1, 0.003, 1, 1, 1, 1);

    private final SplittableRandom random = new SplittableRandom(4);
    private final float[] users = users();
    private final float[] gram = gram();
    private final float[] prior = {0.4f, -0.1f, 0.2f, 0, 0.3f, 0.1f};

    private float[] users() {
        float[] values = new float[USERS * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.4 * random.nextGaussian());
        }
        return values;
    }

    private float[] gram() {
        float[] sum = new float[D * D];
        Kernels.gram(users, USERS, D, 1, sum);
        return sum;
    }

    private float[] first(int count) {
        return Arrays.copyOf(users, count * D);
    }

    private PriorFoldIn foldIn(double hold, double regularization) {
        return new PriorFoldIn(gram, USERS, MODEL, new PriorFoldIn.Options(hold, regularization));
    }

    @Test
    void isTheTextsVectorBeforeTheFirstEvent() {
        assertThat(foldIn(2, 0.3).of(prior, new float[0])).containsExactly(prior);
    }

    @Test
    void movesTowardsThoseWhoHadItTheMoreTheMoreThereAre() {
        float[] user = first(1);
        double before = dot(prior, user);
        double once = dot(foldIn(2, 0.3).of(prior, user), user);
        float[] often = new float[50 * D];
        for (int at = 0; at < 50; at++) {
            System.arraycopy(user, 0, often, at * D, D);
        }
        double many = dot(foldIn(2, 0.3).of(prior, often), user);
        assertThat(once).isGreaterThan(before);
        assertThat(many).isGreaterThan(once).isEqualTo(1, within(0.35));
        double held = dot(foldIn(8, 0.3).of(prior, user), user);
        assertThat(held).isGreaterThan(before).isLessThan(once);
    }

    /// Without a prior and with the model's own weight the equations are those of the item's half-step of iALS.
    @Test
    void solvesWhatTrainingSolvesWhenThereIsNoPrior() {
        float[] had = first(40);
        float[] item = foldIn(1, 0).of(new float[D], had);
        double lambda = 0.003 * (40 + 0.1 * USERS);
        for (int p = 0; p < D; p++) {
            double left = lambda * item[p];
            double right = 0;
            for (int user = 0; user < USERS; user++) {
                double fitted = 0;
                for (int q = 0; q < D; q++) {
                    fitted += users[user * D + q] * item[q];
                }
                left += users[user * D + p] * fitted * (0.1 + (user < 40 ? 1 : 0));
                right += user < 40 ? users[user * D + p] : 0;
            }
            assertThat(left).isEqualTo(right, within(1e-3));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> foldIn(2, 0.3).of(new float[3], new float[0])).hasMessageContaining("[6, 6], was 3");
        assertThatThrownBy(() -> new PriorFoldIn(new float[4], 1, MODEL, PriorFoldIn.Options.DEFAULT))
                .hasMessageContaining("Gram");
        assertThatThrownBy(() -> new PriorFoldIn.Options(0, 1)).hasMessageContaining("hold");
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < D; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
