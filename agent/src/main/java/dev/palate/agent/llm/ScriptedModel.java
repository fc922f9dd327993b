package dev.palate.agent.llm;

import dev.palate.agent.AgentException;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// A model that follows a [Script]: for tests and demonstrations, no weights, no process. Thread-safe as its script
/// is.
public final class ScriptedModel implements LanguageModel {
    /// How many prompts are kept for [#prompts].
    public static final int KEPT_PROMPTS = 64;

    private static final long POLL_NANOS = Duration.ofMillis(1).toNanos();

    private final ModelId id = new ModelId("scripted");
    private final ModelLevel readyLevel;
    private final Script script;
    private final AtomicReference<ModelState> state =
            new AtomicReference<>(new ModelState.Ready("scripted", Optional.empty()));
    private final Deque<RenderedPrompt> prompts = new ArrayDeque<>();

    /// @param level in force while it is ready
    /// @param script what it answers
    public ScriptedModel(ModelLevel level, Script script) {
        this.readyLevel = level;
        this.script = script;
    }

    /// A model that always says these words.
    public static ScriptedModel saying(ModelLevel level, String words) {
        return new ScriptedModel(level, Script.saying(_ -> words));
    }

    /// A model that repeats what it was told.
    public static ScriptedModel parrot(ModelLevel level) {
        return new ScriptedModel(level, Script.saying(RenderedPrompt::user));
    }

    /// A model that invents, injects, breaks, stalls and never ends, by seed: see [HostileScript].
    public static ScriptedModel hostile(ModelLevel level, long seed, List<String> foreignTitles) {
        return new ScriptedModel(level, new HostileScript(seed, foreignTitles));
    }

    /// Sets what [#state] answers and thereby [#level] and whether calls are served.
    public void state(ModelState next) {
        state.set(next);
    }

    /// The latest prompts, oldest first, at most [#KEPT_PROMPTS].
    public List<RenderedPrompt> prompts() {
        synchronized (prompts) {
            return List.copyOf(prompts);
        }
    }

    @Override
    public ModelId id() {
        return id;
    }

    @Override
    public ModelLevel level() {
        return state().usable() ? readyLevel : ModelLevel.T0;
    }

    @Override
    public ModelState state() {
        return state.get();
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline) {
        Choice.checkOptions(options);
        admit(prompt, deadline);
        List<Double> weights = script.weigh(prompt, options);
        var scored = new ArrayList<Choice.Scored>();
        for (int i = 0; i < options.size(); i++) {
            scored.add(new Choice.Scored(options.get(i), weights.get(i)));
        }
        return new Choice(scored, new Usage(tokens(prompt), 0, 0));
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        admit(prompt, deadline);
        return switch (script.fill(prompt, shape)) {
            case Script.Step.Piece piece -> new Filled(piece.text(), new Usage(tokens(prompt), 0, 1));
            case Script.Step.Fail fail -> throw fail.failure();
            case Script.Step.Stall _ -> {
                stall(deadline, _ -> true);
                throw late();
            }
        };
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        admit(prompt, deadline);
        var text = new StringBuilder();
        int written = 0;
        Iterator<Script.Step> steps = script.say(prompt);
        Optional<Reply.Finish> finish = Optional.empty();
        while (finish.isEmpty()) {
            requireRunning();
            finish = finish(deadline, sink, script.keepsLimits() && written == limits.maxTokens(), steps);
            if (finish.isPresent()) {
                break;
            }
            switch (steps.next()) {
                case Script.Step.Piece piece -> {
                    text.append(piece.text());
                    written++;
                    if (!sink.accept(piece.text())) {
                        finish = Optional.of(Reply.Finish.CANCELLED);
                    }
                }
                case Script.Step.Fail fail -> throw fail.failure();
                case Script.Step.Stall _ -> stall(deadline, sink);
            }
        }
        if (finish.equals(Optional.of(Reply.Finish.DEADLINE)) && written == 0) {
            throw late();
        }
        return new Reply(text.toString(), new Usage(tokens(prompt), 0, written), finish.orElseThrow());
    }

    private static Optional<Reply.Finish> finish(
            Deadline deadline, TokenSink sink, boolean full, Iterator<Script.Step> steps) {
        if (sink.cancelled()) {
            return Optional.of(Reply.Finish.CANCELLED);
        }
        if (deadline.expired()) {
            return Optional.of(Reply.Finish.DEADLINE);
        }
        if (full) {
            return Optional.of(Reply.Finish.LENGTH);
        }
        return steps.hasNext() ? Optional.empty() : Optional.of(Reply.Finish.STOP);
    }

    @Override
    public void close() {
        state.set(new ModelState.Absent("closed"));
    }

    /// The smallest JSON of a shape: first names, empty arrays and texts, least numbers.
    public static String smallest(JsonShape shape) {
        return switch (shape) {
            case JsonShape.Obj object ->
                object.properties().entrySet().stream()
                        .map(e -> "\"" + e.getKey() + "\":" + smallest(e.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case JsonShape.Arr _ -> "[]";
            case JsonShape.Enumeration one -> JsonShape.quote(one.values().getFirst());
            case JsonShape.Text _ -> "\"\"";
            case JsonShape.Whole whole -> Integer.toString(whole.min());
            case JsonShape.Real real -> Double.toString(real.min());
            case JsonShape.Truth _ -> "false";
        };
    }

    private void admit(RenderedPrompt prompt, Deadline deadline) {
        if (!state().usable()) {
            throw new AgentException(
                    AgentException.Code.MODEL_UNAVAILABLE, "the scripted model is not ready: " + state().reason());
        }
        synchronized (prompts) {
            if (prompts.size() == KEPT_PROMPTS) {
                prompts.removeFirst();
            }
            prompts.addLast(prompt);
        }
        requireRunning();
        if (deadline.expired()) {
            throw late();
        }
    }

    // Real time bounds the wait as well, so that a clock that stands still cannot hold a thread.
    private void stall(Deadline deadline, TokenSink sink) {
        long end = System.nanoTime() + deadline.remaining().toNanos();
        while (!deadline.expired() && System.nanoTime() < end && !sink.cancelled()) {
            requireRunning();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void requireRunning() {
        if (Thread.currentThread().isInterrupted()) {
            throw new AgentException(AgentException.Code.MODEL_CANCELLED, "the call was interrupted");
        }
        if (!state().usable()) {
            throw new AgentException(
                    AgentException.Code.MODEL_LOST, "the model ended during the call: " + state().reason());
        }
    }

    private static AgentException late() {
        return new AgentException(AgentException.Code.MODEL_DEADLINE, "the deadline passed before there was an answer");
    }

    private static long tokens(RenderedPrompt prompt) {
        return 1L + (prompt.system().length() + prompt.user().length()) / 4;
    }
}
