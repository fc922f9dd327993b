package dev.palate.web.job;

import dev.palate.retrieval.sequence.SequenceEpoch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What is kept of a training beside its job: what it needs to go on after the end of the process, and its curve.
/// Immutable.
///
/// @param extent how much is trained
/// @param cause who wanted it
/// @param version of the model that it makes
/// @param change the newest change in its input, -1 before that is written
/// @param epoch of the database when it began or its input was written; -1 of an earlier build
/// @param interactions in the input
/// @param resumed how often it was taken up again after the end of a process
/// @param curve of the sequence model, by epoch; at most [#MOST_POINTS]
/// @param arrival number of the newest interaction in the input; absent of an earlier build and before it is written
/// @param erasure true when an erasure ended it
public record TrainingState(
        Trainer.Extent extent,
        Trainer.Cause cause,
        String version,
        long change,
        long epoch,
        long interactions,
        int resumed,
        List<Point> curve,
        @Nullable Long arrival,
        @Nullable Boolean erasure) {
    /// The most points of a curve that are kept.
    static final int MOST_POINTS = 2_000;

    /// One epoch.
    ///
    /// @param loss mean over the positions
    /// @param ndcg NDCG@10 on the held-out events; null where it was not evaluated
    public record Point(int epoch, double loss, @Nullable Double ndcg) {}

    public TrainingState {
        curve = List.copyOf(curve);
    }

    /// Of a training that has not begun.
    static TrainingState fresh(Trainer.Extent extent, Trainer.Cause cause, String version) {
        return new TrainingState(extent, cause, version, -1, -1, 0, 0, List.of(), null, null);
    }

    /// Reads what [#toJson] wrote; empty when it is not that.
    static Optional<TrainingState> ofJson(String json) {
        try {
            TrainingState read = JsonMapper.shared().readValue(json, TrainingState.class);
            return Optional.of(read);
        } catch (JacksonException | NullPointerException e) {
            return Optional.empty();
        }
    }

    String toJson() {
        return JsonMapper.shared().writeValueAsString(this);
    }

    /// With its input written.
    TrainingState with(long writtenChange, long writtenEpoch, long count) {
        return new TrainingState(
                extent, cause, version, writtenChange, writtenEpoch, count, resumed, curve, arrival, erasure);
    }

    /// With the number under which the newest interaction of its input arrived.
    TrainingState with(long newest) {
        return new TrainingState(extent, cause, version, change, epoch, interactions, resumed, curve, newest, erasure);
    }

    /// Somebody was erased whom it may have read: it says nothing of whether training succeeds.
    TrainingState endedByErasure() {
        return new TrainingState(extent, cause, version, change, epoch, interactions, resumed, curve, arrival, true);
    }

    /// Taken up once more.
    TrainingState takenUp() {
        return new TrainingState(
                extent, cause, version, change, epoch, interactions, resumed + 1, curve, arrival, erasure);
    }

    /// With one more epoch; later ones of an earlier try are forgotten.
    TrainingState with(SequenceEpoch next) {
        List<Point> points = new ArrayList<>(
                curve.stream().filter(point -> point.epoch < next.epoch()).toList());
        SequenceEpoch.Evaluation found = next.evaluation();
        if (points.size() < MOST_POINTS) {
            points.add(new Point(next.epoch(), next.loss(), found == null ? null : found.ndcg()));
        }
        return new TrainingState(
                extent, cause, version, change, epoch, interactions, resumed, points, arrival, erasure);
    }
}
