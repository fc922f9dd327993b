package dev.palate.retrieval.training;

import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.SparseEase;
import dev.palate.retrieval.factor.Transitions;

/// What a training learns of the collaborative sources, and how old a history grows that they are served
/// with.
///
/// @param als of the collaborative vectors; its own number of threads is not looked at
/// @param alsSparse of the collaborative vectors for sparse data
/// @param ease of EASE
/// @param knn of the item neighbours
/// @param knnDecay history decay that they are served with, in (0, 1]
/// @param transitions of what followed what
/// @param transitionsDecay history decay that they are served with, in (0, 1]
public record SourceOptions(
        ImplicitAls.Options als,
        ImplicitAls.Options alsSparse,
        OfEase ease,
        ItemKnn.Options knn,
        double knnDecay,
        Transitions.Options transitions,
        double transitionsDecay) {
    /// Of EASE.
    ///
    /// @param regularization λ, above 0
    /// @param decay history decay that it is served with, in (0, 1]
    /// @param neighbours strongest weights of a row that are kept, in [1, 10000]
    /// @param itemLimit above so many items it takes its sparse form, or is left out where the heap is too
    ///     small for
    ///     that, too: the cost of the dense one grows with the cube
    public record OfEase(double regularization, double decay, int neighbours, int itemLimit) {
        /// What is used when nobody chose.
        public static final OfEase DEFAULT =
                new OfEase(Ease.Options.defaultRegularization(HistoryDecay.of(0.9)), 0.9, 500, 20_000);

        /// @throws IllegalArgumentException when a value is out of range
        public OfEase {
            HistoryDecay.of(decay);
            if (neighbours < 1 || neighbours > 10_000 || itemLimit < 0) {
                throw new IllegalArgumentException(
                        "easeNeighbours must be in [1, 10000] and easeItemLimit at least 0, were " + neighbours
                                + " and " + itemLimit);
            }
        }

        /// The same with another λ and decay.
        public OfEase with(double otherRegularization, double otherDecay) {
            return new OfEase(otherRegularization, otherDecay, neighbours, itemLimit);
        }
    }

    /// Collaborative vectors for data in which most of what a user would like was never met.
    public static final ImplicitAls.Options SPARSE = new ImplicitAls.Options(128, 0.01, 0.01, 1, 8, 3, 1);

    /// What is used when nobody chose.
    public static final SourceOptions DEFAULT = new SourceOptions(
            ImplicitAls.Options.DEFAULT,
            SPARSE,
            OfEase.DEFAULT,
            ItemKnn.Options.DEFAULT,
            0.6,
            Transitions.Options.DEFAULT,
            Transitions.DECAY.factor());

    /// @throws IllegalArgumentException when a decay is out of range
    public SourceOptions {
        HistoryDecay.of(knnDecay);
        HistoryDecay.of(transitionsDecay);
    }

    /// Of EASE in its sparse form.
    SparseEase.Options sparseEase() {
        return new SparseEase.Options(ease.regularization, SparseEase.Options.DEFAULT.neighbours());
    }

    /// The same with EASE in its sparse form, for however few items.
    public SourceOptions withSparseEase() {
        return new SourceOptions(
                als,
                alsSparse,
                new OfEase(ease.regularization, ease.decay, ease.neighbours, 0),
                knn,
                knnDecay,
                transitions,
                transitionsDecay);
    }
}
