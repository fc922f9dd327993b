package dev.palate.agent.collaborative;

import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.ThemeCounts;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The planner without a language model: counts. The user is given the item's themes by the weight of the feedback; the
/// item, where it was liked, the user's strongest themes from before; its neighbours the strongest three of these,
/// damped by [ThemeCounts#DAMPING] and their nearness. One hop: what a neighbour is given goes no further. Stateless.
public final class CountingPlanner implements Planner {
    @Override
    public ThemePlan plan(Occasion occasion) {
        Interaction interaction = occasion.interaction();
        double weight = interaction.feedback().weight();
        List<ThemeDelta> deltas = new ArrayList<>();
        add(
                new Subject.OfUser(interaction.user()),
                ThemeCounts.ofItem(
                        occasion.themes().stream().limit(ThemePlan.MOST_THEMES).toList(), weight),
                deltas);
        Map<ThemeId, Double> profile = ThemeCounts.profile(occasion.own(), ThemePlan.MOST_THEMES);
        add(
                new Subject.OfItem(interaction.item()),
                ThemeCounts.ofProfile(profile, weight, ThemePlan.MOST_THEMES),
                deltas);
        for (Neighbours.Neighbour neighbour : occasion.neighbours()) {
            add(
                    new Subject.OfItem(neighbour.item()),
                    ThemeCounts.ofProfile(
                            profile,
                            weight * ThemeCounts.DAMPING * neighbour.nearness(),
                            ThemeCounts.THEMES_OF_NEIGHBOUR),
                    deltas);
        }
        return new ThemePlan(interaction.id(), interaction.user(), interaction.item(), deltas);
    }

    private static void add(Subject subject, Map<ThemeId, Long> weights, List<ThemeDelta> deltas) {
        weights.forEach((theme, weight) -> deltas.add(new ThemeDelta(subject, theme, weight)));
    }
}
