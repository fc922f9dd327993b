package dev.palate.agent.turn;

import dev.palate.agent.turn.Replayed.Outcome;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// The steps of a trace beside what they give now, with the first places where the two differ. For one
/// thread.
final class StepComparison {
    static final int MOST_PLACES = 8;
    static final ObjectMapper JSON = new ObjectMapper();

    private final TurnTrace trace;
    private final List<Replayed.Step> steps = new ArrayList<>();
    private final List<String> changed = new ArrayList<>();

    /// Of a trace, with nothing compared yet.
    StepComparison(TurnTrace trace) {
        this.trace = trace;
    }

    /// The newest change when the turn began.
    ChangeNumber from() {
        return new ChangeNumber(trace.head().changeNumber());
    }

    Optional<TraceStep> step(String name) {
        return trace.steps().stream().filter(one -> one.name().equals(name)).findFirst();
    }

    List<TraceStep> all(String name) {
        return trace.steps().stream().filter(one -> one.name().equals(name)).toList();
    }

    /// How many steps of a name stand before the first of another.
    int before(String other, String name) {
        return (int) trace.steps().stream()
                .takeWhile(one -> !one.name().equals(other))
                .filter(one -> one.name().equals(name))
                .count();
    }

    void add(String name, Outcome outcome, List<String> why) {
        steps.add(new Replayed.Step(name, outcome, why));
    }

    /// Says that something around the turn is another since.
    void changed(String what) {
        changed.add(what);
    }

    /// Says of every step that it is gone when the trace is redacted.
    ///
    /// @return whether it is
    boolean redacted() {
        if (trace.redacted() == 0) {
            return false;
        }
        trace.steps()
                .forEach(step -> add(step.name(), Outcome.GONE, List.of("memories that it worked with were erased")));
        return true;
    }

    /// Nothing can be said of the steps that nothing was said of yet.
    void restGone() {
        trace.steps().stream()
                .filter(step -> steps.stream().noneMatch(done -> done.name().equals(step.name())))
                .forEach(step -> add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
    }

    /// What was found.
    Replayed replayed() {
        boolean same = allSame() && steps.stream().anyMatch(step -> step.outcome() == Outcome.SAME);
        return new Replayed(trace.head().turn(), same, steps, changed);
    }

    private boolean allSame() {
        return steps.stream().allMatch(step -> step.outcome() == Outcome.SAME || step.outcome() == Outcome.NOT_RUN);
    }

    /// Whether no step before differed that a later one takes something from. What was proposed to be remembered is
    /// none: later steps of a replay have the memories that the trace names.
    private boolean nothingToFollow() {
        return steps.stream()
                .allMatch(step -> step.outcome() == Outcome.SAME
                        || step.outcome() == Outcome.NOT_RUN
                        || step.name().equals(StepForms.REMEMBER));
    }

    /// Compares what a step gave with what it gives now.
    boolean compare(TraceStep then, ObjectNode now) {
        if (then.cut()) {
            add(then.name(), Outcome.GONE, List.of("it was too long to be kept"));
            return false;
        }
        String found = now.toString();
        if (found.equals(then.output())) {
            add(then.name(), Outcome.SAME, List.of());
            return true;
        }
        List<String> places = new ArrayList<>();
        differ("", JSON.readTree(then.output()), JSON.readTree(found), places);
        add(then.name(), nothingToFollow() ? Outcome.DIFFERS : Outcome.FOLLOWS, places);
        return false;
    }

    /// Says of a step, where the trace has it, that it is not run again.
    void notRun(String name, String why) {
        step(name).ifPresent(step -> add(name, Outcome.NOT_RUN, List.of(why)));
    }

    /// Compares the words, which no language model found; those of a turn that was ended before them are not run again.
    void words(String text) {
        String finish = trace.head().finish();
        if (finish.equals("stop")) {
            step(StepForms.WORDS).ifPresent(step -> compare(step, StepForms.spoken(text, "T0")));
        } else {
            notRun(StepForms.WORDS, "the turn ended before its words: " + finish);
        }
    }

    /// The texts of an array.
    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asString("")));
        return texts;
    }

    /// The first places where two texts differ, as JSON pointers.
    private static void differ(String at, JsonNode then, JsonNode now, List<String> places) {
        if (places.size() >= MOST_PLACES || then.equals(now)) {
            return;
        }
        if (then.isObject() && now.isObject()) {
            Set<String> names = new LinkedHashSet<>(then.propertyNames());
            names.addAll(now.propertyNames());
            names.forEach(name -> differ(at + "/" + name, then.path(name), now.path(name), places));
        } else if (then.isArray() && now.isArray()) {
            for (int i = 0; i < Math.max(then.size(), now.size()); i++) {
                differ(at + "/" + named(then.path(i), i), then.path(i), now.path(i), places);
            }
        } else {
            places.add(at + ": " + brief(then) + " then, " + brief(now) + " now");
        }
    }

    /// A source or an item by its name, others by their place.
    private static String named(JsonNode node, int at) {
        String name = node.path("signal").asString(node.path("item").asString(""));
        return name.isEmpty() ? Integer.toString(at) : name;
    }

    private static String brief(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() <= 80 ? text : text.substring(0, 79) + "…";
    }
}
