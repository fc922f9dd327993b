package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.dynamic.DynamicMemory;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.semantic.SemanticAdapter;
import dev.palate.retrieval.semantic.VectorTable;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// How well items that nobody had yet are ranked, for users who are known: every way beside every other, then how they
/// fare as events come in.
///
/// @param task what was asked
/// @param settings chosen on inner cold splits
/// @param rows one per way
/// @param launch by events seen; text, aligner and dynamic memory first
public record ColdEvaluation(ColdTask task, ColdSettings settings, List<Row> rows, List<LaunchSimulation.Row> launch) {
    /// Copies the lists.
    public ColdEvaluation {
        rows = List.copyOf(rows);
        launch = List.copyOf(launch);
    }

    /// The way that the others are compared with.
    static final String REFERENCE = "centred text";

    /// One way.
    ///
    /// @param against Recall@20 minus that of the centred text
    public record Row(String name, ColdMetrics metrics, PairedBootstrap.Interval against) {}

    /// Chooses, fits and measures.
    ///
    /// @param threads for what can be shared out; any number gives the same figures
    /// @param log told each step's outcome, a line each
    public static ColdEvaluation of(
            ColdTask task, ColdTexts texts, long seed, int threads, Progress progress, Consumer<String> log) {
        ColdSettings settings = ColdTuning.choose(task, texts, seed, threads, progress, log);
        log.accept("chosen: " + settings.describe());
        ColdModels models = new ColdModels(task, texts, seed, threads, progress);
        VectorTable vectors = texts.of(task, settings.texts());
        ItemFactors factors = models.factors(settings.als());
        SemanticAdapter adapter = models.adapter(vectors, settings.adapter());
        VectorTable aligned = models.aligned(vectors, factors, settings.aligner());
        DynamicMemory memory = models.memory(vectors, DynamicMemory.Options.of(vectors.dimension()));
        TwoTowers text = models.profile(vectors);
        TwoTowers adapted = models.adapted(vectors, adapter);
        TwoTowers mapped = new TwoTowers(models.foldIn(factors, task.evaluated()), aligned);
        List<Row> rows = new ArrayList<>();
        ColdMetrics reference = ColdMetrics.of(task, models.profile(texts.served(task))::score, 1);
        add(rows, reference, "random", random(task, seed));
        add(rows, reference, "raw text", ColdMetrics.of(task, models.profile(texts.rawServed(task))::score, 1));
        add(rows, reference, REFERENCE, reference);
        add(rows, reference, "centred text, " + settings.texts().key(), ColdMetrics.of(task, text::score, 1));
        add(rows, reference, "adapter", ColdMetrics.of(task, adapted::score, 1));
        add(rows, reference, "aligner", ColdMetrics.of(task, mapped::score, 1));
        add(rows, reference, "dynamic memory", ColdMetrics.of(task, models.remembered(memory)::score, 1));
        List<TwoTowers> members = List.of(text, adapted, mapped);
        add(rows, reference, "blend", ColdMetrics.of(task, blend(members, settings.weights()), 1));
        int[] everybody = IntStream.range(0, task.users().size()).toArray();
        LaunchSimulation.Parts parts =
                new LaunchSimulation.Parts(vectors, factors, models.foldIn(factors, everybody), aligned);
        LaunchSimulation.Tried tried = new LaunchSimulation.Tried(
                settings.launch().blend(), List.of(settings.launch().foldIn()));
        List<LaunchSimulation.Row> launch =
                LaunchSimulation.run(task, parts, memory, tried).report().rows();
        return new ColdEvaluation(task, settings, rows, launch);
    }

    private static void add(List<Row> rows, ColdMetrics reference, String name, ColdMetrics metrics) {
        rows.add(new Row(
                name,
                metrics,
                PairedBootstrap.of(metrics.recall(), reference.recall(), PairedBootstrap.RESAMPLES, 1, 1)));
    }

    private static ColdMetrics random(ColdTask task, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return ColdMetrics.of(
                task,
                (user, target) -> {
                    for (int place = 0; place < target.length; place++) {
                        target[place] = (float) random.nextDouble();
                    }
                },
                1);
    }

    private static ColdMetrics.Scores blend(List<TwoTowers> members, List<Double> weights) {
        return (user, target) -> {
            float[] sum = new float[target.length];
            for (int member = 0; member < members.size(); member++) {
                if (weights.get(member) != 0) {
                    members.get(member).standardised(user, target);
                    Kernels.axpy(weights.get(member).floatValue(), target, 0, sum, 0, sum.length);
                }
            }
            System.arraycopy(sum, 0, target, 0, sum.length);
        };
    }

    /// Tells both tables, one line each.
    public void print(Consumer<String> out) {
        out.accept("way\tRecall@20\tSE\tNDCG@20\tSE\tRecall@20 minus centred text, 95 %");
        for (Row row : rows) {
            out.accept(String.format(
                    Locale.ROOT,
                    "%s\t%.4f\t%.4f\t%.4f\t%.4f\t%+.4f [%+.4f, %+.4f]",
                    row.name,
                    ColdMetrics.mean(row.metrics.recall()),
                    ColdMetrics.standardError(row.metrics.recall()),
                    ColdMetrics.mean(row.metrics.ndcg()),
                    ColdMetrics.standardError(row.metrics.ndcg()),
                    row.against.difference(),
                    row.against.low(),
                    row.against.high()));
        }
        LaunchReport events = launched();
        events.print(out);
        events.printAgainst(out);
    }

    private LaunchReport launched() {
        return new LaunchReport(launch, LaunchSimulation.PARTS);
    }

    /// Everything as plain maps, lists, strings and numbers, for JSON.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("task", task.name());
        report.put("protocol", "cold");
        report.put("users", task.evaluated().length);
        report.put("items", task.items().size() - task.cold().length);
        report.put("events", task.known().eventCount());
        report.put("cold", task.cold().length);
        report.put("settings", settings.describe());
        report.put("ways", rows.stream().map(ColdEvaluation::report).toList());
        report.put("launch", launched().report());
        return report;
    }

    private static Map<String, Object> report(Row row) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("Recall@20", ColdMetrics.mean(row.metrics.recall()));
        metrics.put("SE_Recall@20", ColdMetrics.standardError(row.metrics.recall()));
        metrics.put("NDCG@20", ColdMetrics.mean(row.metrics.ndcg()));
        metrics.put("SE_NDCG@20", ColdMetrics.standardError(row.metrics.ndcg()));
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("way", row.name);
        report.put("metrics", metrics);
        report.put(
                "against",
                Map.of(
                        "reference", REFERENCE,
                        "metric", "Recall@20",
                        "difference", row.against.difference(),
                        "low", row.against.low(),
                        "high", row.against.high(),
                        "users", row.against.users()));
        return report;
    }
}
