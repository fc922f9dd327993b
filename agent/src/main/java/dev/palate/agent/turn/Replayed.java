package dev.palate.agent.turn;

import dev.palate.memory.conversation.TurnId;
import java.util.List;

/// What came of running a turn again.
///
/// @param same true when every step that could be run gave the same, bit for bit, and all that makes the list was run
/// @param steps in the order of the turn
/// @param changed what it stood on and is another now, or gone, each as a sentence
public record Replayed(TurnId turn, boolean same, List<Step> steps, List<String> changed) {
    /// How a step came out.
    public enum Outcome {
        /// The same, bit for bit.
        SAME,
        /// Something else, from the same inputs.
        DIFFERS,
        /// Something else, after a step before it had differed.
        FOLLOWS,
        /// What it needs is gone.
        GONE,
        /// Not one that is run again: what a language model said, what gates let into the store.
        NOT_RUN
    }

    /// One step.
    ///
    /// @param why where it is not the same: the first places that differ, or what is missing
    public record Step(String name, Outcome outcome, List<String> why) {
        public Step {
            why = List.copyOf(why);
        }
    }

    public Replayed {
        steps = List.copyOf(steps);
        changed = List.copyOf(changed);
    }

    /// The first step that did not come out the same for itself, empty when all did.
    public String firstDifference() {
        return steps.stream()
                .filter(step -> step.outcome == Outcome.DIFFERS || step.outcome == Outcome.GONE)
                .map(Step::name)
                .findFirst()
                .orElse("");
    }
}
