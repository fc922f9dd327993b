package dev.palate.retrieval.embedding;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.ranking.RankerWeights;
import java.nio.file.Path;
import java.util.Optional;

/// What a model file says of its model, without the model. Immutable.
///
/// @param about where it comes from
/// @param ranker the weights with which its sources are fused
/// @param verdict what the quality gate said
/// @param sequence true when there is a sequence model in it
/// @param texts what came of the trial of an adapter of texts
/// @param tables what the vectors of ids are stored in, in words; empty without any
public record ModelHead(
        ModelSnapshot.About about,
        RankerWeights ranker,
        Verdict verdict,
        boolean sequence,
        Optional<TextAdapter.Trial> texts,
        String tables) {
    /// Reads a few kilobytes of a model file; whether the rest is whole is not looked at.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it is not one
    public static ModelHead read(Path file) {
        return SnapshotSections.head(file);
    }
}
