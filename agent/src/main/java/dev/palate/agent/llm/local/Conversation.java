package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.TokenSink;
import dev.palate.agent.llm.Usage;
import org.jspecify.annotations.Nullable;

/// The caller's side of one call: takes the steps of an [Exchange] until it ends, the deadline passes, the sink
/// wants no
/// more, or the thread is interrupted. Used by one thread, once.
final class Conversation {
    private final Deadline deadline;
    private final TokenSink sink;
    private final StringBuilder text = new StringBuilder();
    private int pieces;
    private Frame.@Nullable Final last;
    private Reply.Finish finish = Reply.Finish.STOP;

    Conversation(Deadline deadline, TokenSink sink) {
        this.deadline = deadline;
        this.sink = sink;
    }

    /// @throws AgentException `MODEL_LOST`, `MODEL_CANCELLED`, `MODEL_PROMPT_TOO_LONG`, `MODEL_DEADLINE`
    void run(Exchange exchange) {
        while (true) {
            Exchange.Step step = next(exchange);
            if (sink.cancelled()) {
                finish = Reply.Finish.CANCELLED;
                return;
            }
            switch (step) {
                case null -> {
                    if (deadline.expired()) {
                        finish = Reply.Finish.DEADLINE;
                        return;
                    }
                }
                case Exchange.Step.Lost lost ->
                    throw new AgentException(Code.MODEL_LOST, "the model was lost during the call: " + lost.reason());
                case Exchange.Step.Came came -> {
                    if (ends(came.event())) {
                        return;
                    }
                }
            }
        }
    }

    String text() {
        return text.toString();
    }

    Reply.Finish finish() {
        return finish;
    }

    /// The process's own last word, or null when the caller left before it.
    Frame.@Nullable Final last() {
        return last;
    }

    Frame.@Nullable Work work() {
        return switch (last) {
            case Frame.Weighed weighed -> weighed.work();
            case Frame.Written written -> written.work();
            case Frame.Forgotten _, Frame.Refused _ -> null;
            case null -> null;
        };
    }

    Usage usage() {
        Frame.Work work = work();
        return work == null ? new Usage(0, 0, pieces) : LocalModel.usage(work);
    }

    private Exchange.@Nullable Step next(Exchange exchange) {
        try {
            long millis = Math.min(
                    LanguageModel.CANCEL_POLL.toMillis(), deadline.remaining().toMillis() + 1);
            return exchange.poll(Math.min(millis, LanguageModel.CANCEL_POLL.toMillis() / 2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(Code.MODEL_CANCELLED, "the call was interrupted", e);
        }
    }

    private boolean ends(Frame.Event event) {
        return switch (event) {
            case Frame.Piece piece -> {
                text.append(piece.text());
                pieces++;
                boolean more = sink.accept(piece.text());
                if (!more) {
                    finish = Reply.Finish.CANCELLED;
                }
                yield !more;
            }
            case Frame.Written written -> {
                last = written;
                finish = switch (written.ending()) {
                    case STOP -> Reply.Finish.STOP;
                    case LENGTH -> Reply.Finish.LENGTH;
                    case TIME -> Reply.Finish.DEADLINE;
                    case CANCELLED -> Reply.Finish.CANCELLED;
                };
                yield true;
            }
            case Frame.Weighed weighed -> {
                last = weighed;
                yield true;
            }
            case Frame.Forgotten forgotten -> {
                last = forgotten;
                yield true;
            }
            case Frame.Refused refused -> throw failure(refused);
            case Frame.Loaded _, Frame.Beat _ -> false;
        };
    }

    private static AgentException failure(Frame.Refused refused) {
        return switch (refused.reason()) {
            case TOO_LONG -> new AgentException(Code.MODEL_PROMPT_TOO_LONG, refused.message());
            case TIME -> LocalModel.late();
            case CANCELLED -> new AgentException(Code.MODEL_CANCELLED, "the call was cancelled");
            case BAD_REQUEST, FAULT ->
                new AgentException(Code.MODEL_OUTPUT, "the model process refused the call: " + refused.message());
        };
    }
}
