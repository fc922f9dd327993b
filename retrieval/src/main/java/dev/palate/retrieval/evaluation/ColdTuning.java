package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.dynamic.DynamicMemory;
import dev.palate.retrieval.evaluation.ColdSettings.Launch;
import dev.palate.retrieval.evaluation.ItemFields.Choice;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.semantic.IdAligner;
import dev.palate.retrieval.semantic.PriorFoldIn;
import dev.palate.retrieval.semantic.SemanticAdapter;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Chooses how cold items are ranked on cold splits cut from what is known: three by fixed seeds for few items, one for
/// many. The task's own cold items are never looked at. By Recall@20, means over the splits, ties by what comes first.
final class ColdTuning {
    private static final long[] SEEDS = {11, 12, 13};
    /// From so many known items on one split is large enough.
    private static final int MANY_ITEMS = 5_000;
    /// So many users of a split are measured at most.
    private static final int MOST_USERS = 4_000;

    private static final List<Double> LAMBDAS = List.of(3.0, 10.0, 30.0);
    private static final List<Double> WEIGHTS = List.of(0.0, 0.5, 1.0, 2.0);
    private static final List<Double> HOLDS = List.of(1.0, 2.0, 4.0, 8.0);
    private static final List<LaunchBlend> BLENDS = blends();
    private static final int MANY_ARRIVALS = 200_000;
    /// Items times arrivals that are kept of all replays together: 240 MB.
    private static final int MOST_SAMPLED = 40_000_000;

    private final List<ColdTask> inner;
    private final List<ColdModels> models;
    private final ColdTexts texts;
    private final Consumer<String> log;

    private ColdTuning(
            ColdTask task, ColdTexts texts, long seed, int threads, Progress progress, Consumer<String> log) {
        int splits = task.items().size() < MANY_ITEMS ? SEEDS.length : 1;
        inner = IntStream.range(0, splits).mapToObj(at -> task.inner(SEEDS[at])).toList();
        models = inner.stream()
                .map(split -> new ColdModels(split, texts, seed, threads, progress))
                .toList();
        this.texts = texts;
        this.log = log;
    }

    /// @param log told what was tried and what came of it, a line each
    static ColdSettings choose(
            ColdTask task, ColdTexts texts, long seed, int threads, Progress progress, Consumer<String> log) {
        return new ColdTuning(task, texts, seed, threads, progress, log).choose();
    }

    private record Aligned(ImplicitAls.Options als, Choice texts, double lambda) {}

    private ColdSettings choose() {
        Map<ImplicitAls.Options, List<ItemFactors>> factors = new HashMap<>();
        Aligned best = aligned(factors);
        SemanticAdapter.Options adapter = adapter(best.texts);
        IdAligner.Options aligner = new IdAligner.Options(best.lambda, IdAligner.Options.DEFAULT.leastEvents());
        List<ItemFactors> chosen = factors.getOrDefault(best.als, List.of());
        List<Double> weights = weights(best.texts, chosen, aligner, adapter);
        Launch launch = launch(best.texts, chosen, aligner);
        return new ColdSettings(best.texts, best.als, aligner, adapter, weights, launch);
    }

    private int every(ColdTask split) {
        return Math.max(1, Math.ceilDiv(split.evaluated().length, MOST_USERS));
    }

    private double recall(int split, ColdMetrics.Scores scores) {
        ColdTask task = inner.get(split);
        return ColdMetrics.mean(ColdMetrics.of(task, scores, every(task)).recall());
    }

    private static List<ImplicitAls.Options> models() {
        ImplicitAls.Options dense = ImplicitAls.Options.DEFAULT;
        List<ImplicitAls.Options> options = new ArrayList<>();
        for (double[] pair : new double[][] {{1, 0.003}, {0.1, 0.003}, {0.01, 0.01}}) {
            options.add(new ImplicitAls.Options(
                    dense.dimension(),
                    pair[0],
                    pair[1],
                    dense.frequencyExponent(),
                    dense.iterations(),
                    dense.solverSteps(),
                    dense.threads()));
        }
        return options;
    }

