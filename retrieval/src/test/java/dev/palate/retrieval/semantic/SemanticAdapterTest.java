package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.factor.Histories;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SemanticAdapterTest {
    private static final int DIMENSION = 32;
    private static final int ITEMS = 300;
    private static final int KNOWN = 240;
    private static final int TASTES = 6;

    /// Each item is of a taste that shows in its text faintly, under loud traits that have nothing to do with it.
    private final SplittableRandom random = new SplittableRandom(21);

    private final float[][] tastes = directions(TASTES);
    private final float[][] loud = directions(4);
    private final VectorTable texts = texts();
    private final Histories histories = histories();

    private float[][] directions(int count) {
        float[][] directions = new float[count][DIMENSION];
        for (float[] direction : directions) {
            for (int j = 0; j < DIMENSION; j++) {
                direction[j] = (float) random.nextGaussian();
            }
            UnitVectors.normalise(direction, 0, DIMENSION);
        }
        return directions;
    }

    private VectorTable texts() {
        float[] values = new float[ITEMS * DIMENSION];
        for (int item = 0; item < ITEMS; item++) {
            double[] traits = random.doubles(loud.length, -2, 2).toArray();
            for (int j = 0; j < DIMENSION; j++) {
                double value = 0.6 * tastes[item % TASTES][j] + 0.05 * random.nextGaussian();
                for (int trait = 0; trait < loud.length; trait++) {
                    value += traits[trait] * loud[trait][j];
                }
                values[item * DIMENSION + j] = (float) value;
            }
        }
        return new VectorTable(DIMENSION, values).unit();
    }

    private Histories histories() {
        Histories.Builder builder = new Histories.Builder(ITEMS);
        for (int user = 0; user < 200; user++) {
            for (int at = 0; at < 12; at++) {
                builder.add(user, user % TASTES + TASTES * random.nextInt(KNOWN / TASTES), at);
            }
        }
        return builder.build();
    }

    private static final SemanticAdapter.Options OPTIONS =
            new SemanticAdapter.Options(16, 150, 64, 3e-3, 0.1, 0.1, 0, 1, 0.1);

    private SemanticAdapter fit(SemanticAdapter.Options options, long seed) {
        return SemanticAdapter.fit(
                SemanticAdapter.Lessons.of(texts, histories), options, seed, (phase, done, total) -> {});
    }

    /// Of the ten items nobody had that are put first, the share of the user's taste.
    private double shareFound(VectorTable items, VectorTable profiles) {
        double found = 0;
        for (int user = 0; user < 30; user++) {
            float[] scores = new float[ITEMS];
            for (int item = 0; item < ITEMS; item++) {
                scores[item] = item < KNOWN ? Float.NEGATIVE_INFINITY : items.dot(item, profiles.row(user));
            }
            for (int item : dev.palate.memory.vector.TopK.select(scores, 10)) {
                found += item % TASTES == user % TASTES ? 0.1 : 0;
            }
        }
        return found / 30;
    }

    private VectorTable profiles() {
        float[] profiles = new float[30 * DIMENSION];
        for (int user = 0; user < 30; user++) {
            for (int item : histories.of(user).items()) {
                texts.add(1, item, profiles, user * DIMENSION);
            }
        }
        return new VectorTable(DIMENSION, profiles).unit();
    }

    @Test
    void bringsItemsNobodyHadNearerToThosePeopleHaveWithTheirLike() {
        SemanticAdapter adapter = fit(OPTIONS, 1);
        double before = shareFound(texts, profiles());
        double after = shareFound(adapter.adapt(texts), adapter.adapt(profiles()));
        assertThat(after).isGreaterThan(before + 0.15);
    }

    @Test
    void isTheIdentityBeforeItLearnsAndTheSameForTheSameSeed() {
        SemanticAdapter none = fit(OPTIONS.with(0, 0, 1), 1);
        assertThat(none.adapt(texts).values()).containsExactly(texts.values());
        assertThat(fit(OPTIONS, 4).parameters()).isDeepEqualTo(fit(OPTIONS, 4).parameters());
        assertThat(fit(OPTIONS, 4).parameters()[1]).isNotEqualTo(fit(OPTIONS, 5).parameters()[1]);
    }

    @Test
    void keepsItsParametersAndLeavesMissingTextsMissing() {
        SemanticAdapter adapter = fit(OPTIONS, 1);
        SemanticAdapter again = SemanticAdapter.of(DIMENSION, adapter.parameters()[0], adapter.parameters()[1]);
        assertThat(again.adapt(texts.row(3))).containsExactly(adapter.adapt(texts.row(3)));
        assertThat(adapter.adapt(new float[DIMENSION])).containsOnly(0);
        assertThatThrownBy(() -> adapter.adapt(new float[3])).hasMessageContaining("[32, 32], was 3");
        assertThatThrownBy(() -> SemanticAdapter.of(5, new float[7], new float[7]))
                .hasMessageContaining("whole rows of 5");
    }

    @Test
    void letsTitlesFindTheirDescriptions() {
        // A title says what its description says through a rotation of its own, learnt on the first items only.
        SplittableRandom noise = new SplittableRandom(2);
        float[][] turned = directions(DIMENSION);
        float[] descriptions = new float[ITEMS * DIMENSION];
        for (int item = 0; item < ITEMS; item++) {
            for (int j = 0; j < DIMENSION; j++) {
                float turnedBy = texts.dot(item, turned[j]);
                descriptions[item * DIMENSION + j] =
                        (float) (0.7 * turnedBy + 0.3 * texts.row(item)[j] + 0.02 * noise.nextGaussian());
            }
        }
        VectorTable all = new VectorTable(DIMENSION, descriptions).unit();
        int[] taught = java.util.stream.IntStream.range(0, KNOWN).toArray();
        SemanticAdapter adapter = SemanticAdapter.fit(
                new SemanticAdapter.Lessons(texts, texts.select(taught), all.select(taught), histories),
                new SemanticAdapter.Options(32, 300, 64, 5e-3, 0.1, 0.1, 1, 0, 0),
                1,
                (phase, done, total) -> {});
        assertThat(found(adapter.adapt(texts).unit(), adapter.adapt(all).unit()))
                .isGreaterThan(found(texts, all) + 0.1);
    }

    /// Share of the held-out titles whose description is among the five nearest of all.
    private static double found(VectorTable titles, VectorTable descriptions) {
        int found = 0;
        for (int item = KNOWN; item < ITEMS; item++) {
            float[] scores = new float[ITEMS];
            for (int other = 0; other < ITEMS; other++) {
                scores[other] = descriptions.dot(other, titles.row(item));
            }
            int wanted = item;
            found += java.util.Arrays.stream(dev.palate.memory.vector.TopK.select(scores, 5))
                            .anyMatch(other -> other == wanted)
                    ? 1
                    : 0;
        }
        return found / (double) (ITEMS - KNOWN);
    }
}
