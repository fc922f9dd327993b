package dev.palate.retrieval.lab;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.PriceSearch;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.embedding.table.LogFrequencyRule;
import dev.palate.retrieval.embedding.table.MaskedTable;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.embedding.table.PairwiseTraining;
import dev.palate.retrieval.embedding.table.PairwiseTraining.Checkpoints;
import dev.palate.retrieval.embedding.table.PairwiseTraining.Options;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.evaluation.RankingTask;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Makes and trains the tables of a lab on one task, from their recipes; each training has its checkpoints.
/// Thread-safe for different cells.
final class TrainedTables {
    private static final System.Logger LOG = System.getLogger(Lab.class.getName());

    private final Map<Long, Object> locks = new ConcurrentHashMap<>();
    private final RankingTask task;
    private final PairwiseSettings settings;
    private final LabFolder folder;
    private final Duration every;
    private final int[] itemIds;
    private final int[] counts;

    /// A table that is ready to be measured.
    ///
    /// @param seconds of its own training
    record Ready(PairwiseModel model, double seconds, String remark) {}

    TrainedTables(RankingTask task, PairwiseSettings settings, LabFolder folder, Duration every) {
        this.task = task;
        this.settings = settings;
        this.folder = folder;
        this.every = every;
        int[] byRow = task.known().itemCounts();
        itemIds = PairwiseModel.byFrequency(byRow);
        counts = new int[byRow.length];
        for (int row = 0; row < byRow.length; row++) {
            counts[itemIds[row]] = byRow[row];
        }
    }

    Recipe.Shape shape(long seed) {
        return new Recipe.Shape(counts, settings.dimension(), seed);
    }

    Ready make(CellKey key, Recipe recipe, Progress progress) {
        return switch (recipe) {
            case Recipe.Trained trained -> {
                PairwiseTraining.Trained done =
                        train(key, "", fresh(trained.spec(), key.seed()), settings.whole(), key.seed(), progress);
                yield new Ready(done.model(), done.seconds(), "");
            }
            case Recipe.Compressed compressed -> compressed(key, compressed, progress);
            case Recipe.Adaptive adaptive -> adaptive(key, adaptive.bytes(), progress);
            case Recipe.AsAdaptive _ -> asAdaptive(key, progress);
            case Recipe.OutOfReach none -> throw new IllegalArgumentException(none.why());
        };
    }

    private PairwiseModel fresh(TableSpec items, long seed) {
        return PairwiseModel.create(
                EmbeddingTables.create(new TableSpec.Full(task.users().size(), settings.dimension(), seed + 1)),
                EmbeddingTables.create(items, counts),
                itemIds);
    }

    private PairwiseTraining.Trained train(
            CellKey key, String stage, PairwiseModel model, Options options, long seed, Progress progress) {
        Checkpoints checkpoints = new Checkpoints(folder.training(key, stage), every);
        try {
            return PairwiseTraining.run(model, task.known(), options, seed, checkpoints, progress);
        } catch (RetrievalException e) {
            if (e.code() != Code.BAD_FILE) {
                throw e;
            }
            // It is read before anything is trained, and training again gives the same tables.
            LOG.log(Level.WARNING, "{0} is trained anew: {1}", key.words(), e.getMessage());
            folder.forget(key, stage);
            return PairwiseTraining.run(model, task.known(), options, seed, checkpoints, progress);
        }
    }

    /// The full model of a seed, which the lab trains before all others; read anew, so that it may be changed.
    /// Where its state was lost or damaged since, one thread trains it again and the others wait.
    private PairwiseModel full(long seed, Progress progress) {
        Recipe.Trained full = (Recipe.Trained) Recipe.of(TableKind.FULL, shape(seed), 1);
        CellKey key = CellKey.of(TableKind.FULL, 0, seed);
        synchronized (locks.computeIfAbsent(seed, _ -> new Object())) {
            return train(key, "", fresh(full.spec(), seed), settings.whole(), seed, progress)
                    .model();
        }
    }

    private Ready compressed(CellKey key, Recipe.Compressed recipe, Progress progress) {
        PairwiseModel full = full(key.seed(), progress);
        long cpu = Cpu.ofThread();
        EmbeddingTable items = EmbeddingTables.compress(recipe.spec(), full.items(), counts);
        double seconds = (Cpu.ofThread() - cpu) / 1e9;
        PairwiseModel model = new PairwiseModel(full.users(), items, itemIds, full.biases());
        if (!recipe.learnsOn()) {
            return new Ready(model, seconds, "");
        }
        PairwiseTraining.Trained done = train(key, "", model, settings.after(), key.seed() + 1, progress);
        return new Ready(done.model(), seconds + done.seconds(), "");
    }

    private Ready adaptive(CellKey key, long bytes, Progress progress) {
        PriceSearch.Found found = PriceSearch.run(key.ratio(), bytes, (price, number) -> {
            int before = number - 1;
            PairwiseTraining.Trained done = train(
                    key,
                    "price" + number,
                    masked(key.seed(), price, progress),
                    settings.half(),
                    key.seed() + 2,
                    (phase, part, all) -> progress.advanced(phase, before * all + part, PriceSearch.PRICES * all));
            EmbeddingTable packed = ((MaskedTable) done.model().items()).packed();
            PairwiseModel model = new PairwiseModel(
                    done.model().users(), packed, itemIds, done.model().biases());
            return new PriceSearch.Tried(model, packed.residentBytes(), done.seconds());
        });
        String remark = String.format(Locale.ROOT, "price %.4g", found.price())
                + (found.bytes() <= bytes ? "" : "; no price of " + PriceSearch.PRICES + " made it fit");
        return new Ready(found.model(), found.seconds(), remark);
    }

    private PairwiseModel masked(long seed, double price, Progress progress) {
        PairwiseModel full = full(seed, progress);
        TableSpec.Masked spec =
                new TableSpec.Masked(counts.length, settings.dimension(), Recipe.MASK_UNITS, 1, price, seed);
        return new PairwiseModel(
                full.users(), EmbeddingTables.compress(spec, full.items(), counts), itemIds, full.biases());
    }

    private Ready asAdaptive(CellKey key, Progress progress) {
        EmbeddingTable learnt = EmbeddingTables.read(folder.table(CellKey.of(TableKind.AMTL, key.ratio(), key.seed())));
        if (!(learnt.spec() instanceof TableSpec.Slabs slabs)) {
            throw new IllegalStateException("the adaptive table is of kind " + learnt.spec());
        }
        long kept =
                slabs.runs().stream().mapToLong(run -> run.rows() * run.width()).sum();
        int[] widths = LogFrequencyRule.within(counts, settings.dimension(), kept);
        TableSpec spec = TableSpec.Slabs.of(widths, settings.dimension(), key.seed());
        PairwiseTraining.Trained done =
                train(key, "", fresh(spec, key.seed()), settings.wholeAndHalf(), key.seed(), progress);
        return new Ready(done.model(), done.seconds(), "as many values as amtl: " + kept);
    }
}
