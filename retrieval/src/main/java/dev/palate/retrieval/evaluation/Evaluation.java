package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.training.PairedBootstrap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/// Models and peers' lists side by side on one task.
///
/// @param task what was asked
/// @param rows the models in the order asked for, then the peers
/// @param comparisons the reference minus each other row
/// @param weights of the fitted ranking with the first seed, in words; empty when it was not among the models
public record Evaluation(RankingTask task, List<Row> rows, List<Comparison> comparisons, List<String> weights) {
    /// What is compared pairwise.
    public static final List<String> COMPARED = List.of("Recall@10", "NDCG@10");

    /// Copies the lists.
    public Evaluation {
        rows = List.copyOf(rows);
        comparisons = List.copyOf(comparisons);
        weights = List.copyOf(weights);
    }

    /// One model or peer.
    ///
    /// @param peer whether its lists were read from a file
    /// @param runs one per seed
    public record Row(String name, boolean peer, List<Run> runs) {
        /// Copies the list.
        public Row {
            runs = List.copyOf(runs);
        }

        /// The mean of a metric over the seeds.
        public double mean(String metric) {
            return runs.stream()
                    .mapToDouble(run -> run.metrics.mean(metric))
                    .average()
                    .orElse(0);
        }

        /// The mean of a quality of the lists over the seeds.
        public double quality(String name) {
            return runs.stream()
                    .mapToDouble(run -> run.qualities.getOrDefault(name, Double.NaN))
                    .average()
                    .orElse(Double.NaN);
        }

        /// Each user's mean over the seeds.
        public double[] perUser(String metric) {
            double[] sum = new double[runs.getFirst().metrics.users()];
            for (Run run : runs) {
                double[] values = run.metrics.perUser().getOrDefault(metric, new double[sum.length]);
                Arrays.setAll(sum, user -> sum[user] + values[user] / runs.size());
            }
            return sum;
        }
    }

    /// One run of a model.
    ///
    /// @param seed of everything random; 0 for a peer
    /// @param cpuSeconds of this process for learning and ranking; what several models share is counted with
    ///     the first that needs it
    public record Run(long seed, Metrics metrics, Map<String, Double> qualities, double cpuSeconds) {
        /// Copies the map.
        public Run {
            qualities = Collections.unmodifiableMap(new LinkedHashMap<>(qualities));
        }
    }

    /// The reference minus another row.
    public record Comparison(String reference, String other, String metric, PairedBootstrap.Interval interval) {}

    /// What to run.
    ///
    /// @param models at least one
    /// @param seeds at least one
    /// @param settings of the models; the seed in them is replaced
    /// @param peers name → file with lists of the same task
    /// @param resamples of the paired bootstrap
    /// @param variety how the models' lists are arranged; peers' lists stay as they are
    public record Request(
            List<ModelName> models,
            List<Long> seeds,
            ModelSettings settings,
            Map<String, Path> peers,
            int resamples,
            VariedLists variety) {
        /// @throws IllegalArgumentException when there is no model or no seed
        public Request {
            models = List.copyOf(models);
            seeds = List.copyOf(seeds);
            peers = Collections.unmodifiableMap(new TreeMap<>(peers));
            if (models.isEmpty() || seeds.isEmpty()) {
                throw new IllegalArgumentException("an evaluation needs at least 1 model and 1 seed, had "
                        + models.size() + " and " + seeds.size());
            }
        }
    }

    /// Is told the lists of each run, for those who keep them.
    @FunctionalInterface
    public interface Listener {
        /// Nobody listens.
        Listener NONE = (name, seed, lists) -> {};

        /// @param name of the model or peer
        void ranked(String name, long seed, RankedLists lists);
    }

    /// Runs everything. The reference of the comparisons is `fused` when it is among the models, else the first.
    ///
    /// @param content further sources for the fused ranking over the task's items, by seed; may be empty
    public static Evaluation run(
            RankingTask task,
            Request request,
            LongFunction<Models.Content> content,
            Listener listener,
            Progress progress) {
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        List<String> weights = new ArrayList<>();
        for (long seed : request.seeds) {
            Models models = new Models(task, request.settings.withSeed(seed), content.apply(seed), progress);
            for (ModelName name : request.models) {
                double before = cpuSeconds();
                RankedLists lists = RankedLists.of(task, request.variety.over(models.fit(name), seed), progress);
                double spent = cpuSeconds() - before;
                listener.ranked(name.key(), seed, lists);
                runs.computeIfAbsent(name.key(), key -> new ArrayList<>())
                        .add(new Run(seed, Metrics.of(lists), qualities(lists, request.variety), spent));
                if (name == ModelName.Fused.FITTED && weights.isEmpty()) {
                    weights.addAll(models.trained().ranker().described());
                }
            }
        }
        List<Row> rows = new ArrayList<>();
        runs.forEach((name, ofName) -> rows.add(new Row(name, false, ofName)));
        request.peers.forEach((name, file) -> {
            RankedLists lists = RankedLists.read(task, file);
            listener.ranked(name, 0, lists);
            rows.add(new Row(
                    name, true, List.of(new Run(0, Metrics.ofListed(lists), qualities(lists, request.variety), 0))));
        });
        return new Evaluation(task, rows, comparisons(rows, request), weights);
    }

