package dev.palate.memory.erase;

import java.time.Duration;

/// Kinds of things that may be kept for a while only.
public enum Kept {
    /// Conversations with their messages, by their last message. A message that a memory rests on stays with it.
    CONVERSATIONS("conversations", 365),
    /// Lists as they were shown.
    SLATES("slates", 90),
    /// How turns came to their answers.
    TRACES("traces", 30),
    /// What hosted models took, day by day: somewhat more than a year, so that two can be compared.
    SPENDING("spending", 400),
    /// What gates refused.
    REJECTIONS("rejections", 30),
    /// Memories held back that nobody decided on.
    QUARANTINED("quarantined", 90),
    /// Memories that a later one replaced, or past their time.
    SUPERSEDED("superseded", 0),
    /// Earlier states of memories; the one at the age itself stays, so that every later moment can be seen.
    REVISIONS("revisions", 0),
    /// Memories of kind preference in force, by their last change or use; the next four likewise.
    PREFERENCES("preferences", 0),
    /// Of kind constraint.
    CONSTRAINTS("constraints", 0),
    /// Of kind episode.
    EPISODES("episodes", 0),
    /// Of kind trait.
    TRAITS("traits", 0),
    /// Of kind theme.
    THEMES("themes", 0),
    /// Jobs that have ended, but for erasures.
    JOBS("jobs", 90),
    /// Erasures that have ended, with their receipts.
    RECEIPTS("receipts", 1_095),
    /// Reports of rejected rows of imports.
    REPORTS("reports", 30),
    /// Files in the folder of exports.
    EXPORTS("exports", 30);

    private final String key;
    private final Duration usual;

    Kept(String key, int days) {
        this.key = key;
        this.usual = Duration.ofDays(days);
    }

    /// The name, as in settings and statistics.
    public String key() {
        return key;
    }

    /// The maximum age where none is set; zero for ever.
    public Duration usual() {
        return usual;
    }
}
