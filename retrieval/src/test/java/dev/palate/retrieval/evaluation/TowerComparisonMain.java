package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.TowerModel;
import dev.palate.retrieval.embedding.network.TowerTraining;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableChoice;
import dev.palate.retrieval.embedding.table.TableSpec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// Recall and NDCG of two towers by kind of table: `TowerComparisonMain SPLIT CATALOG PART SEEDS RATIO
/// [NAME,...] [SETTING=VALUE ...]`, part `valid` or `test`, seeds joined by commas. Items' tables are
/// compressed (fields `item` and `had`), users' are not. Settings: dimension, outputs, hidden, memory,
/// epochs, rate, layer-rate, regularization, temperature, correction, batch, threads.
final class TowerComparisonMain {
    private TowerComparisonMain() {}

    public static void main(String[] arguments) {
        Split split = arguments[2].equals("test")
                ? Split.read(Path.of(arguments[0]))
                : Split.readForTuning(Path.of(arguments[0]));
        RankingTask task = arguments[2].equals("test") ? split.testTask() : split.validTask();
        List<CatalogItem> catalog = CatalogItem.read(Path.of(arguments[1]));
        List<Long> seeds = List.of(arguments[3].split(",", -1)).stream()
                .map(Long::parseLong)
                .toList();
        double ratio = Double.parseDouble(arguments[4]);
        List<String> names = List.of((arguments.length > 5 ? arguments[5] : "full").split(",", -1));
        TowerEvaluation.Settings settings = settings(arguments);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println(settings);
        for (String name : names) {
            List<String> perSeed = new ArrayList<>();
            double recall = 0;
            double ndcg = 0;
            double seconds = 0;
            long bytes = 0;
            for (long seed : seeds) {
                int[] counts = task.known().itemCounts();
                Arrays.sort(counts);
                int[] falling = IntStream.rangeClosed(1, counts.length)
                        .map(i -> counts[counts.length - i])
                        .toArray();
                Map<String, TableSpec> specs = new HashMap<>();
                if (!name.equals("full")) {
                    Recipe recipe = Recipe.of(
                            TableChoice.of(name).kind(),
                            new Recipe.Shape(falling, settings.shape().dimension(), seed),
                            ratio);
                    if (!(recipe instanceof Recipe.Trained(TableSpec spec))) {
                        throw new IllegalArgumentException(name + " is not trained as it is: " + recipe);
                    }
                    specs.put(TowerFeatures.ITEM, spec);
                    specs.put(TowerFeatures.HAD, spec);
                }
                TowerEvaluation.Result result =
                        TowerEvaluation.run(task, catalog, specs, settings, seed, Progress.NONE);
                recall += result.metrics().mean("Recall@20");
                ndcg += result.metrics().mean("NDCG@10");
                seconds += result.seconds();
                bytes = result.tableBytes().getOrDefault(TowerFeatures.ITEM, 0L)
                        + result.tableBytes().getOrDefault(TowerFeatures.HAD, 0L);
                perSeed.add(String.format(Locale.ROOT, "%.4f", result.metrics().mean("Recall@20")));
            }
            out.printf(
                    Locale.ROOT,
                    "%-16s %9d bytes  Recall@20 %.4f  NDCG@10 %.4f  %5.1f s  %s%n",
                    name,
                    bytes,
                    recall / seeds.size(),
                    ndcg / seeds.size(),
                    seconds,
                    perSeed);
        }
    }

    private static TowerEvaluation.Settings settings(String[] arguments) {
        TowerEvaluation.Settings defaults = TowerEvaluation.Settings.DEFAULTS;
        TowerTraining.Options training = defaults.training();
        Map<String, String> given = new HashMap<>();
        for (int i = 6; i < arguments.length; i++) {
            int at = arguments[i].indexOf('=');
            given.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
        }
        List<Integer> hidden = given.containsKey("hidden")
                ? List.of(given.get("hidden").split(",", -1)).stream()
                        .filter(units -> !units.isEmpty())
                        .map(Integer::parseInt)
                        .toList()
                : defaults.shape().hidden();
        return new TowerEvaluation.Settings(
                new TowerModel.Shape(
                        Integer.parseInt(given.getOrDefault(
                                "dimension", "" + defaults.shape().dimension())),
                        hidden,
                        Integer.parseInt(given.getOrDefault(
                                "outputs", "" + defaults.shape().outputs()))),
                Integer.parseInt(given.getOrDefault("memory", "" + defaults.memory())),
                new TowerTraining.Options(
                        Integer.parseInt(given.getOrDefault("epochs", "" + training.epochs())),
                        Double.parseDouble(given.getOrDefault("rate", "" + training.rate())),
                        Double.parseDouble(given.getOrDefault("layer-rate", "" + training.layerRate())),
                        Double.parseDouble(given.getOrDefault("regularization", "" + training.regularization())),
                        Double.parseDouble(given.getOrDefault("temperature", "" + training.temperature())),
                        Double.parseDouble(given.getOrDefault("correction", "" + training.correction())),
                        Integer.parseInt(given.getOrDefault("batch", "" + training.batch())),
                        Integer.parseInt(given.getOrDefault("threads", "" + training.threads()))));
    }
}
