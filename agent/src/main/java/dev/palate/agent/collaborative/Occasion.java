package dev.palate.agent.collaborative;

import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.theme.ThemeId;
import java.util.List;
import java.util.Map;

/// What a planner sees of an interaction: nothing of any neighbour but which item it is and how near, and no text of
/// anybody.
///
/// @param themes of the item, the rarest first
/// @param own the user's own themes before it, in millionths
/// @param neighbours of the item, the nearest first, at most [ThemePlan#FAN_OUT]
public record Occasion(
        Interaction interaction, List<ThemeId> themes, Map<ThemeId, Long> own, List<Neighbours.Neighbour> neighbours) {
    public Occasion {
        themes = List.copyOf(themes);
        own = Map.copyOf(own);
        neighbours = List.copyOf(neighbours);
    }
}
