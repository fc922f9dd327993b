package dev.palate.retrieval.sequence;

import java.util.List;
import java.util.Map;

/// Where a training run is after an epoch: all that the rest of it depends on.
///
/// @param fingerprint of what is learnt and how; another one makes the checkpoint useless
/// @param epoch the last one finished
/// @param steps of Adam so far
/// @param curve all epochs so far
/// @param values of all trained arrays, by name
/// @param first Adam's mean of gradients, likewise
/// @param second Adam's mean of squared gradients, likewise
/// @param average the running average of the values, likewise
/// @param best the arrays after the best evaluation; empty before the first
public record SequenceCheckpoint(
        long fingerprint,
        int epoch,
        long steps,
        List<SequenceEpoch> curve,
        Map<String, float[]> values,
        Map<String, float[]> first,
        Map<String, float[]> second,
        Map<String, float[]> average,
        Map<String, float[]> best) {
    /// Copies lists and maps, not the arrays.
    public SequenceCheckpoint {
        curve = List.copyOf(curve);
        values = Map.copyOf(values);
        first = Map.copyOf(first);
        second = Map.copyOf(second);
        average = Map.copyOf(average);
        best = Map.copyOf(best);
    }
}
