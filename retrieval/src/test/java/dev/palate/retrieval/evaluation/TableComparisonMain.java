package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.embedding.table.LogFrequencyRule;
import dev.palate.retrieval.embedding.table.MaskedTable;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.embedding.table.PairwiseTraining;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.training.PairedBootstrap;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A first comparison of embedding tables for items, users in full, by the trainer of the tables:
/// `TableComparisonMain SPLIT PART SEED DIMENSION RATIO EPOCHS RATE REGULARIZATION BATCH [NAME,...]`,
/// part `valid` or `test`; all names without one, but for `amtl-PENALTY`, widths learnt at a price. The
/// lab that is to come does this for all sets, seeds and ratios.
final class TableComparisonMain {
    private final RankingTask task;
    private final long seed;
    private final int dimension;
    private final double ratio;
    private final PairwiseTraining.Options options;
    private final int rows;
    private final int[] itemIds;
    /// By item id, that is by falling frequency.
    private final int[] counts;

    private final Map<String, double[]> recalls = new LinkedHashMap<>();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private TableComparisonMain(String[] arguments) {
        Split split = Split.read(Path.of(arguments[0]));
        task = arguments[1].equals("test") ? split.testTask() : split.validTask();
        seed = Long.parseLong(arguments[2]);
        dimension = Integer.parseInt(arguments[3]);
        ratio = Double.parseDouble(arguments[4]);
        options = new PairwiseTraining.Options(
                Integer.parseInt(arguments[5]),
                Double.parseDouble(arguments[6]),
                Double.parseDouble(arguments[7]),
                Integer.parseInt(arguments[8]),
                1);
        rows = task.items().size();
        int[] byRow = task.known().itemCounts();
        itemIds = PairwiseModel.byFrequency(byRow);
        counts = new int[rows];
        for (int row = 0; row < rows; row++) {
            counts[itemIds[row]] = byRow[row];
        }
    }

    public static void main(String[] arguments) {
        TableComparisonMain main = new TableComparisonMain(arguments);
        List<String> names = arguments.length > 9 ? List.of(arguments[9].split(",", -1)) : List.of();
        main.run(names);
    }

    private void run(List<String> names) {
        out.printf(
                Locale.ROOT,
                "%-22s %9s %6s %7s %7s %7s %7s %6s%n",
                "table",
                "bytes",
                "x",
                "R@10",
                "R@20",
                "N@10",
                "tail20",
                "s");
        PairwiseModel full = trained("full", new TableSpec.Full(rows, dimension, seed));
        TableChoices choices = new TableChoices(rows, dimension, ratio, seed);
        Map<String, TableSpec> specs = choices.all();
        specs.forEach((name, spec) -> {
            if (names.isEmpty() || names.contains(name)) {
                trained(name, spec);
            }
        });
        if (names.isEmpty() || names.contains("int8-after")) {
            report("int8-after", compressed(TableSpec.Quantised.caching(rows, dimension, 8, 0, seed), full), 0);
        }
        if (names.isEmpty() || names.contains("pq")) {
            PairwiseModel coded = compressed(choices.productQuantised(), full);
            report("pq", coded, 0);
            long start = System.nanoTime();
            PairwiseTraining.Options few = new PairwiseTraining.Options(
                    Math.max(1, options.epochs() / 5),
                    options.rate() / 5,
                    options.regularization(),
                    options.batch(),
                    1);
            PairwiseTraining.run(coded, task.known(), few, seed + 1, Progress.NONE);
            report("pq-tuned", coded, System.nanoTime() - start);
        }
        names.stream()
                .filter(name -> name.startsWith("amtl-"))
                .forEach(name -> adaptive(full, Double.parseDouble(name.substring("amtl-".length()))));
        compare("full", "int8+5%");
        compare("full", "pq-tuned");
        compare("pq-tuned", "narrow");
        compare("pq-tuned", "hot+hash");
        compare("hot+hash", "qr");
        compare("hot+qr", "qr");
        compare("qr", "hash");
    }

