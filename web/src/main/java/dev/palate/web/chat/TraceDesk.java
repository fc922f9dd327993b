package dev.palate.web.chat;

import dev.palate.agent.turn.Replayed;
import dev.palate.agent.turn.TurnReplay;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Reads traces and runs turns again; who asks was let in before. What is still to be written is waited for, so that
/// the trace of a turn can be asked for as soon as the turn is over. Thread-safe.
@Component
public final class TraceDesk {
    private static final Logger LOG = LoggerFactory.getLogger(TraceDesk.class);
    private static final Duration WAIT = Duration.ofSeconds(2);

    private final Traces traces;
    private final TraceRecorder recorder;
    private final TurnReplay replay;

    TraceDesk(Traces traces, TraceRecorder recorder, TurnReplay replay) {
        this.traces = traces;
        this.recorder = recorder;
        this.replay = replay;
    }

    /// The turns of a conversation, newest first.
    public Page<TraceHead> page(ConversationId conversation, @Nullable String cursor, int limit) {
        settle();
        return traces.page(conversation, cursor, limit);
    }

    /// The trace of a turn of the conversation.
    public Optional<TurnTrace> trace(ConversationId conversation, TurnId turn) {
        settle();
        return traces.trace(turn).filter(trace -> trace.head().conversation().equals(conversation));
    }

    /// The trace of the turn that showed the list.
    public Optional<TurnTrace> ofSlate(SlateId slate) {
        settle();
        return traces.ofSlate(slate).flatMap(traces::trace);
    }

    /// Runs it again.
    ///
    /// @throws ProblemException `rate-limited` while others are under way
    public Replayed replay(TurnTrace trace) {
        return replay.replay(trace)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.RATE_LIMITED,
                        "no more than " + TurnReplay.MOST + " turns are run again at a time; try again in a moment"));
    }

    private void settle() {
        if (!recorder.flush(WAIT)) {
            LOG.debug("traces are asked for while some are still to be written");
        }
    }
}