    private static Map<String, Double> qualities(RankedLists lists, VariedLists variety) {
        Map<String, Double> qualities = new LinkedHashMap<>(ListQualities.of(lists));
        variety.likeness(lists).ifPresent(likeness -> qualities.put("Likeness@10", likeness));
        return qualities;
    }

    private static List<Comparison> comparisons(List<Row> rows, Request request) {
        Row reference = rows.stream()
                .filter(row -> row.name.equals(ModelName.Fused.FITTED.key()) && !row.peer)
                .findFirst()
                .orElse(rows.getFirst());
        List<Comparison> comparisons = new ArrayList<>();
        int threads = request.settings.als().threads();
        for (Row other : rows) {
            for (String metric : COMPARED) {
                if (!other.name.equals(reference.name)) {
                    comparisons.add(new Comparison(
                            reference.name,
                            other.name,
                            metric,
                            PairedBootstrap.of(
                                    reference.perUser(metric),
                                    other.perUser(metric),
                                    request.resamples,
                                    request.seeds.getFirst(),
                                    threads)));
                }
            }
        }
        return comparisons;
    }

    /// The means of one metric by activity of the users.
    public Map<String, Double> byActivity(Row row, String metric) {
        double[] perUser = row.perUser(metric);
        Map<String, Double> means = new LinkedHashMap<>();
        Activity.of(task).forEach(third -> means.put(third.name(), third.mean(perUser)));
        return means;
    }

    /// Everything as plain maps, lists, strings and numbers, for JSON.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("task", task.name());
        report.put("protocol", task.cold() ? "cold" : task.temporal() ? "temporal" : "leave-one-out");
        report.put("users", task.evaluated().length);
        report.put("items", task.items().size());
        report.put("events", task.known().eventCount());
        report.put("activity", activity(task));
        report.put("models", rows.stream().map(this::report).toList());
        report.put("comparisons", comparisons.stream().map(Evaluation::report).toList());
        report.put("weights", weights);
        return report;
    }

    /// The thirds of a task's users, for JSON.
    static List<Map<String, Object>> activity(RankingTask task) {
        return Activity.of(task).stream()
                .map(third -> Map.<String, Object>of(
                        "name", third.name(),
                        "users", third.users().length,
                        "shortest", third.shortest(),
                        "longest", third.longest()))
                .toList();
    }

    private Map<String, Object> report(Row row) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("model", row.name);
        report.put("peer", row.peer);
        Map<String, Double> means = new LinkedHashMap<>();
        row.runs.getFirst().metrics.means().keySet().forEach(metric -> means.put(metric, row.mean(metric)));
        report.put("metrics", means);
        Map<String, Double> qualities = new LinkedHashMap<>();
        row.runs.getFirst().qualities.keySet().forEach(name -> qualities.put(name, row.quality(name)));
        report.put("qualities", qualities);
        Map<String, Object> activity = new LinkedHashMap<>();
        COMPARED.forEach(metric -> activity.put(metric, byActivity(row, metric)));
        report.put("byActivity", activity);
        report.put(
                "runs",
                row.runs.stream()
                        .map(run -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("seed", run.seed);
                            one.put("cpuSeconds", run.cpuSeconds);
                            one.put("metrics", run.metrics.report());
                            return one;
                        })
                        .toList());
        return report;
    }

    private static Map<String, Object> report(Comparison comparison) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("reference", comparison.reference);
        report.put("other", comparison.other);
        report.put("metric", comparison.metric);
        report.put("difference", comparison.interval.difference());
        report.put("low", comparison.interval.low());
        report.put("high", comparison.interval.high());
        report.put("users", comparison.interval.users());
        return report;
    }

    private static double cpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1e3;
    }
}
