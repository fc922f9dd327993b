package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Choice;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.ForgottenPrompts;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.agent.llm.TokenSink;
import dev.palate.agent.llm.Usage;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// A model in a supervised child process. A crash or a stall costs the call under way, never the server: that call
/// fails with `MODEL_LOST` and the process comes back by itself. One call is served at a time, in the order of
/// arrival; at most [LocalModelOptions#QUEUE_LIMIT] wait. One whose first words would come too late once its turn has
/// come is not begun. Thread-safe.
public final class LocalModel implements LanguageModel {
    private static final long BUSY_PAUSE_NANOS = 20_000_000;

    private final LocalModelOptions options;
    private final FairGate gate = new FairGate(LocalModelOptions.QUEUE_LIMIT);
    private final AtomicLong ids = new AtomicLong();
    private final FirstWords firstWords = new FirstWords();
    private final Supervisor supervisor;

    private LocalModel(LocalModelOptions options, InstantSource clock) {
        this.options = options;
        this.supervisor = new Supervisor(options, clock, gate, ids);
    }

    /// Starts the process and returns at once; [#state] tells when it is ready.
    public static LocalModel start(LocalModelOptions options, InstantSource clock) {
        var model = new LocalModel(options, clock);
        model.supervisor.start();
        return model;
    }

    /// Id of the process that runs now, for operators and tests.
    public OptionalLong processId() {
        return supervisor.processId();
    }

    /// How many calls wait.
    public int waiting() {
        return gate.waiting();
    }

    @Override
    public ModelId id() {
        return options.id();
    }

    @Override
    public ModelLevel level() {
        return state().usable() ? options.level() : ModelLevel.T0;
    }

    @Override
    public ModelState state() {
        return supervisor.state();
    }

    @Override
    public long restarts() {
        return supervisor.restarts();
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> asked, Deadline deadline) {
        Choice.checkOptions(asked);
        Conversation talk = converse(
                id -> new Frame.Weigh(id, millis(deadline), prompt.system(), prompt.user(), asked),
                deadline,
                piece -> true);
        if (!(talk.last() instanceof Frame.Weighed weighed)
                || weighed.logLikelihoods().size() != asked.size()) {
            throw late();
        }
        var scored = new ArrayList<Choice.Scored>();
        for (int i = 0; i < asked.size(); i++) {
            scored.add(new Choice.Scored(
                    asked.get(i), Math.min(0, weighed.logLikelihoods().get(i))));
        }
        return new Choice(scored, usage(weighed.work()));
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        String grammar = Gbnf.of(shape);
        Conversation talk = converse(
                id -> new Frame.Write(
                        id, millis(deadline), prompt.system(), prompt.user(), grammar, limits.maxTokens()),
                deadline,
                piece -> true);
        if (talk.finish() == Reply.Finish.DEADLINE) {
            throw late();
        }
        return new Filled(talk.text(), talk.usage());
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        String grammar = limits.handles().isEmpty() ? "" : Gbnf.words(limits.handles());
        var words = new TimedWords(sink, limits.firstBy());
        Conversation talk;
        try {
            talk = converse(
                    id -> new Frame.Write(
                            id, millis(deadline), prompt.system(), prompt.user(), grammar, limits.maxTokens()),
                    deadline,
                    words,
                    words::asked);
        } catch (AgentException e) {
            if (e.code() == Code.MODEL_DEADLINE || e.code() == Code.MODEL_CANCELLED) {
                words.ended();
            }
            throw e;
        }
        words.ended();
        if (talk.finish() == Reply.Finish.DEADLINE && talk.text().isEmpty()) {
            throw late();
        }
        return new Reply(talk.text(), talk.usage(), talk.finish());
    }

    /// Waits for the call under way, then has the process clear its attention cache and every copy of it. A process
    /// that does not say in time that it has done so is killed, and another is started. The texts that keep it
    /// warm are
    /// read again behind it.
    @Override
    public ForgottenPrompts forget(Deadline deadline) {
        LocalModelProcess process = supervisor.ready();
        if (process == null) {
            // One that is not ready has read nothing but its own self-test.
            return ForgottenPrompts.NONE;
        }
        String why;
        try {
            enter(deadline);
            long id = ids.incrementAndGet();
            Exchange exchange = process.open(id, gate::leave);
            try {
                process.send(new Frame.Forget(id));
                var talk = new Conversation(deadline, piece -> true);
                talk.run(exchange);
                if (talk.last() instanceof Frame.Forgotten forgotten) {
                    supervisor.cooled();
                    return new ForgottenPrompts(forgotten.tokens(), forgotten.prefixes(), forgotten.left(), false);
                }
                why = "it did not say in time that it forgot";
            } finally {
                process.abandon(exchange);
            }
        } catch (AgentException e) {
            why = "it could not be told to forget: " + e.getMessage();
        }
        return supervisor.replace(process, why);
    }

