package dev.palate.agent.llm.local;

/// Watches a pull and may end it. Called by the threads that pull, at least once a second while bytes come.
@FunctionalInterface
public interface PullListener {
    /// How far it is.
    ///
    /// @param what is being fetched or done, a few words
    /// @param bytes there by now; estimated while a package client runs
    /// @param totalBytes of the whole
    void progress(String what, long bytes, long totalBytes);

    /// Whether the pull shall end; finished parts stay for the next one.
    default boolean cancelled() {
        return false;
    }
}
