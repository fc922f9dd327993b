package dev.palate.memory.theme;

/// How much a theme weighs for a subject.
///
/// @param own what the subject gave itself, in millionths
/// @param others what other users gave
/// @param contributors how many other users those are
public record ThemeWeight(ThemeId theme, long own, long others, int contributors) {
    /// What others gave counts from so many distinct users on, in ranking as in reading.
    public static final int FEWEST_CONTRIBUTORS = 5;

    /// What counts: all that is the subject's own, and what others gave where they are enough.
    public long counted() {
        return own + (contributors >= FEWEST_CONTRIBUTORS ? others : 0);
    }
}
