package dev.palate.retrieval.semantic;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;

/// Maps texts into the space of the collaborative vectors and back, so that an item nobody has had gets a vector there.
/// Immutable and thread-safe.
///
/// Both maps are ridge regressions over the items that enough people had (the alignment of RA-Rec, `rarec`, reduced to
/// what can be done where the vectors are ours; a closed language model takes no soft prompt):
///
/// | paper | code |
/// |---|---|
/// | ID representation e of item i | row i of `factors` |
/// | text representation t | row i of `texts` |
/// | A: e → t, B: t → e | [#toText], [#toId] |
/// | weight of item i | 1 from `leastEvents` on, below 0 |
/// | λ | `Options.regularization` |
public final class IdAligner {
    /// @param regularization λ, above 0, at most 1e6; chosen on a cold split cut from what is known
    /// @param leastEvents how many people must have had an item for it to teach, 1 to 1,000,000
    public record Options(double regularization, int leastEvents) {
        /// λ = 10 and 3 people.
        public static final Options DEFAULT = new Options(10, 3);

        public Options {
            Require.range("regularization", regularization, 1e-6, 1e6);
            Require.range("leastEvents", leastEvents, 1, 1_000_000);
        }
    }

    private final int textDimension;
    private final int idDimension;
    private final float[] toId;
    private final float[] toText;
    private final int taught;

    private IdAligner(int textDimension, int idDimension, float[] toId, float[] toText, int taught) {
        this.textDimension = textDimension;
        this.idDimension = idDimension;
        this.toId = toId;
        this.toText = toText;
        this.taught = taught;
    }

    /// Learns both maps. O(items × (text dimension)² + (text dimension)³); 10,000 items with 384 and 64 values take
    /// about a second. Deterministic on machines of one vector width.
    ///
    /// @param texts centred unit encodings by item row
    /// @param factors collaborative vectors, row-major, of the same items
    /// @param counts how many people had each
    /// @throws IllegalArgumentException when the numbers of items differ
    public static IdAligner fit(VectorTable texts, float[] factors, int[] counts, Options options) {
        int items = counts.length;
        if (texts.size() != items || items == 0 || factors.length % items != 0) {
            throw new IllegalArgumentException("texts, factors and counts must be of the same items, had "
                    + texts.size() + " texts, " + factors.length + " values and " + items + " counts");
        }
        int idDimension = factors.length / items;
        float[] weights = new float[items];
        int taught = 0;
        for (int row = 0; row < items; row++) {
            boolean teaches = counts[row] >= options.leastEvents && texts.knows(row);
            weights[row] = teaches ? 1 : 0;
            taught += teaches ? 1 : 0;
        }
        double lambda = options.regularization;
        float[] toId = Ridge.fit(texts.values(), texts.dimension(), factors, idDimension, weights, lambda);
        float[] toText = Ridge.fit(
                factors, idDimension, texts.values(), texts.dimension(), weights, backwards(factors, lambda, items));
        return new IdAligner(texts.dimension(), idDimension, toId, toText, taught);
    }

    /// λ for the way back, as strong against the vectors' own length as λ is against unit vectors.
    private static double backwards(float[] factors, double lambda, int items) {
        double squares = Kernels.dot(factors, 0, factors, 0, factors.length);
        return Math.max(1e-6, lambda * squares / items);
    }

    /// How many items taught it.
    public int taught() {
        return taught;
    }

    /// The length of a collaborative vector.
    public int idDimension() {
        return idDimension;
    }

    /// The length of a text's vector.
    public int textDimension() {
        return textDimension;
    }

    /// The collaborative vector that a text makes likely; zeros for a text that is missing. O(dimensions).
    public float[] toId(float[] text) {
        return map(text, toId, textDimension, idDimension);
    }

    /// The text vector that a collaborative vector makes likely, not scaled to length 1. O(dimensions).
    public float[] toText(float[] id) {
        return map(id, toText, idDimension, textDimension);
    }

    private static float[] map(float[] from, float[] matrix, int inputs, int outputs) {
        Require.range("length of the vector", from.length, inputs, inputs);
        float[] to = new float[outputs];
        for (int p = 0; p < inputs; p++) {
            if (from[p] != 0) {
                Kernels.axpy(from[p], matrix, p * outputs, to, 0, outputs);
            }
        }
        return to;
    }

    /// [#toId] of every row; not unit vectors.
    public VectorTable toIds(VectorTable texts) {
        float[] ids = new float[Math.multiplyExact(texts.size(), idDimension)];
        for (int row = 0; row < texts.size(); row++) {
            System.arraycopy(toId(texts.row(row)), 0, ids, row * idDimension, idDimension);
        }
        return new VectorTable(idDimension, ids);
    }

    /// The number of events at which a served list believes an item's text and its events the same.
    public static final double HALF_WAY = 10;

    /// How far a vector made from an item with so many events is to be believed against its text, in [0, 1):
    /// n / (n + n₀).
    ///
    /// @param events at least 0
    /// @param halfWay n₀, the number of events at which both count the same, above 0
    public static double confidence(int events, double halfWay) {
        Require.range("events", events, 0, Integer.MAX_VALUE);
        return events / (events + Require.range("halfWay", halfWay, 1e-6, 1e6));
    }
}
