package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;
import java.util.Optional;

/// Scores by texts of items that a model was not trained on, through a [SemanticAdapter], on the scale of the scores
/// that centred texts give the items it knows. Immutable and thread-safe.
///
/// With x the unit profile of a history and h the adapter, a new item t has the score h(x) · h(t). Over up to 512 of
/// the items that the model knows both kinds of scores have a mean and a deviation; the new item's is moved from the
/// one to the other, so that new and known items stand in one list.
public final class AdaptedTexts {
    /// So many new items are looked at, the first by row; the others keep the scores of their centred texts.
    public static final int MOST = 20_000;

    private static final int REFERENCES = 512;
    private static final int FEWEST_REFERENCES = 50;
    private static final double TINY = 1e-9;

    private final SemanticAdapter adapter;
    private final int[] fresh;
    private final VectorTable adapted;
    private final int[] references;
    private final VectorTable adaptedReferences;

    private AdaptedTexts(
            SemanticAdapter adapter,
            int[] fresh,
            VectorTable adapted,
            int[] references,
            VectorTable adaptedReferences) {
        this.adapter = adapter;
        this.fresh = fresh;
        this.adapted = adapted;
        this.references = references;
        this.adaptedReferences = adaptedReferences;
    }

    /// Copies the centred unit text vector of a row.
    @FunctionalInterface
    public interface Texts {
        /// To the target from a place on.
        void copyTo(int row, float[] target, int offset);
    }

    /// Empty where nothing is new, or less than 50 items with a text are known. O(new items · hidden · dimension).
    ///
    /// @param known rows with a text of which the model has learnt events, ascending
    /// @param fresh rows with a text that it has not, ascending
    public static Optional<AdaptedTexts> of(SemanticAdapter adapter, int[] known, int[] fresh, Texts texts) {
        if (fresh.length == 0 || known.length < FEWEST_REFERENCES) {
            return Optional.empty();
        }
        int[] taken = java.util.Arrays.copyOf(fresh, Math.min(MOST, fresh.length));
        int[] references = new int[Math.min(REFERENCES, known.length)];
        for (int at = 0; at < references.length; at++) {
            references[at] = known[(int) ((long) at * known.length / references.length)];
        }
        return Optional.of(new AdaptedTexts(
                adapter, taken, adapted(adapter, taken, texts), references, adapted(adapter, references, texts)));
    }

    private static VectorTable adapted(SemanticAdapter adapter, int[] rows, Texts texts) {
        int dimension = adapter.dimension();
        float[] values = new float[Math.multiplyExact(rows.length, dimension)];
        float[] text = new float[dimension];
        for (int at = 0; at < rows.length; at++) {
            texts.copyTo(rows[at], text, 0);
            System.arraycopy(adapter.adapt(text), 0, values, at * dimension, dimension);
        }
        return new VectorTable(dimension, values);
    }

    /// Replaces the scores of the new items. O(new items · dimension).
    ///
    /// @param profile of the history, of any length
    /// @param scores inner products of the profile with the centred texts, by row; written to
    public void replace(float[] profile, float[] scores) {
        float[] replaced = scores(profile, row -> scores[row]);
        for (int at = 0; at < replaced.length; at++) {
            scores[fresh[at]] = replaced[at];
        }
    }

    /// The score of a row.
    @FunctionalInterface
    public interface RowScore {
        /// Of the row.
        float of(int row);
    }

    /// The new items, ascending; shared: do not modify.
    public int[] rows() {
        return fresh;
    }

    /// The scores of the new items, one for each of [#rows]; none where they have those of their centred texts.
    /// O(new items · dimension).
    ///
    /// @param profile of the history, of any length
    /// @param centred inner products of the profile with the centred texts
    public float[] scores(float[] profile, RowScore centred) {
        float[] unit = profile.clone();
        UnitVectors.normalise(unit, 0, unit.length);
        float[] user = adapter.adapt(unit);
        double[] plain = new double[references.length];
        double[] learnt = new double[references.length];
        for (int at = 0; at < references.length; at++) {
            plain[at] = centred.of(references[at]);
            learnt[at] = adaptedReferences.dot(at, user);
        }
        Spread from = Spread.of(learnt);
        Spread to = Spread.of(plain);
        if (from.deviation < TINY || to.deviation < TINY || Kernels.dot(unit, 0, unit, 0, unit.length) == 0) {
            return new float[0];
        }
        double scale = to.deviation / from.deviation;
        float[] scores = new float[fresh.length];
        for (int at = 0; at < fresh.length; at++) {
            scores[at] = (float) (to.mean + scale * (adapted.dot(at, user) - from.mean));
        }
        return scores;
    }

    private record Spread(double mean, double deviation) {
        static Spread of(double[] values) {
            double mean = java.util.Arrays.stream(values).average().orElse(0);
            double squares = java.util.Arrays.stream(values)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElse(0);
            return new Spread(mean, Math.sqrt(squares));
        }
    }
}
