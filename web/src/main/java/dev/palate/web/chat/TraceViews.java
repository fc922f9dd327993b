package dev.palate.web.chat;

import dev.palate.agent.turn.OwnSteps;
import dev.palate.agent.turn.Replayed;
import dev.palate.memory.Page;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What traces look like on the wire. Stateless.
final class TraceViews {
    private static final JsonMapper JSON = new JsonMapper();

    private TraceViews() {}

    /// A turn in short.
    record TurnView(
            String turnId,
            String conversationId,
            String userId,
            String messageId,
            Instant at,
            String intent,
            String modelLevel,
            String finishReason,
            double ms,
            String model,
            String modelVersion,
            long changeNumber,
            @Nullable String recommendationId,
            Usage usage) {
        static TurnView of(TraceHead head) {
            return new TurnView(
                    head.turn().value(),
                    head.conversation().value(),
                    head.user().value(),
                    head.message().value(),
                    head.at(),
                    head.intent(),
                    head.level(),
                    head.finish(),
                    head.micros() / 1_000.0,
                    head.model(),
                    head.modelVersion(),
                    head.changeNumber(),
                    head.slate() == null ? null : head.slate().value(),
                    new Usage(
                            head.tokens().prompt(),
                            head.tokens().cached(),
                            head.tokens().completion(),
                            head.tokens().calls()));
        }
    }

    /// What a language model was asked for.
    record Usage(long promptTokens, long cachedTokens, long completionTokens, int llmCalls) {}

    /// A page of turns, newest first.
    record Listing(List<TurnView> turns, @Nullable String nextCursor) {
        static Listing of(Page<TraceHead> page) {
            return new Listing(page.items().stream().map(TurnView::of).toList(), page.nextCursor());
        }
    }

    /// A trace.
    ///
    /// @param erasedMemories how many memories that it worked with were erased since: then steps are empty
    record TraceView(TurnView turn, int erasedMemories, List<StepView> steps) {
        /// @param own true for the user whose turn it was, who sees nothing of single other users
        static TraceView of(TurnTrace trace, boolean own) {
            return new TraceView(
                    TurnView.of(trace.head()),
                    trace.redacted(),
                    trace.steps().stream()
                            .map(step -> own ? OwnSteps.of(step) : step)
                            .map(StepView::of)
                            .toList());
        }
    }

    /// A step.
    ///
    /// @param cut true when something of it was too long to keep
    record StepView(String name, double startMs, double ms, JsonNode input, JsonNode output, boolean cut) {
        static StepView of(TraceStep step) {
            return new StepView(
                    step.name(),
                    step.startMicros() / 1_000.0,
                    step.micros() / 1_000.0,
                    JSON.readTree(step.input()),
                    JSON.readTree(step.output()),
                    step.cut());
        }
    }

    /// What came of a replay.
    ///
    /// @param firstDifference the first step that did not come out the same for itself, absent when all did
    record ReplayView(
            String turnId,
            boolean same,
            @Nullable String firstDifference,
            List<ReplayedStep> steps,
            List<String> changed) {
        static ReplayView of(Replayed replayed) {
            return new ReplayView(
                    replayed.turn().value(),
                    replayed.same(),
                    replayed.firstDifference().isEmpty() ? null : replayed.firstDifference(),
                    replayed.steps().stream()
                            .map(step -> new ReplayedStep(
                                    step.name(), step.outcome().name().toLowerCase(Locale.ROOT), step.why()))
                            .toList(),
                    replayed.changed());
        }
    }

    /// A step of a replay.
    ///
    /// @param outcome `same`, `differs`, `follows`, `gone`, `not_run`
    record ReplayedStep(String name, String outcome, List<String> why) {}
}
