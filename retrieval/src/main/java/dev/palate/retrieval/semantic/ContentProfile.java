package dev.palate.retrieval.semantic;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.Scorer;
import java.util.Optional;

/// Scores items by the inner product of their centred unit vector with the decayed sum of the history's. Immutable and
/// thread-safe.
///
/// Centring (subtracting the mean over all items) is what makes the scores personal: the mean direction of a catalog
/// dominates every raw vector.
public final class ContentProfile implements Scorer {
    /// Events that count for less are left out.
    private static final double SMALLEST_WEIGHT = 1e-4;

    private final VectorTable vectors;
    private final boolean[] known;
    private final double decay;
    private final Optional<AdaptedTexts> adapted;

    private ContentProfile(VectorTable vectors, double decay, Optional<AdaptedTexts> adapted) {
        this.vectors = vectors;
        this.adapted = adapted;
        known = new boolean[vectors.size()];
        for (int row = 0; row < known.length; row++) {
            known[row] = vectors.knows(row);
        }
        this.decay = decay;
    }

    /// Centres and normalises the raw vectors.
    ///
    /// @param rawVectors one per item row, all of one length; an item without content has the zero vector,
    ///     is left out of the mean and scores NaN
    /// @param decay as in [HistoryDecay]
    public static ContentProfile centred(float[][] rawVectors, HistoryDecay decay) {
        return of(TextCentering.of(rawVectors).center(rawVectors), decay);
    }

    /// Over vectors that are ready.
    public static ContentProfile of(VectorTable vectors, HistoryDecay decay) {
        return new ContentProfile(vectors, decay.factor(), Optional.empty());
    }

    /// The same with other scores for the items that a model was not trained on.
    public ContentProfile with(AdaptedTexts texts) {
        return new ContentProfile(vectors, decay, Optional.of(texts));
    }

    @Override
    public int itemCount() {
        return vectors.size();
    }

    @Override
    public void score(History history, float[] target) {
        float[] profile = profile(vectors, history, decay);
        for (int item = 0; item < target.length; item++) {
            target[item] = known[item] ? vectors.dot(item, profile) : Float.NaN;
        }
        adapted.ifPresent(texts -> texts.replace(profile, target));
    }

    /// The decayed sum of the vectors of a history.
    ///
    /// @param decay what a step back counts, as in [HistoryDecay]
    public static float[] profile(VectorTable vectors, History history, double decay) {
        float[] profile = new float[vectors.dimension()];
        double weight = 1;
        for (int i = history.size() - 1; i >= 0 && weight > SMALLEST_WEIGHT; i--) {
            vectors.add((float) weight, history.items()[i], profile);
            weight *= decay;
        }
        return profile;
    }
}
