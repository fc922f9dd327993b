package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;

/// What a source answers: a score for every row, and why on demand. Thread-safe.
///
/// @param scores by catalog row, higher is better; only rows above 0 become candidates
/// @param emphasis how much of the signal's weight this answer deserves, in [0, 2]; 1 is usual
public record Scored(RowScores scores, double emphasis, Explainer explainer) {
    /// Finds the evidence of one row; called for the few items of a slate.
    public interface Explainer {
        /// The evidence, [Evidence#NONE] when there is none.
        Evidence of(int row);

        /// False when its evidence never names memories; those count whether or not a reason quotes them.
        default boolean remembers() {
            return true;
        }

        /// How much an item that the request names added to the row's score, 0 for nothing or for one not named.
        default double share(int row, ItemId named) {
            return 0;
        }

        /// The evidence that names the item alone; asked for only where [#share] is above 0.
        default Evidence naming(ItemId named) {
            return Evidence.NONE;
        }
    }

    public Scored {
        if (!(emphasis >= 0 && emphasis <= 2)) {
            throw new IllegalArgumentException("emphasis must be in [0, 2], was " + emphasis);
        }
    }

    /// Of scores that are written down.
    ///
    /// @param scores by catalog row; shared: do not modify
    public Scored(float[] scores, double emphasis, Explainer explainer) {
        this(new RowScores.Written(scores), emphasis, explainer);
    }

    /// With the usual emphasis.
    static Scored of(RowScores scores, Explainer explainer) {
        return new Scored(scores, 1, explainer);
    }

    /// With the usual emphasis.
    static Scored of(float[] scores, Explainer explainer) {
        return new Scored(scores, 1, explainer);
    }
}
