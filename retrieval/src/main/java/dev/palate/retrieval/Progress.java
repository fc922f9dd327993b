package dev.palate.retrieval;

/// Told how far a long computation has come. Called on the computing thread; must return quickly.
@FunctionalInterface
public interface Progress {
    /// Ignores everything.
    Progress NONE = (phase, done, total) -> {};

    /// `done` of `total` steps of the phase are finished, with 0 ≤ done ≤ total and total ≥ 1.
    void advanced(String phase, int done, int total);
}
