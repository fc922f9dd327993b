package dev.palate.retrieval.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ModelsOfItemsTest {
    private static final long SEED = Long.getLong("test.seed", 3L);

    @Test
    void alsIsTheSameForASeedWhateverTheThreads() {
        Histories histories = random(200, 97);
        ImplicitAls.Options options = new ImplicitAls.Options(17, 0.2, 0.01, 1, 4, 3, 1);
        ItemFactors one = ImplicitAls.fit(histories, options, 9, Progress.NONE);
        ItemFactors two = ImplicitAls.fit(histories, options.withThreads(3), 9, Progress.NONE);
        ItemFactors other = ImplicitAls.fit(histories, options, 10, Progress.NONE);
        assertThat(two.factors()).isEqualTo(one.factors());
        assertThat(other.factors()).isNotEqualTo(one.factors());
    }

    @Test
    void aFoldedInUserSolvesTheNormalEquations() {
        Histories histories = random(150, 40);
        ImplicitAls.Options options = new ImplicitAls.Options(6, 0.3, 0.05, 0.5, 5, 4, 1);
        ItemFactors factors = ImplicitAls.fit(histories, options, SEED, Progress.NONE);
        History history = histories.of(0);
        float[] x = factors.foldIn(history);
        double lambda = 0.05 * Math.sqrt(history.size() + 0.3 * 40);
        for (int i = 0; i < 6; i++) {
            double residual = -lambda * x[i];
            for (int item = 0; item < 40; item++) {
                residual -= 0.3 * factors.factors()[item * 6 + i] * dot(factors.factors(), item, x);
            }
            for (int item : history.items()) {
                residual += factors.factors()[item * 6 + i] * (1 - dot(factors.factors(), item, x));
            }
            assertThat(residual).as("coordinate %s, seed %s", i, SEED).isBetween(-1e-3, 1e-3);
        }
        assertThat(factors.foldIn(History.EMPTY)).containsOnly(0);
    }

    @Test
    void easeSolvesItsLinearSystemAndHasNoSelfWeight() {
        Histories histories = random(300, 60);
        double lambda = 7;
        Ease ease = Ease.fit(histories, new Ease.Options(lambda, 1), Progress.NONE);
        float[][] b = new float[60][];
        for (int i = 0; i < 60; i++) {
            b[i] = new float[60];
            ease.scorer(HistoryDecay.NONE).score(History.of(i), b[i]);
            assertThat(b[i][i]).isZero();
        }
        // Optimality: (XᵀX + λI) B equals XᵀX off the diagonal, (XᵀX + λI)B = XᵀX − diag(γ) with any γ.
        double[][] gram = gram(histories);
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 60; j++) {
                double sum = lambda * b[i][j];
                for (int k = 0; k < 60; k++) {
                    sum += gram[i][k] * b[k][j];
                }
                if (i != j) {
                    assertThat(sum).as("%s,%s seed %s", i, j, SEED).isCloseTo(gram[i][j], within(2e-3));
                }
            }
        }
    }

    @Test
    void decayWeighsTheNewestEventMost() {
        ItemNeighbours rows = new ItemNeighbours(new int[] {0, 1, 2, 2, 2}, new int[] {2, 3}, new float[] {1, 1});
        float[] scores = new float[4];
        rows.scorer(HistoryDecay.of(0.5)).score(History.of(0, 1), scores);
        assertThat(scores).containsExactly(0, 0, 0.5f, 1);
        rows.scorer(new HistoryDecay(0.5, 1)).score(History.of(0, 1), scores);
        assertThat(scores).containsExactly(0, 0, 0, 1);
    }

    @Test
    void pruningToEveryEntryChangesNoScore() {
        Histories histories = random(200, 50);
        Ease ease = Ease.fit(histories, new Ease.Options(5, 1), Progress.NONE);
        float[] dense = new float[50];
        float[] sparse = new float[50];
        ease.scorer(HistoryDecay.NONE).score(histories.of(3), dense);
        ease.pruned(50).scorer(HistoryDecay.NONE).score(histories.of(3), sparse);
        assertThat(sparse).usingComparatorWithPrecision(1e-5f).containsExactly(dense);
        assertThat(ease.pruned(7).items()).hasSize(7 * 50);
    }

    @Test
    void recentPopularityCountsOnlyTheWindowBeforeNow() {
        Histories histories = new Histories.Builder(3)
                .add(0, 0, 100)
                .add(1, 0, 110)
                .add(1, 1, 120)
                .add(2, 2, 130)
                .build();
        RecentPopularity recent = RecentPopularity.of(histories, 15);
        float[] scores = new float[3];
        recent.at(125).score(History.EMPTY, scores);
        assertThat(scores).containsExactly(1, 1, 0);
        recent.atLastEvent().score(histories.of(0), scores);
        assertThat(scores).containsExactly(1, 0, 0);
        recent.atLastEvent().score(History.EMPTY, scores);
        assertThat(scores).containsExactly(0, 0, 0);
    }

    @Test
    void easeSaysHowMuchHeapItNeeds() {
        assertThat(Ease.requiredBytes(30_000)).isEqualTo(30_080L * 30_080 * 4 + 2L * 256 * 30_080 * 4);
        assertThatThrownBy(() -> Ease.requireBytes("EASE over 30000 items", Ease.requiredBytes(30_000), 1L << 30))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.MEMORY))
                .hasMessage("EASE over 30000 items needs 3511 MiB of heap, 1024 MiB are free: give the JVM at least"
                        + " 4023 MiB (-Xmx), or use its sparse form with fewer neighbours");
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new ImplicitAls.Options(0, 1, 1, 1, 1, 1, 1))
                .hasMessage("dimension must be in [1, 1024], was 0");
        assertThatThrownBy(() -> new ImplicitAls.Options(1, 0, 1, 1, 1, 1, 1))
                .hasMessage("unobservedWeight and regularization must be above 0, were 0.0 and 1.0");
        assertThatThrownBy(() -> new Ease.Options(0, 1)).hasMessage("regularization must be above 0, was 0.0");
        assertThatThrownBy(() -> new ItemKnn.Options(0, 0)).hasMessage("neighbours must be in [1, 10000], was 0");
        assertThatThrownBy(() -> HistoryDecay.of(1.1)).hasMessage("history decay must be in (0, 1], was 1.1");
        assertThatThrownBy(() -> new Transitions.Options(0, 1, 0, 1)).hasMessage("window must be in [1, 1000], was 0");
    }

    private static Offset<Double> within(double offset) {
        return Offset.offset(offset);
    }

    private static double dot(float[] factors, int item, float[] x) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
            sum += (double) factors[item * x.length + j] * x[j];
        }
        return sum;
    }

    @Test
    void onePairIsScoredAsAmongAllItems() {
        Histories histories = random(40, 12);
        Map<String, Scorer> scorers = Map.of(
                "ease",
                Ease.fit(histories, new Ease.Options(20, 1), Progress.NONE).scorer(HistoryDecay.of(0.9)),
                "neighbours",
                ItemKnn.fit(histories, ItemKnn.Options.DEFAULT).scorer(HistoryDecay.of(0.6)),
                "logarithmic",
                Transitions.fit(histories, Transitions.Options.DEFAULT)
                        .scorer(Transitions.DECAY)
                        .logarithmic());
        scorers.forEach((name, scorer) -> {
            float[] all = new float[12];
            for (int event = 0; event < 12; event++) {
                scorer.score(History.of(event), all);
                for (int item = 0; item < 12; item++) {
                    assertThat(scorer.pair(event, item))
                            .as("%s of item %d after item %d", name, item, event)
                            .isEqualTo(all[item]);
                }
            }
        });
        assertThat(new Popularity(histories.itemCounts()).pair(0, 1)).isNaN();
    }

    private static double[][] gram(Histories histories) {
        double[][] gram = new double[histories.itemCount()][histories.itemCount()];
        for (int user = 0; user < histories.userCount(); user++) {
            for (int i : histories.of(user).items()) {
                for (int j : histories.of(user).items()) {
                    gram[i][j]++;
                }
            }
        }
        return gram;
    }

    private static Histories random(int users, int items) {
        SplittableRandom random = new SplittableRandom(SEED);
        Histories.Builder builder = new Histories.Builder(items);
        for (int user = 0; user < users; user++) {
            for (int event = 0; event < 12; event++) {
                builder.add(user, random.nextInt(items), event);
            }
        }
        return builder.build();
    }
}
