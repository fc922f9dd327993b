package dev.palate.retrieval.training;

import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Transitions;
import java.nio.file.Path;
import java.util.Map;

/// The settings of a training run.
///
/// @param seed of everything random
/// @param threads in [1, 256]
/// @param als of the collaborative vectors; its own number of threads is not looked at
/// @param alsSparse of the collaborative vectors for sparse data
/// @param easeRegularization λ, above 0
/// @param easeDecay history decay that EASE is served with, in (0, 1]
/// @param easeNeighbours strongest weights of a row of EASE that are kept, in [1, 10000]
/// @param easeItemLimit above so many items EASE takes its sparse form, or is left out where the heap is too
///     small for that, too: the cost of the dense one grows with the cube
/// @param knn of the item neighbours
/// @param knnDecay history decay that they are served with, in (0, 1]
/// @param transitions of what followed what
/// @param ranker how the weights of the fused ranking are fitted
/// @param activeModel file of the model in use, with which the quality gate compares; empty when there is none
/// @param transitionsDecay history decay that the transitions are served with, in (0, 1]
/// @param tuned settings among these that were chosen by tuning, by model and name, to be kept with the model
/// @param adapter whether an adapter of texts is tried, for items that come later: some twenty seconds of one core
/// @param tables what the vectors of ids are stored in
public record TrainingOptions(
        long seed,
        int threads,
        ImplicitAls.Options als,
        ImplicitAls.Options alsSparse,
        double easeRegularization,
        double easeDecay,
        int easeNeighbours,
        int easeItemLimit,
        ItemKnn.Options knn,
        double knnDecay,
        Transitions.Options transitions,
        WeightFit.Options ranker,
        String activeModel,
        double transitionsDecay,
        Map<String, Map<String, String>> tuned,
        boolean adapter,
        ChosenTables tables) {
    /// Collaborative vectors for data in which most of what a user would like was never met.
    public static final ImplicitAls.Options SPARSE = new ImplicitAls.Options(128, 0.01, 0.01, 1, 8, 3, 1);

    private static final int BASE_MEBIBYTES = 384;
    private static final int EXAMPLE_BYTES = 20_000;
    private static final int MOST_USERS = 1_000_000;

    /// @throws IllegalArgumentException when a value is out of range
    public TrainingOptions {
        new Ease.Options(easeRegularization, threads);
        HistoryDecay.of(easeDecay);
        HistoryDecay.of(knnDecay);
        HistoryDecay.of(transitionsDecay);
        tuned = Map.copyOf(tuned);
        if (easeNeighbours < 1 || easeNeighbours > 10_000 || easeItemLimit < 0) {
            throw new IllegalArgumentException(
                    "easeNeighbours must be in [1, 10000] and easeItemLimit at least 0, were " + easeNeighbours
                            + " and " + easeItemLimit);
        }
    }

    /// The defaults, for so many threads.
    public static TrainingOptions defaults(long seed, int threads) {
        return new TrainingOptions(
                seed,
                threads,
                ImplicitAls.Options.DEFAULT,
                SPARSE,
                Ease.Options.defaultRegularization(HistoryDecay.of(0.9)),
                0.9,
                500,
                20_000,
                ItemKnn.Options.DEFAULT,
                0.6,
                Transitions.Options.DEFAULT,
                WeightFit.Options.DEFAULT,
                "",
                Transitions.DECAY.factor(),
                Map.of(),
                true,
                ChosenTables.NOTHING);
    }

    /// The same with another way of fitting the ranker.
    public TrainingOptions withRanker(WeightFit.Options other) {
        return new TrainingOptions(
                seed,
                threads,
                als,
                alsSparse,
                easeRegularization,
                easeDecay,
                easeNeighbours,
                easeItemLimit,
                knn,
                knnDecay,
                transitions,
                other,
                activeModel,
                transitionsDecay,
                tuned,
                adapter,
                tables);
    }

    /// The same without an adapter of texts.
    public TrainingOptions withoutAdapter() {
        return new TrainingOptions(
                seed,
                threads,
                als,
                alsSparse,
                easeRegularization,
                easeDecay,
                easeNeighbours,
                easeItemLimit,
                knn,
                knnDecay,
                transitions,
                ranker,
                activeModel,
                transitionsDecay,
                tuned,
                false,
                tables);
    }

    /// The same with other tables.
    public TrainingOptions with(ChosenTables other) {
        return new TrainingOptions(
                seed,
                threads,
                als,
                alsSparse,
                easeRegularization,
                easeDecay,
                easeNeighbours,
                easeItemLimit,
                knn,
                knnDecay,
                transitions,
                ranker,
                activeModel,
                transitionsDecay,
                tuned,
                adapter,
                other);
    }

    /// The same, to be compared with a model in use.
    public TrainingOptions against(Path model) {
        return new TrainingOptions(
                seed,
                threads,
                als,
                alsSparse,
                easeRegularization,
                easeDecay,
                easeNeighbours,
                easeItemLimit,
                knn,
                knnDecay,
                transitions,
                ranker,
                model.toAbsolutePath().toString(),
                transitionsDecay,
                tuned,
                adapter,
                tables);
    }

    /// Heap that a training run needs for about so many items and interactions, in MiB.
    public int heapMebibytes(int items, long interactions) {
        long ease = items <= easeItemLimit ? Ease.requiredBytes(items) : 0;
        long rows = 24L * items * (easeNeighbours + knn.neighbours() + transitions.neighbours());
        long examples = ranker.fit() ? (long) ranker.maximumExamples() * EXAMPLE_BYTES : 0;
        // Parameters, the optimiser's sums and the gradients of a batch; users are at most one an interaction.
        long vectors = tables.itemTable().isPresent()
                ? 6L * Float.BYTES * PairwiseSettings.DEFAULT.dimension() * (items + Math.min(interactions, MOST_USERS))
                : 0;
        // While the gate judges, the trial's rows and those of the model in use are there.
        long bytes = Math.max(ease + rows, examples + 2 * rows) + 400 * interactions + vectors;
        return Math.toIntExact(BASE_MEBIBYTES + Math.ceilDiv(bytes, 1L << 20));
    }
}
