package dev.palate.retrieval.training;

import dev.palate.retrieval.sequence.TorchRuntime;
import java.nio.file.Path;

/// What a training run needs to train the sequence model as well.
///
/// @param torch whose jars are there
/// @param checkpoint a file that stays when the run is killed; the next run over the same input goes on there
public record SequencePlaces(TorchRuntime torch, Path checkpoint) {
    /// Heap for the arrays that are trained with this many items, their texts among them.
    public static long heapBytes(int items) {
        return (64L << 20) + 6_144L * items;
    }
}
