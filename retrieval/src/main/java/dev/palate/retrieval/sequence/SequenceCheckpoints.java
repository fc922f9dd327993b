package dev.palate.retrieval.sequence;

import java.util.Optional;

/// Where a training run keeps its checkpoint, so that a killed run goes on.
public interface SequenceCheckpoints {
    /// Keeps nothing.
    SequenceCheckpoints NONE = new SequenceCheckpoints() {
        @Override
        public Optional<SequenceCheckpoint> load() {
            return Optional.empty();
        }

        @Override
        public void save(SequenceCheckpoint checkpoint) {
            // Nothing is kept.
        }
    };

    /// The last one kept; empty when there is none that can be read.
    Optional<SequenceCheckpoint> load();

    /// Keeps one in place of the last, durably, at once or not at all.
    void save(SequenceCheckpoint checkpoint);
}
