package dev.palate.retrieval.sequence;

/// Told what training does, on the training thread; must return quickly.
@FunctionalInterface
public interface SequenceListener {
    /// Ignores everything.
    SequenceListener NONE = (epoch, epochs) -> {};

    /// An epoch has ended; one of at most `epochs`.
    void ended(SequenceEpoch epoch, int epochs);
}
