package dev.palate.memory.theme;

import dev.palate.memory.Require;
import dev.palate.memory.memory.Subject;

/// What is added to the weight of one theme of one subject.
///
/// @param weight in millionths, within ± 1,000 whole ones, not 0
public record ThemeDelta(Subject subject, ThemeId theme, long weight) {
    /// A weight of 1.
    public static final long UNIT = 1_000_000;

    private static final long MOST = 1_000 * UNIT;

    /// @throws IllegalArgumentException when the weight is out of range
    public ThemeDelta {
        Require.range("weight of a theme", weight, -MOST, MOST);
        if (weight == 0) {
            throw new IllegalArgumentException("the weight of a delta must not be 0: leave the delta out");
        }
    }
}
