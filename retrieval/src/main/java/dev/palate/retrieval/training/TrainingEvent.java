package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.sequence.SequenceEpoch;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a training process reports, one JSON object per line of its standard output.
public sealed interface TrainingEvent {
    /// Some steps of a phase are done.
    ///
    /// @param phase `read`, `trial-ease` to `trial-transitions`, `ranker`, `ease`, `als`, `als-sparse`, `knn`,
    ///     `transitions`, `bpr` or `write`
    /// @param done steps finished, from 0 to `total`
    /// @param total at least 1
    record Advanced(String phase, int done, int total) implements TrainingEvent {}

    /// An epoch of the sequence model is done: a point of its loss curve.
    ///
    /// @param epochs how many there will be at most
    record Epoch(SequenceEpoch epoch, int epochs) implements TrainingEvent {}

    /// The sequence model is trained.
    ///
    /// @param best the epoch that was kept
    /// @param disagreement largest difference of a hidden state between PyTorch and the plain Java pass
    record SequenceReady(SequenceEpoch best, double disagreement) implements TrainingEvent {}

    /// A part of training was left out; the model is whole without it.
    ///
    /// @param part which
    /// @param reason for people, with the next step
    record Skipped(String part, String reason) implements TrainingEvent {}

    /// The model file is written.
    ///
    /// @param users learnt from
    /// @param items in the model
    /// @param events distinct user-item pairs learnt from
    /// @param millis the whole run, from the start of the process's work
    record Finished(int users, int items, long events, long millis) implements TrainingEvent {}

    /// There will be no model file.
    ///
    /// @param code why
    /// @param message for people
    record Failed(RetrievalException.Code code, String message) implements TrainingEvent {}

    /// The line for this event, without a line end.
    default String toLine() {
        JsonMapper json = JsonMapper.shared();
        String kind = switch (this) {
            case Advanced ignored -> "advanced";
            case Epoch ignored -> "epoch";
            case SequenceReady ignored -> "sequence-ready";
            case Skipped ignored -> "skipped";
            case Finished ignored -> "finished";
            case Failed ignored -> "failed";
        };
        return "{\"event\":\"" + kind + "\",\"details\":" + json.writeValueAsString(this) + "}";
    }

    /// The event of a line; empty for a line that is none, such as a warning of the JVM.
    static Optional<TrainingEvent> ofLine(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonMapper json = JsonMapper.shared();
            JsonNode node = json.readTree(line);
            JsonNode details = node.path("details");
            return switch (node.path("event").asString("")) {
                case "advanced" -> Optional.of(json.treeToValue(details, Advanced.class));
                case "epoch" -> Optional.of(json.treeToValue(details, Epoch.class));
                case "sequence-ready" -> Optional.of(json.treeToValue(details, SequenceReady.class));
                case "skipped" -> Optional.of(json.treeToValue(details, Skipped.class));
                case "finished" -> Optional.of(json.treeToValue(details, Finished.class));
                case "failed" -> Optional.of(json.treeToValue(details, Failed.class));
                default -> Optional.empty();
            };
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
