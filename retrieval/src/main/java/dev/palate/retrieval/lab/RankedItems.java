package dev.palate.retrieval.lab;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.embedding.table.ProductQuantisedTable;
import dev.palate.retrieval.evaluation.Metrics;
import dev.palate.retrieval.evaluation.RankedLists;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.ranking.Ranker;

/// Ranks every item for every user of a task by a [PairwiseModel]. Each item's vector is looked up once, not
/// once a user; product-quantised ones are scored by their tables of products. Stateless.
final class RankedItems {
    private RankedItems() {}

    /// What the lists are worth. O(users · items · dimension).
    static Metrics measure(RankingTask task, PairwiseModel model) {
        int rows = task.items().size();
        int dimension = model.users().dimension();
        boolean coded = model.items() instanceof ProductQuantisedTable;
        float[] vectors = coded ? new float[0] : vectors(model.items(), model.itemIds());
        float[] scores = new float[rows];
        float[] user = new float[dimension];
        Ranker.Ranked[] lists = new Ranker.Ranked[task.evaluated().length];
        for (int i = 0; i < lists.length; i++) {
            if (coded) {
                model.score(task.evaluated()[i], scores);
            } else {
                model.users().lookup(task.evaluated()[i], user, 0);
                for (int row = 0; row < rows; row++) {
                    scores[row] = Kernels.dot(user, 0, vectors, row * dimension, dimension) + model.biases()[row];
                }
            }
            for (int had : task.known().of(task.evaluated()[i]).items()) {
                scores[had] = Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(scores, RankedLists.LENGTH);
            float[] ranked = new float[best.length];
            for (int rank = 0; rank < best.length; rank++) {
                ranked[rank] = scores[best[rank]];
            }
            lists[i] = new Ranker.Ranked(best, ranked);
        }
        return Metrics.of(new RankedLists(task, lists));
    }

    private static float[] vectors(EmbeddingTable items, long[] ids) {
        int dimension = items.dimension();
        float[] vectors = new float[Math.multiplyExact(ids.length, dimension)];
        for (int row = 0; row < ids.length; row++) {
            items.lookup(ids[row], vectors, row * dimension);
        }
        return vectors;
    }
}
