package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.evaluation.ItemFields.Choice;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.semantic.IdAligner;
import dev.palate.retrieval.semantic.PriorFoldIn;
import dev.palate.retrieval.semantic.SemanticAdapter;
import java.util.List;

/// With what cold items are ranked; chosen by [ColdTuning].
///
/// @param texts which texts
/// @param als the collaborative model that the aligner leads to
/// @param aligner of text to that model
/// @param adapter of text
/// @param weights of text, adapter and aligner in the blend, z-scored
/// @param launch how text gives way to events
public record ColdSettings(
        Choice texts,
        ImplicitAls.Options als,
        IdAligner.Options aligner,
        SemanticAdapter.Options adapter,
        List<Double> weights,
        Launch launch) {
    /// @param blend of text, aligner and dynamic memory
    /// @param foldIn of the aligner's vector with events
    public record Launch(LaunchBlend blend, PriorFoldIn.Options foldIn) {
        static final Launch DEFAULT = new Launch(new LaunchBlend(1, 1, 1), PriorFoldIn.Options.DEFAULT);
    }

    /// Copies the list.
    public ColdSettings {
        weights = List.copyOf(weights);
    }

    /// In one line.
    public String describe() {
        return "texts " + texts.key() + ", als w0 " + als.unobservedWeight() + " reg " + als.regularization()
                + ", aligner lambda " + aligner.regularization() + ", adapter " + adapter.steps() + " steps describing "
                + adapter.describing() + " following " + adapter.following() + ", weights of text, adapter, aligner "
                + weights + ", " + launch.blend + ", fold-in hold " + launch.foldIn.hold();
    }
}
