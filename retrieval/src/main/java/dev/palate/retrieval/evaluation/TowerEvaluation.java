package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.TowerModel;
import dev.palate.retrieval.embedding.network.TowerTraining;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.ranking.Ranker;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a table does to two towers: they are learnt with given tables and rank every item of a task.
/// Stateless.
public final class TowerEvaluation {
    /// @param shape of both towers
    /// @param memory items that a user is known by, the newest, in [0, 1000]
    /// @param training epochs and rates, all of which are to be chosen by the valid part
    public record Settings(TowerModel.Shape shape, int memory, TowerTraining.Options training) {
        /// The better of two that were tried on the valid part of ml100k_loo with full tables.
        public static final Settings DEFAULTS = new Settings(
                new TowerModel.Shape(32, List.of(64), 32),
                10,
                new TowerTraining.Options(3, 0.1, 0.05, 0.001, 0.1, 1, 256, 2));
    }

    /// @param lists of every user to be evaluated
    /// @param metrics of the lists
    /// @param tableBytes of the tables, by name of field
    /// @param layerBytes of both networks
    /// @param seconds of learning and ranking
    public record Result(
            RankedLists lists, Metrics metrics, Map<String, Long> tableBytes, long layerBytes, double seconds) {}

    private TowerEvaluation() {}

    /// Learns what is known in the task and ranks.
    ///
    /// @param catalog genres and years of items
    /// @param specs by name of field: `user`, `had`, `item`, `genre`, `year`; a field without one has a full
    ///     table
    /// @param seed of everything random but the specs' own
    public static Result run(
            RankingTask task,
            List<CatalogItem> catalog,
            Map<String, TableSpec> specs,
            Settings settings,
            long seed,
            Progress progress) {
        long start = System.nanoTime();
        TowerFeatures features = TowerFeatures.of(task, catalog, settings.memory);
        TowerModel model = TowerModel.create(
                features.examples().users(), features.examples().items(), settings.shape, specs, seed);
        int epochs = settings.training.epochs();
        TowerTraining.run(model, features.examples(), settings.training, seed, (epoch, loss) -> {
            progress.advanced("towers", epoch, epochs);
            return true;
        });
        RankedLists lists = lists(task, features, model);
        Map<String, Long> bytes = new LinkedHashMap<>(model.userEmbeddings().bytesByField());
        bytes.putAll(model.itemEmbeddings().bytesByField());
        return new Result(lists, Metrics.of(lists), bytes, model.layerBytes(), (System.nanoTime() - start) / 1e9);
    }

    private static RankedLists lists(RankingTask task, TowerFeatures features, TowerModel model) {
        float[] users = model.userVectors(features.users());
        float[] items = model.itemVectors(features.examples().items());
        Ranker.Ranked[] lists = new Ranker.Ranked[task.evaluated().length];
        float[] scores = new float[task.items().size()];
        for (int i = 0; i < lists.length; i++) {
            model.score(users, task.evaluated()[i], items, scores);
            BitSet allowed = task.allowed(task.evaluated()[i]);
            for (int row = 0; row < scores.length; row++) {
                scores[row] = allowed.get(row) ? scores[row] : Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(scores, Math.min(RankedLists.LENGTH, allowed.cardinality()));
            float[] ranked = new float[best.length];
            for (int rank = 0; rank < best.length; rank++) {
                ranked[rank] = scores[best[rank]];
            }
            lists[i] = new Ranker.Ranked(best, ranked);
        }
        return new RankedLists(task, lists);
    }
}
