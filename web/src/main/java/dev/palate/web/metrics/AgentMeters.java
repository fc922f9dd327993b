package dev.palate.web.metrics;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelSpeed;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.turn.GraphAgent;
import dev.palate.agent.turn.TurnCounts;
import dev.palate.memory.Latency;
import dev.palate.memory.gate.GateCounts;
import dev.palate.memory.trace.TraceRecorder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// Meters of gates, language model and turns. Thread-safe.
public final class AgentMeters implements MeterBinder {
    /// The states of a model, as tags.
    static final List<String> STATES =
            List.of("absent", "fetching", "starting", "ready", "slow", "restarting", "paused", "failed");

    private final GateCounts gates;
    private final LanguageModel model;
    private final GraphAgent agent;
    private final TraceRecorder traces;

    /// Over what counts.
    public AgentMeters(GateCounts gates, LanguageModel model, GraphAgent agent, TraceRecorder traces) {
        this.traces = traces;
        this.gates = gates;
        this.model = model;
        this.agent = agent;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters meters = new Meters(registry, this);
        for (GateCounts.Decision decision : gates.decisions()) {
            meters.counter(
                    "palate.gate.verdicts",
                    "Proposed memories by the gate that decided, its verdict and its reason",
                    () -> gates.of(decision),
                    "gate",
                    decision.gate(),
                    "verdict",
                    decision.verdict(),
                    "reason",
                    decision.reason());
        }
        model(meters);
        for (String finish : TurnCounts.FINISHES) {
            Latency times = agent.counts().of(finish);
            meters.timer("palate.turn", "Turns that ended", times::count, times::totalSeconds, "finish", finish);
            meters.percentiles(
                    "palate.turn.latency",
                    "What a turn takes at most, since the start",
                    () -> times.micros(0.5),
                    () -> times.micros(0.99),
                    "finish",
                    finish);
        }
        traces(meters, "written", TraceRecorder.Counts::recorded);
        traces(meters, "dropped", TraceRecorder.Counts::dropped);
        traces(meters, "failed", TraceRecorder.Counts::failed);
        meters.gauge("palate.turn.in.flight", "Turns under way", agent::inFlight);
    }

    private void model(Meters meters) {
        meters.gauge(
                "palate.model.level",
                "The level in force, 0 to 3",
                () -> model.level().ordinal());
        for (String state : STATES) {
            meters.gauge(
                    "palate.model.state",
                    "1 for the state the language model is in",
                    () -> state(model.state()).equals(state) ? 1 : 0,
                    "state",
                    state);
        }
        speed(meters, "read", ModelSpeed::promptTokensPerSecond);
        speed(meters, "write", ModelSpeed::generatedTokensPerSecond);
        meters.counter("palate.model.restarts", "Starts of the model's process after an end", model::restarts);
    }

    private void speed(Meters meters, String direction, ToDoubleFunction<ModelSpeed> speed) {
        meters.gauge(
                "palate.model.tokens.per.second",
                "Speed as measured lately, 0 when it is not known",
                () -> switch (model.state()) {
                    case ModelState.Ready ready ->
                        ready.speed().map(speed::applyAsDouble).orElse(0.0);
                    case ModelState.Slow slow -> speed.applyAsDouble(slow.speed());
                    case ModelState.Absent _,
                            ModelState.Fetching _,
                            ModelState.Starting _,
                            ModelState.Restarting _,
                            ModelState.Paused _,
                            ModelState.Failed _ -> 0;
                },
                "direction",
                direction);
    }

    private static String state(ModelState state) {
        return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private void traces(Meters meters, String outcome, ToLongFunction<TraceRecorder.Counts> of) {
        meters.counter(
                "palate.traces",
                "Traces of turns by what became of them",
                () -> of.applyAsLong(traces.counts()),
                "outcome",
                outcome);
    }
}
