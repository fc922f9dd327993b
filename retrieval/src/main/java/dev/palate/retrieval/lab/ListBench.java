package dev.palate.retrieval.lab;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.evaluation.Metrics;
import dev.palate.retrieval.evaluation.RankingTask;
import java.util.Map;
import java.util.TreeMap;

/// Lists of every item for every user, by tables that BPR has learnt.
final class ListBench implements Bench {
    private record Header(int format, String task, long events, int users, int items, PairwiseSettings settings) {
        static final int FORMAT = 1;
    }

    private final LabTask.Lists lists;
    private final PairwiseSettings settings;
    private final TrainedTables tables;

    ListBench(LabTask.Lists lists, Lab.Request request, LabFolder folder) {
        this.lists = lists;
        settings = request.settings();
        tables = new TrainedTables(lists.task(), settings, folder, request.every());
    }

    @Override
    public Object header() {
        RankingTask task = lists.task();
        return new Header(
                Header.FORMAT,
                lists.name(),
                lists.events(),
                task.evaluated().length,
                task.items().size(),
                settings);
    }

    @Override
    public Recipe.Shape shape(long seed) {
        return tables.shape(seed);
    }

    @Override
    public Made make(CellKey key, Recipe recipe, Progress progress) {
        TrainedTables.Ready ready = tables.make(key, recipe, progress);
        Metrics metrics = RankedItems.measure(lists.task(), ready.model());
        Map<String, Double> means = new TreeMap<>();
        lists.metrics().forEach(name -> means.put(name, metrics.means().getOrDefault(name, Double.NaN)));
        means.values().removeIf(value -> Double.isNaN(value));
        return new Made(
                ready.model().items(),
                means,
                metrics.perUser().getOrDefault(LabTask.Lists.RECALL, new double[0]),
                ready.seconds(),
                ready.remark());
    }
}
