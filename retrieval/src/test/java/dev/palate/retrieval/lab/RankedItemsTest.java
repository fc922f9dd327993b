package dev.palate.retrieval.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.embedding.table.PairwiseTraining;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.evaluation.Metrics;
import dev.palate.retrieval.evaluation.RankedLists;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.ranking.Ranker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankedItemsTest {
    @TempDir
    Path folder;

    /// The same lists as scores asked for one user at a time, where only what is allowed counts.
    @Test
    void vectorsLookedUpOnceRankAsScoresDo() throws IOException {
        LabMain.writeSplit(folder);
        RankingTask task = Split.read(folder).testTask();
        int rows = task.items().size();
        int[] counts = task.known().itemCounts();
        int[] ids = PairwiseModel.byFrequency(counts);
        int[] byId = new int[rows];
        for (int row = 0; row < rows; row++) {
            byId[ids[row]] = counts[row];
        }
        PairwiseModel full = PairwiseModel.create(
                EmbeddingTables.create(new TableSpec.Full(task.users().size(), 16, 5)),
                EmbeddingTables.create(new TableSpec.Full(rows, 16, 6)),
                ids);
        PairwiseTraining.run(full, task.known(), new PairwiseTraining.Options(8, 0.05, 0.003, 8, 1), 7, Progress.NONE);
        PairwiseModel coded = new PairwiseModel(
                full.users(),
                EmbeddingTables.compress(new TableSpec.ProductQuantised(rows, 16, 20, 8), full.items(), byId),
                ids,
                full.biases());
        for (PairwiseModel model : List.of(full, coded)) {
            Metrics expected = plainly(task, model);
            Metrics actual = RankedItems.measure(task, model);
            assertThat(actual.means()).isEqualTo(expected.means());
            assertThat(actual.seen()).isZero();
            assertThat(actual.perUser().get("Recall@20"))
                    .isEqualTo(expected.perUser().get("Recall@20"));
            assertThat(actual.mean("Recall@20")).isGreaterThan(0.25);
        }
    }

    private static Metrics plainly(RankingTask task, PairwiseModel model) {
        Ranker.Ranked[] lists = new Ranker.Ranked[task.evaluated().length];
        float[] scores = new float[task.items().size()];
        for (int i = 0; i < lists.length; i++) {
            model.score(task.evaluated()[i], scores);
            BitSet allowed = task.allowed(task.evaluated()[i]);
            for (int row = 0; row < scores.length; row++) {
                scores[row] = allowed.get(row) ? scores[row] : Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(scores, RankedLists.LENGTH);
            lists[i] = new Ranker.Ranked(best, new float[best.length]);
        }
        return Metrics.of(new RankedLists(task, lists));
    }
}
