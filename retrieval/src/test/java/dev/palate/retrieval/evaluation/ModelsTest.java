package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.ranking.Signal;
import java.util.Map;
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
        Metrics metrics = metrics(ModelName.EASE, settings(OptionalDouble.empty(), 1));
        assertThat(metrics.mean("Recall@10")).isCloseTo(.1489, Offset.offset(.0011));
        assertThat(metrics.mean("NDCG@10")).isCloseTo(.0725, Offset.offset(.0006));
        assertThat(metrics.seen()).isZero();
    }

    @Test
    void historyDecayLiftsEase() {
        assertThat(metrics(ModelName.EASE, settings(OptionalDouble.of(.9), 1)).mean("Recall@10"))
                .isGreaterThanOrEqualTo(.185);
    }

    @Test
    void alsReachesThePeerOnTheMeanOfThreeSeeds() {
        double sum = 0;
        for (int seed = 1; seed <= 3; seed++) {
            sum += metrics(ModelName.ALS, settings(OptionalDouble.empty(), seed))
                    .mean("Recall@10");
        }
        assertThat(sum / 3).isGreaterThanOrEqualTo(.135);
    }

    @Test
    void fusionBeatsItsBestSource() {
        Metrics metrics = metrics(ModelName.FUSED, ModelSettings.DEFAULT);
        assertThat(metrics.mean("Recall@10")).isGreaterThanOrEqualTo(.215);
        assertThat(metrics.mean("NDCG@10")).isGreaterThanOrEqualTo(.117);
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertThatThrownBy(() -> metrics(ModelName.ALS, settings(OptionalDouble.of(.9), 1)))
                .hasMessage("model {als} has no history decay: leave --history-decay out, or use item-knn, ease or"
                        + " fused");
        assertThatThrownBy(() -> Models.fit(
                        ModelName.EASE,
                        task,
                        ModelSettings.DEFAULT,
                        Map.of(Signal.TEXT, Popularity.of(task.known())),
                        Progress.NONE))
                .hasMessage("model {ease} does not read a catalog: use it with fused only");
        assertThatThrownBy(() -> ModelName.of("svd"))
                .hasMessage("no model {svd}; there are popular, item-knn, ease, als, fused");
    }

    private Metrics metrics(ModelName model, ModelSettings settings) {
        Ranker ranker = Models.fit(model, task, settings, Map.of(), Progress.NONE);
        return Metrics.of(RankedLists.of(task, ranker, Progress.NONE));
    }

    private static ModelSettings settings(OptionalDouble decay, long seed) {
        ModelSettings d = ModelSettings.DEFAULT;
        return new ModelSettings(
                decay, OptionalDouble.empty(), d.knn(), d.transitions(), d.als(), d.recentWindow(), seed);
    }
}
