package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.ClickTraining;
import dev.palate.retrieval.embedding.network.FeatureRows;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableKind;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// AUC of a model of click-through rates by kind of table: `ClickComparisonMain FOLDER PART SEEDS RATIO
/// FIELDS [NAME,...] [SETTING=VALUE ...]`. The folder is of MovieLens in CSV; part is `valid` to choose
/// settings (no test figure is then printed) or `test`; seeds and fields (`item`, or `user,item`) are
/// joined by commas; all names for `all`. Settings: dimension, epochs, rate, layer-rate, regularization,
/// batch, threads.
final class ClickComparisonMain {
    private ClickComparisonMain() {}

    public static void main(String[] arguments) {
        RatingClicks clicks = RatingClicks.read(Path.of(arguments[0]));
        boolean test = arguments[1].equals("test");
        List<Long> seeds = list(arguments[2]).stream().map(Long::parseLong).toList();
        double ratio = Double.parseDouble(arguments[3]);
        List<String> fields = list(arguments[4]);
        List<String> names = list(arguments.length > 5 ? arguments[5] : "all");
        ClickEvaluation.Settings settings = settings(arguments);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.printf(
                Locale.ROOT,
                "%s; rows %d, %d, %d; clicked of valid %d; threads %d%n",
                settings,
                clicks.train().clicked().length,
                clicks.valid().clicked().length,
                clicks.test().clicked().length,
                count(clicks.valid().clicked()),
                settings.training().threads());
        for (TableKind kind : TableKind.of(names)) {
            List<String> aucs = new ArrayList<>();
            double sum = 0;
            long bytes = 0;
            double seconds = 0;
            for (long seed : seeds) {
                Map<String, Recipe> recipes = recipes(kind, clicks, fields, settings.dimension(), ratio, seed);
                ClickEvaluation.Result result = ClickEvaluation.learn(clicks, recipes, settings, seed, Progress.NONE)
                        .result();
                double auc = test ? result.testAuc() : result.validAuc();
                sum += auc;
                seconds += result.seconds();
                bytes = fields.stream().mapToLong(result.tableBytes()::get).sum();
                aucs.add(String.format(Locale.ROOT, "%.4f (epoch %d)", auc, result.epoch()));
            }
            out.printf(
                    Locale.ROOT,
                    "%-16s %9d bytes  AUC %.4f  %5.1f s  %s%n",
                    kind.key(),
                    bytes,
                    sum / seeds.size(),
                    seconds,
                    aucs);
        }
    }

    private static Map<String, Recipe> recipes(
            TableKind kind, RatingClicks clicks, List<String> fields, int dimension, double ratio, long seed) {
        FeatureRows rows = clicks.train().rows();
        Map<String, Recipe> recipes = new HashMap<>();
        for (int field = 0; field < rows.fields().size(); field++) {
            if (fields.contains(rows.fields().get(field).name())) {
                recipes.put(
                        rows.fields().get(field).name(),
                        Recipe.of(kind, new Recipe.Shape(rows.counts(field), dimension, seed), ratio));
            }
        }
        return recipes;
    }

    private static ClickEvaluation.Settings settings(String[] arguments) {
        ClickEvaluation.Settings defaults = ClickEvaluation.Settings.DEFAULTS;
        ClickTraining.Options training = defaults.training();
        Map<String, String> given = new HashMap<>();
        for (int i = 6; i < arguments.length; i++) {
            int at = arguments[i].indexOf('=');
            given.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
        }
        return new ClickEvaluation.Settings(
                Integer.parseInt(given.getOrDefault("dimension", "" + defaults.dimension())),
                defaults.hidden(),
                new ClickTraining.Options(
                        Integer.parseInt(given.getOrDefault("epochs", "" + training.epochs())),
                        Double.parseDouble(given.getOrDefault("rate", "" + training.rate())),
                        Double.parseDouble(given.getOrDefault("layer-rate", "" + training.layerRate())),
                        Double.parseDouble(given.getOrDefault("regularization", "" + training.regularization())),
                        Integer.parseInt(given.getOrDefault("batch", "" + training.batch())),
                        Integer.parseInt(given.getOrDefault("threads", "" + training.threads()))));
    }

    private static List<String> list(String text) {
        return List.of(text.split(",", -1));
    }

    private static int count(boolean[] values) {
        int count = 0;
        for (boolean value : values) {
            count += value ? 1 : 0;
        }
        return count;
    }
}
