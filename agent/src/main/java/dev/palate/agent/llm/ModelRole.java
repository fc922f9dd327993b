package dev.palate.agent.llm;

import java.util.Locale;

/// What a language model is used for; each role may have a model of its own.
public enum ModelRole {
    /// Consolidating and spreading memories, behind the turn: a cheap model does.
    MEMORY,
    /// Understanding, scoring and wording within the turn.
    RANKING;

    /// As it is written in settings.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
