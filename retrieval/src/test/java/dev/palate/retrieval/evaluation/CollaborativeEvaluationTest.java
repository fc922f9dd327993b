package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Arm;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Comparison;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Row;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Themes;
import dev.palate.retrieval.factor.FactorNeighbours;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.training.HeldOut;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CollaborativeEvaluationTest {
    private static final Split SPLIT = SampleSplit.of(150, 25);
    private static final List<CatalogItem> CATALOG = SampleSplit.catalog();

    /// Models learnt once for all arms are those of each arm alone, with the same weights.
    @Test
    void eachArmIsWhatItIsAlone() {
        RankingTask task = SPLIT.validTask();
        CollaborativeEvaluation evaluation =
                CollaborativeEvaluation.run(task, request(Themes.CATEGORIES, Arm.asked()), Progress.NONE);
        HeldOut heldOut = HeldOut.of(task.known(), HeldOut.Protocol.LAST_EVENTS);
        Models.Content with = new Models.Content(
                Map.of(Signal.THEME, propagated(task, heldOut.known())),
                Map.of(Signal.THEME, propagated(task, task.known())));
        for (Row row : evaluation.rows()) {
            Models.Content content = row.arm() == Arm.NEIGHBOURS ? with : Models.Content.NONE;
            Models alone = new Models(task, ModelSettings.DEFAULT.withSeed(1), content, Progress.NONE);
            if (row.arm() == Arm.OFF || row.arm() == Arm.NEIGHBOURS) {
                Metrics metrics = Metrics.of(RankedLists.of(task, alone.fit(ModelName.Fused.FITTED), Progress.NONE));
                assertThat(row.perUser().get("NDCG@10"))
                        .isEqualTo(metrics.perUser().get("NDCG@10"));
                assertThat(row.perUser().get("Recall@10"))
                        .isEqualTo(metrics.perUser().get("Recall@10"));
            }
            assertThat(row.weights().isEmpty()).isEqualTo(row.arm() == Arm.OFF);
        }
        assertThat(evaluation.rows().getLast().weights().values())
                .as("a weight that was fitted")
                .anyMatch(weight -> weight != 0);
        assertThat(evaluation.rows().get(1).perUser().get("NDCG@10"))
                .as("the arms differ")
                .isNotEqualTo(evaluation.rows().getFirst().perUser().get("NDCG@10"));
    }

    @Test
    void thirdsAddUpToAll() {
        RankingTask task = SPLIT.testTask();
        CollaborativeEvaluation evaluation =
                CollaborativeEvaluation.run(task, request(Themes.CLUSTERS, List.of(Arm.OFF, Arm.OWN)), Progress.NONE);
        assertThat(evaluation.comparisons()).hasSize(2 * 4);
        for (String metric : Evaluation.COMPARED) {
            List<Comparison> ofMetric = evaluation.comparisons().stream()
                    .filter(comparison -> comparison.metric().equals(metric))
                    .toList();
            double sum = ofMetric.stream()
                    .skip(1)
                    .mapToDouble(third ->
                            third.interval().difference() * third.interval().users())
                    .sum();
            assertThat(sum / task.evaluated().length)
                    .isCloseTo(ofMetric.getFirst().interval().difference(), within(1e-9));
            Row own = evaluation.rows().getLast();
            Row off = evaluation.rows().getFirst();
            for (Comparison comparison : ofMetric) {
                assertThat(comparison.interval().difference())
                        .isCloseTo(
                                evaluation.mean(own, metric, comparison.users())
                                        - evaluation.mean(off, metric, comparison.users()),
                                within(1e-9));
            }
        }
    }

    @Test
    void themesAreOfWhatTheyAreMadeOf() {
        RankingTask task = SPLIT.testTask();
        ItemThemes categories = ItemThemes.categories(CATALOG, task.items());
        assertThat(categories.count()).isBetween(18, 20);
        assertThat(categories.itemsWithAny()).isEqualTo(task.items().size());
        ItemThemes words = ItemThemes.words(CATALOG, task.items());
        assertThat(words.count()).isBetween(20, 2_048);
        assertThat(words.ofRow()[task.items().row("260").orElseThrow()])
                .as("Star Wars: Episode IV - A New Hope (1977)")
                .hasSizeBetween(1, 8);
        ItemFactors factors =
                ImplicitAls.fit(task.known(), ImplicitAls.Options.DEFAULT.suiting(task.known()), 1, Progress.NONE);
        ItemThemes clusters = ItemThemes.clusters(factors, 12, 1);
        int[] sizes = new int[12];
        for (int[] ofRow : clusters.ofRow()) {
            assertThat(ofRow).hasSize(1);
            sizes[ofRow[0]]++;
        }
        assertThat(IntStream.of(sizes).filter(size -> size > 0).count()).isGreaterThan(8);
        assertThat(meanCosine(factors, clusters)).isGreaterThan(2 * meanCosine(factors, oneFor(clusters)));
        assertThat(ItemThemes.clusters(factors, 12, 1).ofRow()).isDeepEqualTo(clusters.ofRow());
    }

    @Test
    void themesThatSayNothingAreRefused() {
        assertThatThrownBy(() -> CollaborativeEvaluation.run(
                        SPLIT.validTask(),
                        new CollaborativeEvaluation.Request(
                                Themes.WORDS,
                                List.of(new CatalogItem("1", "Toy Story", null, List.of(), "Toy Story")),
                                seed -> Models.Content.NONE,
                                Arm.asked(),
                                List.of(1L),
                                ModelSettings.DEFAULT,
                                100),
                        Progress.NONE))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("themes say nothing here: 0 themes, which 0 of");
        assertThatThrownBy(() -> request(Themes.CLUSTERS, List.of(Arm.OWN)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ItemThemes oneFor(ItemThemes themes) {
        int[][] all = new int[themes.ofRow().length][];
        java.util.Arrays.setAll(all, row -> new int[] {0});
        return new ItemThemes(all, 1);
    }

    /// Of pairs of items of one theme.
    private static double meanCosine(ItemFactors factors, ItemThemes themes) {
        int dimension = factors.dimension();
        double sum = 0;
        int pairs = 0;
        for (int one = 0; one < factors.itemCount(); one += 3) {
            for (int other = one + 1; other < factors.itemCount(); other += 5) {
                if (themes.ofRow()[one][0] == themes.ofRow()[other][0]) {
                    double dot = 0;
                    double first = 0;
                    double second = 0;
                    for (int i = 0; i < dimension; i++) {
                        double x = factors.factors()[one * dimension + i];
                        double y = factors.factors()[other * dimension + i];
                        dot += x * y;
                        first += x * x;
                        second += y * y;
                    }
                    sum += dot / Math.sqrt(first * second);
                    pairs++;
                }
            }
        }
        return sum / Math.max(1, pairs);
    }

    private static Scorer propagated(RankingTask task, Histories known) {
        ImplicitAls.Options als = ModelSettings.DEFAULT.als();
        FactorNeighbours near = new FactorNeighbours(ImplicitAls.fit(known, als.suiting(known), 1, Progress.NONE));
        return ThemeAudiences.of(CATALOG, task.items(), known, Optional.of(near))
                .orElseThrow();
    }

    private static CollaborativeEvaluation.Request request(Themes themes, List<Arm> arms) {
        return new CollaborativeEvaluation.Request(
                themes, CATALOG, seed -> Models.Content.NONE, arms, List.of(1L), ModelSettings.DEFAULT, 200);
    }
}
