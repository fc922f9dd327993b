package dev.palate.memory.theme;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one interaction changes: deltas of the user, the item and at most [#FAN_OUT] neighbouring items, all given by
/// the user. The interaction is the evidence of each. Holds ids and numbers only.
///
/// @param deltas of each subject and theme at most one; may be empty
public record ThemePlan(InteractionId interaction, UserId user, ItemId item, List<ThemeDelta> deltas) {
    /// The most neighbours that one interaction reaches.
    public static final int FAN_OUT = 8;
    /// The most themes of one subject that it changes.
    public static final int MOST_THEMES = 8;

    private record Target(Subject subject, ThemeId theme) {}

    /// @throws IllegalArgumentException when it reaches another user, too many items or too many themes
    public ThemePlan {
        deltas = List.copyOf(deltas);
        Set<Target> seen = new HashSet<>();
        Map<Subject, Integer> themes = new HashMap<>();
        Set<ItemId> neighbours = new HashSet<>();
        for (ThemeDelta delta : deltas) {
            if (!seen.add(new Target(delta.subject(), delta.theme()))) {
                throw new IllegalArgumentException("a plan changes a theme of a subject once, had " + delta.theme()
                        + " of " + delta.subject().type() + " twice");
            }
            if (themes.merge(delta.subject(), 1, Integer::sum) > MOST_THEMES) {
                throw new IllegalArgumentException(
                        "a plan changes at most " + MOST_THEMES + " themes of a subject, had more");
            }
            switch (delta.subject()) {
                case Subject.OfUser(UserId other) -> {
                    if (!other.equals(user)) {
                        throw new IllegalArgumentException("a plan changes no user but the one who acted");
                    }
                }
                case Subject.OfItem(ItemId other) -> {
                    if (!other.equals(item) && neighbours.add(other) && neighbours.size() > FAN_OUT) {
                        throw new IllegalArgumentException(
                                "a plan reaches at most " + FAN_OUT + " neighbours, had more");
                    }
                }
            }
        }
    }
}
