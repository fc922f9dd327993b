package dev.palate.memory.memory;

import dev.palate.memory.Require;

/// Who changed something: `user:ID`, `operator:KEY`, `agent`, `import` or `system`.
public record Actor(String value) {
    /// The agent, from a turn.
    public static final Actor AGENT = new Actor("agent");
    /// An import.
    public static final Actor IMPORT = new Actor("import");
    /// Palate itself.
    public static final Actor SYSTEM = new Actor("system");

    public Actor {
        Require.id("actor", value);
    }

    /// True for operators, who may change what is locked and what operators wrote.
    public boolean operator() {
        return value.startsWith("operator:");
    }
}
