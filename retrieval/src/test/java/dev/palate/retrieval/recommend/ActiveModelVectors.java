package dev.palate.retrieval.recommend;

import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.factor.History;
import java.util.Objects;

/// What the sources see of the model in use, for tests of other packages.
public final class ActiveModelVectors {
    private ActiveModelVectors() {}

    /// The scores of all rows.
    public static float[] scores(ModelRegistry registry, String signal, History history) {
        CollaborativeModel.Loaded loaded = new ActiveModel(registry).current().orElseThrow();
        float[] scores = new float[loaded.items().size()];
        Objects.requireNonNull(loaded.scorers().get(signal)).score(history, scores);
        return scores;
    }

    /// Whether vectors of a signal are given to whom compares them.
    public static boolean handedOn(ModelRegistry registry, String signal) {
        return new ActiveModel(registry).vectors(signal).isPresent();
    }
}