    /// A full queue is waited for, too: nothing may be kept because many ask.
    private void enter(Deadline deadline) {
        while (true) {
            try {
                gate.enter(deadline, () -> false);
                return;
            } catch (AgentException e) {
                if (e.code() != Code.MODEL_BUSY || deadline.expired()) {
                    throw e;
                }
                LockSupport.parkNanos(BUSY_PAUSE_NANOS);
            }
        }
    }

    /// Ends the process, within three seconds.
    @Override
    public void close() {
        supervisor.close();
    }

    /// Times a call for words, and ends one that has waited too long before the model begins with it.
    private final class TimedWords implements TokenSink {
        private final TokenSink sink;
        private final @Nullable Deadline firstBy;
        private final long called = System.nanoTime();
        private long asked;
        private boolean begun;
        private boolean came;

        TimedWords(TokenSink sink, @Nullable Deadline firstBy) {
            this.sink = sink;
            this.firstBy = firstBy;
        }

        /// Its turn has come.
        void asked() {
            asked = System.nanoTime();
            if (firstBy != null) {
                Duration waited = Duration.ofNanos(asked - called);
                Duration left = firstBy.remaining();
                if (firstWords.tooLate(left, waited)) {
                    throw new AgentException(
                            Code.MODEL_DEADLINE,
                            "the call waited " + waited.toMillis() + " ms for the model, whose first words take "
                                    + firstWords.usual().toMillis() + " ms: they are of use for "
                                    + left.toMillis() + " ms more only");
                }
            }
            begun = true;
        }

        @Override
        public boolean accept(String piece) {
            // Others, such as long texts that nobody waits for, would say nothing of those that are waited for.
            if (!came && firstBy != null) {
                firstWords.came(System.nanoTime() - asked);
            }
            came = true;
            return sink.accept(piece);
        }

        @Override
        public boolean cancelled() {
            return sink.cancelled();
        }

        void ended() {
            if (begun && !came && firstBy != null) {
                firstWords.missed(System.nanoTime() - asked);
            }
        }
    }

    private Conversation converse(LongFunction<Frame.Command> command, Deadline deadline, TokenSink sink) {
        return converse(command, deadline, sink, () -> {});
    }

    /// @param entered runs when the call's turn has come; what it throws ends the call
    private Conversation converse(
            LongFunction<Frame.Command> command, Deadline deadline, TokenSink sink, Runnable entered) {
        if (deadline.expired()) {
            throw late();
        }
        requireReady();
        gate.enter(deadline, sink::cancelled);
        LocalModelProcess process = supervisor.ready();
        if (process == null) {
            gate.leave();
            throw requireReady();
        }
        long id = ids.incrementAndGet();
        @Nullable Exchange opened = null;
        try {
            entered.run();
            opened = process.open(id, gate::leave);
        } finally {
            if (opened == null) {
                gate.leave();
            }
        }
        Exchange exchange = opened;
        try {
            process.send(command.apply(id));
            var talk = new Conversation(deadline, sink);
            talk.run(exchange);
            if (talk.last() instanceof Frame.Final && talk.work() != null) {
                supervisor.observed(talk.work());
            }
            return talk;
        } finally {
            process.abandon(exchange);
        }
    }

    // Returns only to be thrown: the state may have changed since the caller looked.
    private AgentException requireReady() {
        ModelState state = state();
        var unavailable = new AgentException(
                Code.MODEL_UNAVAILABLE, "the model " + options.id() + " is not ready: " + state.reason());
        if (!state.usable()) {
            throw unavailable;
        }
        return unavailable;
    }

    private static long millis(Deadline deadline) {
        return Math.max(1, deadline.remaining().toMillis());
    }

    static Usage usage(Frame.Work work) {
        return new Usage(work.promptTokens(), work.cachedTokens(), work.completionTokens());
    }

    static AgentException late() {
        return new AgentException(Code.MODEL_DEADLINE, "the deadline passed before there was an answer");
    }
}
