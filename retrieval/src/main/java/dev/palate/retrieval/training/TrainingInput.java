package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import java.nio.file.Path;
import java.util.OptionalLong;

/// What a training run learns from. Immutable.
///
/// @param changeNumber the newest change of the database that is in it
/// @param items ids of the item rows, sorted
/// @param histories of all users, in the order in which they were first written
public record TrainingInput(long changeNumber, Vocabulary items, Histories histories) {
    /// Reads a file that a [TrainingInputWriter] wrote. Rows of weight 0 or less are left out.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it is damaged, truncated or
    ///     newer than this build
    public static TrainingInput read(Path file) {
        return TrainingInputReader.read(file);
    }

    /// The newest change of the database that is in a file; empty when there is no such file, or another's. Only the
    /// head is read: a file has its name once it is whole.
    public static OptionalLong changeNumber(Path file) {
        return TrainingInputReader.changeNumber(file);
    }

    /// The number of distinct user-item pairs.
    public long eventCount() {
        return histories.eventCount();
    }

    /// Fails when there is nothing to learn.
    ///
    /// @throws RetrievalException with code BAD_INPUT
    public void requireEvents() {
        if (eventCount() == 0) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "there are no interactions to train on: import some with ./palate import, or send some to"
                            + " /v1/interactions");
        }
    }
}
