package dev.palate.retrieval.sequence;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The epochs of a training so far, and when to stop. Not thread-safe.
final class EpochCurve {
    private final List<SequenceEpoch> epochs = new ArrayList<>();
    private final int most;
    private final int patience;

    EpochCurve(SequenceSettings settings) {
        most = settings.epochs();
        patience = settings.patience();
    }

    void add(SequenceEpoch epoch) {
        epochs.add(epoch);
    }

    void addAll(List<SequenceEpoch> before) {
        epochs.addAll(before);
    }

    int size() {
        return epochs.size();
    }

    List<SequenceEpoch> epochs() {
        return List.copyOf(epochs);
    }

    /// True when all epochs are run, or so many evaluations as the patience have brought nothing better.
    boolean over() {
        SequenceEpoch leader = leader(epochs);
        return epochs.size() >= most
                || (leader != null
                        && epochs.stream()
                                        .filter(epoch -> ndcg(epoch) >= 0 && epoch.epoch() > leader.epoch())
                                        .count()
                                >= patience);
    }

    /// True when the newest epoch is the best of all that were evaluated.
    boolean newestLeads() {
        SequenceEpoch leader = leader(epochs);
        return leader != null && leader.epoch() == epochs.size();
    }

    /// The epoch of the best evaluation, of equal ones the first; null before the first evaluation.
    static @Nullable SequenceEpoch leader(List<SequenceEpoch> epochs) {
        return epochs.stream()
                .filter(epoch -> ndcg(epoch) >= 0)
                .reduce((a, b) -> ndcg(b) > ndcg(a) ? b : a)
                .orElse(null);
    }

    private static double ndcg(SequenceEpoch epoch) {
        return epoch.evaluation() == null ? -1 : epoch.evaluation().ndcg();
    }
}
