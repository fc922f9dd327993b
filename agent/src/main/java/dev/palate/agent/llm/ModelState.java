package dev.palate.agent.llm;

import java.util.Optional;

/// What a model is doing. Immutable.
public sealed interface ModelState {
    /// One short line for people: what it is and, where something is missing, why. Holds no user text.
    String reason();

    /// Whether a call made now would be tried.
    default boolean usable() {
        return this instanceof Ready;
    }

    /// No model, and none is coming.
    ///
    /// @param reason why
    record Absent(String reason) implements ModelState {}

    /// Weights or library are being fetched.
    ///
    /// @param what is fetched
    /// @param bytes so far
    /// @param totalBytes of the whole, above 0
    record Fetching(String what, long bytes, long totalBytes) implements ModelState {
        /// @throws IllegalArgumentException unless 0 <= bytes and 0 < totalBytes
        public Fetching {
            if (bytes < 0 || totalBytes <= 0) {
                throw new IllegalArgumentException(
                        "progress must have 0 <= bytes and 0 < totalBytes, was " + bytes + " of " + totalBytes);
            }
        }

        /// Share done, 0 to 1.
        public double fraction() {
            return Math.min(1.0, (double) bytes / totalBytes);
        }

        @Override
        public String reason() {
            return "fetching " + what + ", " + Math.round(100 * fraction()) + " %";
        }
    }

    /// The process is loading the weights, or being measured.
    ///
    /// @param reason which of it
    record Starting(String reason) implements ModelState {}

    /// Ready for calls.
    ///
    /// @param reason the model in words
    /// @param speed measured at the start; empty where nothing was measured
    record Ready(String reason, Optional<ModelSpeed> speed) implements ModelState {}

    /// It runs, but so slowly that answers do without it.
    ///
    /// @param reason what was measured and what is needed
    /// @param speed measured
    record Slow(String reason, ModelSpeed speed) implements ModelState {}

    /// The process ended or stalled and comes back by itself.
    ///
    /// @param reason what happened
    /// @param attempt 1 for the first restart
    record Restarting(String reason, int attempt) implements ModelState {}

    /// It is there, but not asked for a while: its endpoint failed too often, or the day's budget is used up.
    ///
    /// @param reason why, and until when
    record Paused(String reason) implements ModelState {}

    /// It will not come back by itself.
    ///
    /// @param reason what happened and what to do
    record Failed(String reason) implements ModelState {}
}