    /// Texts, λ and the collaborative model together, by the aligner.
    private Aligned aligned(Map<ImplicitAls.Options, List<ItemFactors>> factors) {
        Map<Aligned, Double> tried = new java.util.LinkedHashMap<>();
        Map<Choice, Double> plain = new java.util.LinkedHashMap<>();
        for (ImplicitAls.Options als : models()) {
            factors.put(als, models.stream().map(model -> model.factors(als)).toList());
        }
        for (int split = 0; split < inner.size(); split++) {
            ColdModels model = models.get(split);
            Map<ImplicitAls.Options, VectorTable> users = new HashMap<>();
            for (ImplicitAls.Options als : models()) {
                ItemFactors of = factors.getOrDefault(als, List.of()).get(split);
                users.put(als, model.foldIn(of, inner.get(split).evaluated()));
            }
            for (Choice choice : texts.choices()) {
                VectorTable vectors = texts.of(inner.get(split), choice);
                plain.merge(choice, recall(split, model.profile(vectors)::score) / inner.size(), Double::sum);
                for (ImplicitAls.Options als : models()) {
                    ItemFactors of = factors.getOrDefault(als, List.of()).get(split);
                    VectorTable people = users.getOrDefault(als, VectorTable.EMPTY);
                    for (double lambda : LAMBDAS) {
                        VectorTable items = model.aligned(vectors, of, new IdAligner.Options(lambda, 3));
                        double value = recall(split, new TwoTowers(people, items)::score);
                        tried.merge(new Aligned(als, choice, lambda), value / inner.size(), Double::sum);
                    }
                }
            }
        }
        plain.forEach((choice, value) -> log.accept(row("inner: text " + choice.key(), value)));
        tried.forEach((way, value) -> log.accept(row(
                "inner: aligner " + way.texts.key() + ", w0 " + way.als.unobservedWeight() + ", lambda " + way.lambda,
                value)));
        return best(tried);
    }

    private static <T> T best(Map<T, Double> tried) {
        return tried.entrySet().stream()
                .reduce((one, other) -> other.getValue() > one.getValue() + 1e-9 ? other : one)
                .orElseThrow()
                .getKey();
    }

    private static String row(String name, double value) {
        return name + String.format(java.util.Locale.ROOT, "\t%.4f", value);
    }

    private SemanticAdapter.Options adapter(Choice choice) {
        SemanticAdapter.Options usual = SemanticAdapter.Options.DEFAULT;
        List<SemanticAdapter.Options> options = new ArrayList<>();
        for (double describing : texts.describes() ? new double[] {0, 1} : new double[] {0}) {
            for (double following : new double[] {0, 1}) {
                for (int steps : new int[] {100, 300}) {
                    if (describing + following > 0
                            && (describing == 0 || choice.fields().size() == 1)) {
                        options.add(usual.with(steps, describing, following));
                    }
                }
            }
        }
        Map<SemanticAdapter.Options, Double> tried = new java.util.LinkedHashMap<>();
        // On one split: an adapter costs more than all the rest.
        VectorTable vectors = texts.of(inner.getFirst(), choice);
        ColdModels model = models.getFirst();
        for (SemanticAdapter.Options option : options) {
            TwoTowers towers = model.adapted(vectors, model.adapter(vectors, option));
            tried.put(option, recall(0, towers::score));
        }
        tried.forEach((option, value) -> log.accept(row(
                "inner: adapter " + option.steps() + " steps, describing " + option.describing() + ", following "
                        + option.following(),
                value)));
        return best(tried);
    }

    /// Every combination of weights of text, adapter and aligner, the largest 1 or 2.
    private List<Double> weights(
            Choice choice, List<ItemFactors> factors, IdAligner.Options aligner, SemanticAdapter.Options adapter) {
        Map<List<Double>, Double> tried = new java.util.LinkedHashMap<>();
        for (int split = 0; split < inner.size(); split++) {
            ColdTask task = inner.get(split);
            ColdModels model = models.get(split);
            VectorTable vectors = texts.of(task, choice);
            List<TwoTowers> members = List.of(
                    model.profile(vectors),
                    model.adapted(vectors, model.adapter(vectors, adapter)),
                    new TwoTowers(
                            model.foldIn(factors.get(split), task.evaluated()),
                            model.aligned(vectors, factors.get(split), aligner)));
            Standardised standardised = Standardised.of(members, task, every(task));
            for (double text : WEIGHTS) {
                for (double adapted : WEIGHTS) {
                    for (double mapped : WEIGHTS) {
                        if (text + adapted + mapped > 0) {
                            List<Double> weights = List.of(text, adapted, mapped);
                            double value = recall(split, standardised.blend(weights, every(task)));
                            tried.merge(weights, value / inner.size(), Double::sum);
                        }
                    }
                }
            }
        }
        List<Double> best = best(tried);
        log.accept(row("inner: blend " + best, tried.getOrDefault(best, 0.0)));
        return best;
    }

