package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.ranking.Signal;
import java.util.OptionalDouble;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// The bars that our models must reach on a public split, next to what peers reach on the same files.
@TestInstance(Lifecycle.PER_CLASS)
class ModelsTest {
    private RankingTask task;

    @BeforeAll
    void read() {
        task = Split.read(SharedData.path("splits/ml100k_loo")).testTask();
    }

    @Test
    void easeEqualsThePeer() {
        Metrics metrics = metrics(ModelName.Alone.EASE, settings(OptionalDouble.empty(), 1));
        assertThat(metrics.mean("Recall@10")).isCloseTo(.1489, Offset.offset(.0011));
        assertThat(metrics.mean("NDCG@10")).isCloseTo(.0725, Offset.offset(.0006));
        assertThat(metrics.seen()).isZero();
    }

    @Test
    void historyDecayLiftsEase() {
        assertThat(metrics(ModelName.Alone.EASE, settings(OptionalDouble.of(.9), 1))
                        .mean("Recall@10"))
                .isGreaterThanOrEqualTo(.185);
    }

    @Test
    void alsReachesThePeerOnTheMeanOfThreeSeeds() {
        double sum = 0;
        for (int seed = 1; seed <= 3; seed++) {
            sum += metrics(ModelName.Alone.ALS, settings(OptionalDouble.empty(), seed))
                    .mean("Recall@10");
        }
        assertThat(sum / 3).isGreaterThanOrEqualTo(.135);
    }

    /// The bars without text and without a sequence model; the catalog's texts add a little.
    @Test
    void theFittedFusionReachesItsBarsOnTheMeanOfThreeSeeds() {
        double recall = 0;
        double gain = 0;
        for (int seed = 1; seed <= 3; seed++) {
            Metrics metrics = metrics(ModelName.Fused.FITTED, settings(OptionalDouble.empty(), seed));
            recall += metrics.mean("Recall@10") / 3;
            gain += metrics.mean("NDCG@10") / 3;
            assertThat(metrics.seen()).isZero();
        }
        assertThat(recall).isGreaterThanOrEqualTo(.225);
        assertThat(gain).isGreaterThanOrEqualTo(.127);
    }

    @Test
    void fittedWeightsBeatFixedOnesAndThoseEqualOnes() {
        Models models = new Models(task, ModelSettings.DEFAULT, Models.Content.NONE, Progress.NONE);
        double fitted = ndcg(models, ModelName.Fused.FITTED);
        double fixed = ndcg(models, ModelName.Fused.FIXED);
        assertThat(fitted).isGreaterThan(fixed);
        assertThat(fixed).isGreaterThan(ndcg(models, ModelName.Fused.EQUAL));
        assertThat(models.trained().ranker().fitted()).isTrue();
        assertThat(models.trained().ranker().forHistory(100).of(Signal.POP)).isNegative();
    }

    /// Sparse data takes little weight on what was not seen; what is asked for stays.
    @Test
    void theWeightOfTheUnobservedSuitsTheData() {
        ImplicitAls.Options dense = ImplicitAls.Options.DEFAULT;
        assertThat(dense.suiting(task.known())).isEqualTo(dense);
        Histories.Builder sparse = new Histories.Builder(1_000).withUserCount(1_000);
        for (int user = 0; user < 1_000; user++) {
            for (int event = 0; event < 3; event++) {
                sparse.add(user, (user + 7 * event) % 1_000, event);
            }
        }
        ImplicitAls.Options suiting = dense.suiting(sparse.build());
        assertThat(suiting.unobservedWeight()).isEqualTo(0.01);
        assertThat(suiting.regularization()).isEqualTo(0.01);
        assertThat(suiting.dimension()).isEqualTo(dense.dimension());
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertThatThrownBy(() -> metrics(ModelName.Alone.ALS, settings(OptionalDouble.of(.9), 1)))
                .hasMessage("model {als} has no history decay: leave --history-decay out, or use item-knn, ease or"
                        + " fused");
        assertThatThrownBy(() -> ModelName.of("svd"))
                .hasMessageStartingWith(
                        "no model {svd}; there are random, popular, recent, item-knn, rp3beta, transitions, ease,"
                                + " sparse-ease, als, bpr, fused, fused-fixed, fused-equal, sasrec, hstu and source-cf|cf_sparse|");
        assertThat(ModelName.of("source-recent_short")).isEqualTo(new ModelName.Source(Signal.RECENT_SHORT));
    }

    private double ndcg(Models models, ModelName model) {
        return Metrics.of(RankedLists.of(task, models.fit(model), Progress.NONE))
                .mean("NDCG@10");
    }

    private Metrics metrics(ModelName model, ModelSettings settings) {
        Ranker ranker = new Models(task, settings, Models.Content.NONE, Progress.NONE).fit(model);
        return Metrics.of(RankedLists.of(task, ranker, Progress.NONE));
    }

    private static ModelSettings settings(OptionalDouble decay, long seed) {
        ModelSettings d = ModelSettings.DEFAULT;
        return new ModelSettings(decay, OptionalDouble.empty(), d.knn(), d.transitions(), d.als(), d.ranker(), seed);
    }
}
