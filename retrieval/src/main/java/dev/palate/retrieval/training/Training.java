package dev.palate.retrieval.training;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Transitions;
import java.time.InstantSource;

/// One training run: from interactions to a snapshot. Stateless; the same input, options and vector width give the
/// same
/// snapshot, but for its time.
public final class Training {
    private Training() {}

    /// Learns all models of items.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when there are no interactions, MEMORY
    ///     when the heap is too small for EASE
    public static ModelSnapshot run(
            TrainingInput input,
            TrainingOptions options,
            ModelVersion version,
            InstantSource clock,
            Progress progress) {
        input.requireEvents();
        Histories histories = input.histories();
        // EASE first: it needs the largest piece of memory, and fails at once when that is not there.
        ItemNeighbours ease = ease(histories, options, progress);
        ItemFactors factors =
                ImplicitAls.fit(histories, options.als().withThreads(options.threads()), options.seed(), progress);
        ItemNeighbours knn = ItemKnn.fit(histories, options.knn());
        progress.advanced("knn", 1, 1);
        ItemNeighbours transitions = Transitions.fit(histories, options.transitions());
        progress.advanced("transitions", 1, 1);
        ModelSnapshot.About about = new ModelSnapshot.About(
                version,
                clock.instant(),
                options.seed(),
                input.changeNumber(),
                histories.userCount(),
                histories.eventCount(),
                options.easeDecay(),
                options.knnDecay());
        return new ModelSnapshot(about, input.items(), factors, ease, knn, transitions, Popularity.of(histories));
    }

    private static ItemNeighbours ease(Histories histories, TrainingOptions options, Progress progress) {
        if (histories.itemCount() > options.easeItemLimit()) {
            return ItemNeighbours.empty(histories.itemCount());
        }
        Ease.Options ease = new Ease.Options(options.easeRegularization(), options.threads());
        return Ease.fit(histories, ease, progress).pruned(options.easeNeighbours());
    }
}