    /// z-scores of all members for the users measured, made once.
    private record Standardised(float[][][] values) {
        static Standardised of(List<TwoTowers> members, ColdTask task, int every) {
            int measured = Math.ceilDiv(task.evaluated().length, every);
            float[][][] values = new float[members.size()][measured][task.cold().length];
            for (int member = 0; member < members.size(); member++) {
                for (int at = 0; at < measured; at++) {
                    members.get(member).standardised(at * every, values[member][at]);
                }
            }
            return new Standardised(values);
        }

        ColdMetrics.Scores blend(List<Double> weights, int every) {
            return (user, target) -> {
                java.util.Arrays.fill(target, 0);
                for (int member = 0; member < values.length; member++) {
                    float weight = weights.get(member).floatValue();
                    if (weight != 0) {
                        dev.palate.memory.vector.Kernels.axpy(
                                weight, values[member][user / every], 0, target, 0, target.length);
                    }
                }
            };
        }
    }

    /// How text gives way to events: the blend ([LaunchTuning]), and the hold of the fold-in whose worst bucket is
    /// least
    /// below the best of the parts, in standard errors, mean over the splits.
    private Launch launch(Choice choice, List<ItemFactors> factors, IdAligner.Options aligner) {
        List<PriorFoldIn.Options> holds = HOLDS.stream()
                .map(hold -> new PriorFoldIn.Options(hold, PriorFoldIn.Options.DEFAULT.regularization()))
                .toList();
        double[] foldIns = new double[holds.size()];
        List<LaunchSample> samples = new ArrayList<>();
        for (int split = 0; split < inner.size(); split++) {
            ColdTask task = inner.get(split);
            if (task.arrivals().size() > MANY_ARRIVALS) {
                return Launch.DEFAULT;
            }
            LaunchSample sample = new LaunchSample(task, MOST_SAMPLED / inner.size() / Math.max(1, task.cold().length));
            LaunchSimulation.Outcome outcome = replayed(split, choice, factors.get(split), aligner, holds, sample);
            outcome.report().print(line -> log.accept("inner launch: " + line));
            addWorst(outcome.counting().subList(1, 1 + holds.size()), outcome.parts(), foldIns);
            samples.add(sample);
        }
        return new Launch(LaunchTuning.choose(samples, BLENDS, log), holds.get(highest(foldIns)));
    }

    private LaunchSimulation.Outcome replayed(
            int split,
            Choice choice,
            ItemFactors factors,
            IdAligner.Options aligner,
            List<PriorFoldIn.Options> holds,
            LaunchSample sample) {
        ColdTask task = inner.get(split);
        ColdModels model = models.get(split);
        VectorTable vectors = texts.of(task, choice);
        int[] everybody = IntStream.range(0, task.users().size()).toArray();
        return LaunchSimulation.run(
                task,
                new LaunchSimulation.Parts(
                        vectors, factors, model.foldIn(factors, everybody), model.aligned(vectors, factors, aligner)),
                model.memory(vectors, DynamicMemory.Options.of(vectors.dimension())),
                new LaunchSimulation.Tried(Launch.DEFAULT.blend(), holds),
                sample);
    }

    /// What serves first, then every combination.
    private static List<LaunchBlend> blends() {
        List<LaunchBlend> blends = new ArrayList<>(List.of(Launch.DEFAULT.blend()));
        for (double most : new double[] {1, 0.85}) {
            for (double words : new double[] {1, 0.95, 0.9, 0.85, 1.1}) {
                for (double halfWay : new double[] {1, 2, 3, 5}) {
                    LaunchBlend blend = new LaunchBlend(halfWay, most, words);
                    if (!blends.contains(blend)) {
                        blends.add(blend);
                    }
                }
            }
        }
        return List.copyOf(blends);
    }

    private static void addWorst(List<LaunchSimulation.Row> rows, List<LaunchSimulation.Row> parts, double[] sums) {
        for (int at = 0; at < sums.length; at++) {
            sums[at] += worst(rows.get(at), parts);
        }
    }

    private static int highest(double[] values) {
        int best = 0;
        for (int at = 1; at < values.length; at++) {
            best = values[at] > values[best] ? at : best;
        }
        return best;
    }

    private static double worst(LaunchSimulation.Row blend, List<LaunchSimulation.Row> parts) {
        double worst = Double.POSITIVE_INFINITY;
        for (int bucket = 0; bucket < LaunchSimulation.BUCKETS.length; bucket++) {
            if (blend.events()[bucket] > 0) {
                int at = bucket;
                double best =
                        parts.stream().mapToDouble(part -> part.rate(at)).max().orElse(0);
                worst = Math.min(worst, (blend.rate(bucket) - best) / Math.max(1e-9, blend.error(bucket)));
            }
        }
        return worst;
    }
}
