package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.Auc;
import dev.palate.retrieval.embedding.network.ClickModel;
import dev.palate.retrieval.embedding.network.ClickTraining;
import dev.palate.retrieval.embedding.network.FieldEmbeddings;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.embedding.table.TableSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a table does to a model of click-through rates: the model is learnt with given tables, and its AUC
/// measured. How many epochs are learnt is chosen by the AUC of the part that is for choosing; test rows
/// choose nothing. Stateless.
public final class ClickEvaluation {
    /// Epochs without gain after which learning ends.
    private static final int PATIENCE = 3;

    /// @param dimension of all tables
    /// @param hidden units of the network's layers
    /// @param training at most so many epochs
    public record Settings(int dimension, List<Integer> hidden, ClickTraining.Options training) {
        /// Chosen by the valid part of ml-latest-small with full tables.
        public static final Settings DEFAULTS =
                new Settings(32, List.of(64, 32), new ClickTraining.Options(30, 0.1, 0.05, 0.01, 256, 2));
    }

    /// @param validAuc the best of all epochs, in [0, 1]
    /// @param testAuc after the same epoch
    /// @param epoch which one, from 1
    /// @param tableBytes of the tables, by name of field
    /// @param otherBytes of the numbers of ids and the network, which are never compressed
    /// @param seconds of learning and measuring
    public record Result(
            double validAuc,
            double testAuc,
            int epoch,
            Map<String, Long> tableBytes,
            long otherBytes,
            double seconds) {}

    private ClickEvaluation() {}

    /// A model that was measured.
    ///
    /// @param model as it was when learning ended, which is a few epochs after the best
    public record Learnt(ClickModel model, Result result) {}

    /// Learns and measures. Tables that can only be made of learnt ones (product-quantised) are made of full
    /// ones learnt before, and go on learning at a fifth of the rate.
    ///
    /// @param specs by name of field ([RatingClicks]), each with ids for the field; a field without one has
    ///     a full table
    /// @param seed of everything random but the specs' own
    public static Result run(
            RatingClicks clicks, Map<String, TableSpec> specs, Settings settings, long seed, Progress progress) {
        Map<String, Recipe> recipes = new HashMap<>();
        specs.forEach((field, spec) -> recipes.put(
                field,
                spec instanceof TableSpec.ProductQuantised
                        ? new Recipe.Compressed(spec, true)
                        : new Recipe.Trained(spec)));
        return learn(clicks, recipes, settings, seed, progress).result;
    }

    /// The same by recipes: what is made of a full table is made of the full model of the best epoch.
    ///
    /// @param recipes by name of field
    /// @throws IllegalArgumentException for tables with learnt widths, and those that are out of reach
    public static Learnt learn(
            RatingClicks clicks, Map<String, Recipe> recipes, Settings settings, long seed, Progress progress) {
        long start = System.nanoTime();
        Map<String, TableSpec> first = new HashMap<>();
        Map<String, TableSpec> after = new HashMap<>();
        boolean learnsOn = false;
        for (Map.Entry<String, Recipe> entry : recipes.entrySet()) {
            switch (entry.getValue()) {
                case Recipe.Trained(TableSpec spec) -> first.put(entry.getKey(), spec);
                case Recipe.Compressed(TableSpec spec, boolean on) -> {
                    after.put(entry.getKey(), spec);
                    learnsOn |= on;
                }
                case Recipe.OutOfReach(String why) -> throw new IllegalArgumentException(why);
                case Recipe.Adaptive _, Recipe.AsAdaptive _ ->
                    throw new IllegalArgumentException("tables with learnt widths are not built for clicks");
            }
        }
        ClickTraining.Options training = settings.training;
        ClickModel model = create(clicks, first, settings, seed);
        Best best = new Best(clicks, model, training.epochs(), progress);
        ClickTraining.run(model, clicks.train(), training, seed, best);
        if (!after.isEmpty()) {
            // Learning is the same each time: the best epoch is reached again instead of having been kept.
            ClickModel learnt = create(clicks, first, settings, seed);
            int epochs = best.epoch;
            ClickTraining.run(learnt, clicks.train(), training, seed, (number, loss) -> number < epochs);
            model = learnt.with(compressed(learnt.embeddings(), clicks, after));
            best = new Best(clicks, model, training.epochs(), progress);
            best.epoch(0, 0);
            if (learnsOn) {
                ClickTraining.run(model, clicks.train(), slower(training), seed + 1, best);
            }
        }
        return new Learnt(
                model,
                new Result(
                        best.valid,
                        best.test,
                        best.epoch,
                        model.embeddings().bytesByField(),
                        model.otherBytes(),
                        (System.nanoTime() - start) / 1e9));
    }

    private static ClickModel create(RatingClicks clicks, Map<String, TableSpec> specs, Settings settings, long seed) {
        return ClickModel.create(clicks.train().rows(), settings.dimension, specs, settings.hidden, seed);
    }

    private static ClickTraining.Options slower(ClickTraining.Options options) {
        return new ClickTraining.Options(
                options.epochs(),
                options.rate() / 5,
                options.layerRate() / 5,
                options.regularization(),
                options.batch(),
                options.threads());
    }

    private static FieldEmbeddings compressed(
            FieldEmbeddings learnt, RatingClicks clicks, Map<String, TableSpec> specs) {
        FieldEmbeddings tables = learnt;
        for (int f = 0; f < learnt.fields().size(); f++) {
            String name = learnt.fields().get(f).name();
            TableSpec spec = specs.get(name);
            if (spec != null) {
                int[] counts = clicks.train().rows().counts(f);
                tables = tables.with(name, EmbeddingTables.compress(spec, learnt.table(name), counts));
            }
        }
        return tables;
    }

    /// Keeps the AUC of the best epoch, and ends learning when none has been better for a while.
    private static final class Best implements ClickTraining.Listener {
        private final RatingClicks clicks;
        private final ClickModel model;
        private final int epochs;
        private final Progress progress;
        private double valid = -1;
        private double test;
        private int epoch;

        Best(RatingClicks clicks, ClickModel model, int epochs, Progress progress) {
            this.clicks = clicks;
            this.model = model;
            this.epochs = epochs;
            this.progress = progress;
        }

        @Override
        public boolean epoch(int number, double loss) {
            progress.advanced("clicks", number, epochs);
            double auc =
                    Auc.of(model.logits(clicks.valid().rows()), clicks.valid().clicked());
            if (auc > valid) {
                valid = auc;
                test = Auc.of(model.logits(clicks.test().rows()), clicks.test().clicked());
                epoch = number;
            }
            return number - epoch < PATIENCE;
        }
    }
}
