package dev.palate.retrieval.embedding.network;

/// Rows, and whether each was clicked: what a model of click-through rates learns from and is measured on.
///
/// @param rows what is known
/// @param clicked one for each row; the array is shared
public record ClickExamples(FeatureRows rows, boolean[] clicked) {
    /// @throws IllegalArgumentException when there is not one answer for each row
    public ClickExamples {
        if (rows.count() != clicked.length) {
            throw new IllegalArgumentException(
                    "needs one answer for each of " + rows.count() + " rows, had " + clicked.length);
        }
    }
}
