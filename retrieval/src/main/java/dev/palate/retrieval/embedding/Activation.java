package dev.palate.retrieval.embedding;

import java.time.Instant;

/// One choice of the model that is served. Immutable.
///
/// @param version of the model
/// @param at when
/// @param actor who: `training`, or as in the histories of memories
/// @param reason in the actor's words, at most [#MOST_REASON] characters; empty when none was given
/// @param overrode true when the quality gate had refused the model
public record Activation(String version, Instant at, String actor, String reason, boolean overrode) {
    /// The most characters of a reason.
    public static final int MOST_REASON = 500;

    /// Who activates a model, when and why.
    ///
    /// @param reason with one, also a model that the quality gate refused is activated; may be empty
    public record Order(String actor, Instant at, String reason) {
        /// @throws IllegalArgumentException when the reason is too long
        public Order {
            reason = reason.strip().replaceAll("\\p{Cntrl}", " ");
            if (reason.length() > MOST_REASON) {
                throw new IllegalArgumentException(
                        "a reason has at most " + MOST_REASON + " characters, had " + reason.length());
            }
        }

        /// Of the training that made the model.
        public static Order ofTraining(Instant at) {
            return new Order("training", at, "");
        }
    }
}
