package dev.palate.agent.collaborative;

import dev.palate.memory.theme.ThemePlan;

/// Makes one plan of an interaction. Where the vocabulary ends, so does what a plan can say: a theme it cannot name, it
/// cannot give. Thread-safe.
@FunctionalInterface
public interface Planner {
    /// The plan; may be empty. The same occasion gives the same plan, or the state after a crash would be another.
    ThemePlan plan(Occasion occasion);
}
