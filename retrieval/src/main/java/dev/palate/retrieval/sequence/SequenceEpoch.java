package dev.palate.retrieval.sequence;

import org.jspecify.annotations.Nullable;

/// One pass over the training sequences.
///
/// @param epoch from 1
/// @param loss mean over the positions
/// @param evaluation on the held-out events; null after an epoch that is not evaluated
/// @param cpuSeconds of training, without the evaluation
/// @param residentMebibytes of the process afterwards; 0 where that is not known
public record SequenceEpoch(
        int epoch, double loss, @Nullable Evaluation evaluation, double cpuSeconds, int residentMebibytes) {
    /// How well the held-out events were found among all items that the user has not had.
    ///
    /// @param recall share among the first ten
    /// @param ndcg of the first ten
    public record Evaluation(double recall, double ndcg) {}
}
