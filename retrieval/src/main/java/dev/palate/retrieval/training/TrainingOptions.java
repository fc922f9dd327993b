package dev.palate.retrieval.training;

import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.SparseEase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The settings of a training run.
///
/// @param seed of everything random
/// @param threads in [1, 256]
/// @param sources what is learnt of the collaborative sources
/// @param ranker how the weights of the fused ranking are fitted
/// @param activeModel file of the model in use, with which the quality gate compares; empty when there is none
/// @param tuned settings among these that were chosen by tuning, by model and name, to be kept with the model
/// @param adapter whether an adapter of texts is tried, for items that come later: some twenty seconds of one core
/// @param tables what the vectors of ids are stored in
public record TrainingOptions(
        long seed,
        int threads,
        SourceOptions sources,
        WeightFit.Options ranker,
        String activeModel,
        Map<String, Map<String, String>> tuned,
        boolean adapter,
        ChosenTables tables) {
    private static final int EXAMPLE_BYTES = 20_000;
    private static final int MOST_USERS = 1_000_000;

    /// @throws IllegalArgumentException when a value is out of range
    public TrainingOptions {
        new Ease.Options(sources.ease().regularization(), threads);
        tuned = Map.copyOf(tuned);
    }

    /// The defaults, for so many threads.
    public static TrainingOptions defaults(long seed, int threads) {
        return new TrainingOptions(
                seed,
                threads,
                SourceOptions.DEFAULT,
                WeightFit.Options.DEFAULT,
                "",
                Map.of(),
                true,
                ChosenTables.NOTHING);
    }

    /// The same with other sources.
    public TrainingOptions with(SourceOptions other) {
        return new TrainingOptions(seed, threads, other, ranker, activeModel, tuned, adapter, tables);
    }

    /// The same with sources that were chosen by tuning.
    public TrainingOptions tuned(SourceOptions other, Map<String, Map<String, String>> settings) {
        return new TrainingOptions(seed, threads, other, ranker, activeModel, settings, adapter, tables);
    }

    /// The same with another way of fitting the ranker.
    public TrainingOptions withRanker(WeightFit.Options other) {
        return new TrainingOptions(seed, threads, sources, other, activeModel, tuned, adapter, tables);
    }

    /// The same without an adapter of texts.
    public TrainingOptions withoutAdapter() {
        return new TrainingOptions(seed, threads, sources, ranker, activeModel, tuned, false, tables);
    }

    /// The same with other tables.
    public TrainingOptions with(ChosenTables other) {
        return new TrainingOptions(seed, threads, sources, ranker, activeModel, tuned, adapter, other);
    }

    /// The same, to be compared with a model in use.
    public TrainingOptions against(Path model) {
        String file = model.toAbsolutePath().toString();
        return new TrainingOptions(seed, threads, sources, ranker, file, tuned, adapter, tables);
    }

    /// Heap besides [#heap] that EASE takes at most where it is in its sparse form; with less it may be left out.
    public long sparseEaseBytes(int items, long interactions) {
        return items > sources.ease().itemLimit() ? SparseEase.mostBytes(items, interactions, sources.sparseEase()) : 0;
    }

    /// Heap that a training run needs for about so many items and interactions.
    public ChildHeap heap(int items, long interactions) {
        long ease = items <= sources.ease().itemLimit() ? Ease.requiredBytes(items) : 0;
        long rows = 24L
                * items
                * (sources.ease().neighbours()
                        + sources.knn().neighbours()
                        + sources.transitions().neighbours());
        long examples = ranker.fit() ? (long) ranker.maximumExamples() * EXAMPLE_BYTES : 0;
        // Parameters, the optimiser's sums and the gradients of a batch; users are at most one an interaction.
        long vectors = tables.itemTable().isPresent()
                ? 6L * Float.BYTES * PairwiseSettings.DEFAULT.dimension() * (items + Math.min(interactions, MOST_USERS))
                : 0;
        // While the gate judges, the trial's rows and those of the model in use are there.
        boolean fitting = examples + 2 * rows > ease + rows;
        return new ChildHeap("a training over " + interactions + " interactions and " + items + " items", List.of())
                .plus("the interactions, 400 bytes each", 400 * interactions)
                .plus(
                        fitting ? "item neighbours and the examples of the ranker" : "EASE and item neighbours",
                        fitting ? examples + 2 * rows : ease + rows)
                .plus("vectors of ids", vectors);
    }
}
