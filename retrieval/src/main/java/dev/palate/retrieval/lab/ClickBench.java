package dev.palate.retrieval.lab;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.FeatureRows;
import dev.palate.retrieval.embedding.network.Field;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.evaluation.ClickEvaluation;
import dev.palate.retrieval.evaluation.RatingClicks;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Predicting clicks, by a small model whose items' table is the one to be measured. A cell has no checkpoint: it is
/// trained anew when it was cut short.
final class ClickBench implements Bench {
    private record Header(
            int format, String task, long events, int held, int items, ClickEvaluation.Settings settings) {
        static final int FORMAT = 1;
    }

    private final LabTask.Clicks clicks;
    private final int[] counts;

    ClickBench(LabTask.Clicks clicks) {
        this.clicks = clicks;
        FeatureRows rows = clicks.clicks().train().rows();
        int item = IntStream.range(0, rows.fields().size())
                .filter(field -> rows.fields().get(field).name().equals(RatingClicks.ITEM))
                .findFirst()
                .orElseThrow();
        Field field = rows.fields().get(item);
        counts = rows.counts(item);
        if (counts.length != field.size()) {
            throw new IllegalStateException("the items have " + counts.length + " counts of " + field.size());
        }
    }

    @Override
    public Object header() {
        return new Header(
                Header.FORMAT, clicks.name(), clicks.events(), clicks.held(), counts.length, clicks.settings());
    }

    @Override
    public Recipe.Shape shape(long seed) {
        return new Recipe.Shape(counts, clicks.settings().dimension(), seed);
    }

    @Override
    public Made make(CellKey key, Recipe recipe, Progress progress) {
        long cpu = Cpu.ofThread();
        ClickEvaluation.Learnt learnt = ClickEvaluation.learn(
                clicks.clicks(), Map.of(RatingClicks.ITEM, recipe), clicks.settings(), key.seed(), progress);
        double seconds = (Cpu.ofThread() - cpu) / 1e9;
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put(
                LabTask.Clicks.AUC,
                clicks.test() ? learnt.result().testAuc() : learnt.result().validAuc());
        if (clicks.test()) {
            metrics.put(LabTask.Clicks.VALID_AUC, learnt.result().validAuc());
        }
        return new Made(
                learnt.model().embeddings().table(RatingClicks.ITEM),
                metrics,
                new double[0],
                seconds,
                String.format(Locale.ROOT, "epoch %d", learnt.result().epoch()));
    }
}
