package dev.palate.retrieval;

/// Told how far a long computation has come. Called on the computing thread; must return quickly.
@FunctionalInterface
public interface Progress {
    /// Ignores everything.
    Progress NONE = (phase, done, total) -> {};

    /// `done` of `total` steps of the phase are finished, with 0 ≤ done ≤ total and total ≥ 1.
    void advanced(String phase, int done, int total);

    /// A part is done without; the rest goes on.
    ///
    /// @param part as people call it
    /// @param why what it would need and what there is
    default void leftOut(String part, String why) {}
}
