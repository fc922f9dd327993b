package dev.palate.agent.turn;

import java.util.Locale;

/// What a message is for.
enum Intent {
    /// Items are asked for.
    RECOMMEND,
    /// The list before is to be changed.
    REFINE,
    /// Reasons are asked for.
    EXPLAIN,
    /// Facts of an item are asked for.
    ABOUT,
    /// What is remembered is asked for.
    MEMORY,
    /// Something is to be forgotten.
    FORGET,
    /// Talk.
    CHAT;

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean shows() {
        return this == RECOMMEND || this == REFINE;
    }
}