    /// Recall@20 of the same users.
    private void compare(String one, String other) {
        double[] first = recalls.get(one);
        double[] second = recalls.get(other);
        if (first != null && second != null) {
            PairedBootstrap.Interval interval = PairedBootstrap.of(first, second, PairedBootstrap.RESAMPLES, seed, 1);
            out.printf(
                    Locale.ROOT,
                    "%s minus %s: %.4f [%.4f, %.4f]%n",
                    one,
                    other,
                    interval.difference(),
                    interval.low(),
                    interval.high());
        }
    }

    /// Widths learnt at a price from the full table on, in half as many epochs again, and those of the
    /// log rule in as many values. Begun with nothing learnt, the price alone decides and all widths
    /// become 1.
    private void adaptive(PairwiseModel full, double penalty) {
        TableSpec.Masked spec = new TableSpec.Masked(rows, dimension, 16, 1, penalty, seed);
        PairwiseModel model = new PairwiseModel(
                EmbeddingTables.compress(
                        full.users().spec(), full.users(), new int[task.users().size()]),
                EmbeddingTables.compress(spec, full.items(), counts),
                itemIds,
                full.biases().clone());
        PairwiseTraining.Options half = new PairwiseTraining.Options(
                Math.max(1, options.epochs() / 2), options.rate(), options.regularization(), options.batch(), 1);
        long start = System.nanoTime();
        PairwiseTraining.run(model, task.known(), half, seed + 2, Progress.NONE);
        MaskedTable masked = (MaskedTable) model.items();
        report(
                "amtl-" + penalty,
                new PairwiseModel(model.users(), masked.packed(), itemIds, model.biases()),
                System.nanoTime() - start);
        int[] widths = masked.widths();
        long kept = Arrays.stream(widths).sum();
        out.printf("  widths by decile of rows: %s%n", deciles(widths));
        trained("log-rule", TableSpec.Slabs.of(LogFrequencyRule.within(counts, dimension, kept), dimension, seed));
    }

    private static String deciles(int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int decile = 0; decile < 10; decile++) {
            int from = widths.length * decile / 10;
            int to = widths.length * (decile + 1) / 10;
            text.append(String.format(
                    Locale.ROOT,
                    "%.1f ",
                    Arrays.stream(widths, from, to).average().orElse(0)));
        }
        return text.toString();
    }

    private PairwiseModel model(TableSpec items) {
        return PairwiseModel.create(
                EmbeddingTables.create(new TableSpec.Full(task.users().size(), dimension, seed + 1)),
                EmbeddingTables.create(items, counts),
                itemIds);
    }

    private PairwiseModel trained(String name, TableSpec spec) {
        PairwiseModel model = model(spec);
        long start = System.nanoTime();
        PairwiseTraining.run(model, task.known(), options, seed, Progress.NONE);
        report(name, model, System.nanoTime() - start);
        return model;
    }

    private PairwiseModel compressed(TableSpec spec, PairwiseModel of) {
        return new PairwiseModel(
                of.users(),
                EmbeddingTables.compress(spec, of.items(), counts),
                itemIds,
                of.biases().clone());
    }

    private void report(String name, PairwiseModel model, long nanos) {
        Ranker.Ranked[] lists = new Ranker.Ranked[task.evaluated().length];
        float[] scores = new float[rows];
        for (int i = 0; i < lists.length; i++) {
            model.score(task.evaluated()[i], scores);
            BitSet allowed = task.allowed(task.evaluated()[i]);
            for (int row = 0; row < rows; row++) {
                scores[row] = allowed.get(row) ? scores[row] : Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(scores, RankedLists.LENGTH);
            float[] ranked = new float[best.length];
            for (int rank = 0; rank < best.length; rank++) {
                ranked[rank] = scores[best[rank]];
            }
            lists[i] = new Ranker.Ranked(best, ranked);
        }
        Metrics metrics = Metrics.of(new RankedLists(task, lists));
        recalls.put(name, metrics.perUser().get("Recall@20"));
        out.printf(
                Locale.ROOT,
                "%-22s %9d %6.2f %7.4f %7.4f %7.4f %7.4f %6.1f%n",
                name,
                model.items().residentBytes(),
                model.items().spec().compression(rows),
                metrics.mean("Recall@10"),
                metrics.mean("Recall@20"),
                metrics.mean("NDCG@10"),
                metrics.mean("TailRecall@20"),
                nanos / 1e9);
    }
}
