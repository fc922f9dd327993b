package dev.palate.agent.domain;

import dev.palate.memory.Require;

/// How near another user or an item is to a user, in the numbers that a [DomainRule] weighs.
///
/// @param kind of which it is
/// @param edge of a user the share of the items looked at that both liked, of an item how new it is in the history;
///     in [0, 1]
/// @param meta how alike the themes are, in [0, 1]
/// @param mem how near what the user's memories say is to the other's themes, as texts, in [0, 1]
/// @param co of a user how many of the 24 items looked at both liked, so at most 24; of an item how many of the
///     48 others who came to it last liked it, so at most 48
/// @param days since the newest thing that joins them, whole
public record Likeness(DomainRule.Kind kind, double edge, double meta, double mem, int co, int days) {
    /// The largest counts.
    public static final int MOST = 100_000;

    public Likeness {
        Require.range("edge", edge, 0, 1);
        Require.range("meta", meta, 0, 1);
        Require.range("mem", mem, 0, 1);
        Require.range("co", co, 0, MOST);
        Require.range("days", days, 0, MOST);
    }

    /// The number of a feature.
    public double of(DomainRule.Feature feature) {
        return switch (feature) {
            case EDGE -> edge;
            case META -> meta;
            case MEM -> mem;
            case CO -> co;
            case DAYS -> days;
        };
    }
}
