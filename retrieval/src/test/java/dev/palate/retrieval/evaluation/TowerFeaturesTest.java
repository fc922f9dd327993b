package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.TowerModel;
import dev.palate.retrieval.embedding.network.TowerTraining;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TowerFeaturesTest {
    private static final long SEED = Long.getLong("test.seed", 20_261_132L);

    /// Users of two kinds have items of their kind, one after the other; the last one is asked for.
    private static Split split() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Split.Row> train = new ArrayList<>();
        List<Split.Row> valid = new ArrayList<>();
        List<Split.Row> test = new ArrayList<>();
        // A split takes users by id: three digits, so that they come in this order.
        for (int user = 0; user < 60; user++) {
            List<Integer> items = new ArrayList<>();
            while (items.size() < 12) {
                int item = 2 * random.nextInt(30) + user % 2;
                if (!items.contains(item)) {
                    items.add(item);
                }
            }
            for (int i = 0; i < items.size(); i++) {
                (i < 10 ? train : i == 10 ? valid : test).add(new Split.Row("u" + (100 + user), "i" + items.get(i), i));
            }
        }
        return new Split("kinds", train, valid, test, List.of());
    }

    @Test
    void aPairKnowsOnlyWhatCameBefore() {
        RankingTask task = split().validTask();
        List<CatalogItem> catalog = List.of(
                new CatalogItem("i4", "Four", 1996, List.of("Drama", "Comedy"), "Four"),
                new CatalogItem("not asked for", "Other", null, List.of("Action"), "Other"));
        TowerFeatures features = TowerFeatures.of(task, catalog, 3);
        int[] ids = PairwiseModel.byFrequency(task.known().itemCounts());
        int pair = 0;
        for (int user = 0; user < task.users().size(); user++) {
            int[] items = task.known().of(user).items();
            for (int i = 0; i < items.length; i++) {
                assertThat(features.examples().chosen()[pair]).isEqualTo(items[i]);
                assertThat(features.examples().users().ids(pair, 0)).containsExactly(user);
                List<Integer> before = new ArrayList<>();
                for (int j = Math.max(0, i - 3); j < i; j++) {
                    before.add(ids[items[j]]);
                }
                assertThat(features.examples().users().ids(pair++, 1))
                        .containsExactly(before.stream().mapToInt(id -> id).toArray());
            }
            assertThat(features.users().ids(user, 1))
                    .containsExactly(
                            ids[items[items.length - 3]], ids[items[items.length - 2]], ids[items[items.length - 1]]);
        }
        int four = task.items().row("i4").orElseThrow();
        assertThat(features.examples().items().ids(four, 0)).containsExactly(ids[four]);
        assertThat(features.examples().items().ids(four, 1)).containsExactly(2, 1);
        assertThat(features.examples().items().ids(four, 2)).containsExactly(1 + 96 / 5);
        int other = task.items().row("i5").orElseThrow();
        assertThat(features.examples().items().ids(other, 1)).isEmpty();
    }

    /// A user has had 11 of the 30 items of a kind; the 12th is asked for.
    @Test
    void towersFindItemsOfTheKind() {
        RankingTask task = split().testTask();
        TowerEvaluation.Settings settings = new TowerEvaluation.Settings(
                new TowerModel.Shape(16, List.of(16), 16),
                5,
                new TowerTraining.Options(25, 0.1, 0.05, 0.001, 0.2, 1, 64, 2));
        TowerEvaluation.Result result = TowerEvaluation.run(task, List.of(), Map.of(), settings, SEED, Progress.NONE);
        assertThat(result.metrics().seen()).isZero();
        // By chance 20 of 49 places would find .41 of them; knowing the kind finds all, for 19 are left of it.
        assertThat(result.metrics().mean("Recall@20")).as("seed %d", SEED).isGreaterThan(0.8);
        assertThat(result.tableBytes()).containsEntry("item", 60L * 16 * 4);
    }
}
