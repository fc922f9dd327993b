package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.factor.Histories;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The gradients written by hand against central differences of the loss, along random directions.
class AdapterGradientTest {
    private static final int DIMENSION = 12;
    private static final int HIDDEN = 5;
    private static final int ITEMS = 30;

    private static VectorTable table(SplittableRandom random) {
        float[] values = new float[ITEMS * DIMENSION];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new VectorTable(DIMENSION, values).unit();
    }

    private static SemanticAdapter.Lessons lessons() {
        SplittableRandom random = new SplittableRandom(3);
        Histories.Builder histories = new Histories.Builder(ITEMS);
        for (int user = 0; user < 20; user++) {
            for (int at = 0; at < 6; at++) {
                histories.add(user, random.nextInt(ITEMS), at);
            }
        }
        return new SemanticAdapter.Lessons(table(random), table(random), table(random), histories.build());
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "0, 0, 1", "1, 0, 0", "0.5, 1, 0.2"})
    void areTheSlopesOfTheLoss(double describing, double following, double spreading) {
        SemanticAdapter.Options options =
                new SemanticAdapter.Options(HIDDEN, 1, 16, 1e-3, 0.3, 0.2, describing, following, spreading);
        SplittableRandom random = new SplittableRandom(9);
        float[] inward = new float[HIDDEN * DIMENSION];
        float[] outward = new float[HIDDEN * DIMENSION];
        for (int i = 0; i < inward.length; i++) {
            inward[i] = (float) random.nextGaussian() * 0.8f;
            outward[i] = (float) random.nextGaussian() * 0.5f;
        }
        AdapterNetwork network = new AdapterNetwork(DIMENSION, HIDDEN, inward, outward);
        loss(network, options);
        float[] inwardGradient = network.inwardGradient.clone();
        float[] outwardGradient = network.outwardGradient.clone();
        for (int trial = 0; trial < 12; trial++) {
            float[] a = new float[inward.length];
            float[] b = new float[outward.length];
            double along = 0;
            for (int i = 0; i < a.length; i++) {
                // Half the directions move one matrix only, so that an error of the other cannot hide.
                a[i] = trial % 3 == 1 ? 0 : (float) random.nextGaussian();
                b[i] = trial % 3 == 2 ? 0 : (float) random.nextGaussian();
                along += (double) a[i] * inwardGradient[i] + (double) b[i] * outwardGradient[i];
            }
            double step = 2e-3;
            double up = loss(moved(inward, outward, a, b, step), options);
            double down = loss(moved(inward, outward, a, b, -step), options);
            double slope = (up - down) / (2 * step);
            assertThat(Math.abs(slope - along) / Math.max(0.3, Math.abs(along)))
                    .as("slope %s, gradient %s", slope, along)
                    .isLessThan(2e-3);
        }
    }

    private static AdapterNetwork moved(float[] inward, float[] outward, float[] a, float[] b, double step) {
        float[] in = inward.clone();
        float[] out = outward.clone();
        for (int i = 0; i < in.length; i++) {
            in[i] += (float) (step * a[i]);
            out[i] += (float) (step * b[i]);
        }
        return new AdapterNetwork(DIMENSION, HIDDEN, in, out);
    }

    /// Always the same batch.
    private static double loss(AdapterNetwork network, SemanticAdapter.Options options) {
        network.clearGradients();
        return new AdapterBatches(lessons(), options, new SplittableRandom(17)).learn(network);
    }
}
