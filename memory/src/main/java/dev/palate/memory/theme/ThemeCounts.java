package dev.palate.memory.theme;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The arithmetic of counted themes, in whole millionths: what an interaction says of the user, and what the user's
/// themes say of an item's audience. The order of events of other users never matters. Stateless.
public final class ThemeCounts {
    /// How much of what an item is given its neighbours are given, times their nearness.
    public static final double DAMPING = 0.3;
    /// The most themes that a neighbour is given.
    public static final int THEMES_OF_NEIGHBOUR = 3;

    private ThemeCounts() {}

    /// What doing something with an item of these themes says of the user: the weight of the feedback, shared equally.
    ///
    /// @param weight in [-1, 1]
    public static <T> Map<T, Long> ofItem(Collection<T> themes, double weight) {
        Map<T, Long> deltas = new LinkedHashMap<>();
        if (!themes.isEmpty()) {
            long share = Math.round(ThemeDelta.UNIT * weight / themes.size());
            if (share != 0) {
                themes.forEach(theme -> deltas.put(theme, share));
            }
        }
        return deltas;
    }

    /// A user's strongest liked themes as shares of all that is liked, the strongest first, equal ones in their order.
    ///
    /// @param own by theme, in millionths
    /// @param most how many
    public static <T extends Comparable<T>> Map<T, Double> profile(Map<T, Long> own, int most) {
        List<Map.Entry<T, Long>> liked = own.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<T, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        double sum = liked.stream().mapToDouble(Map.Entry::getValue).sum();
        Map<T, Double> profile = new LinkedHashMap<>();
        liked.stream().limit(most).forEach(entry -> profile.put(entry.getKey(), entry.getValue() / sum));
        return profile;
    }

    /// What a user of this profile says of the audience of an item that the user liked by so much; nothing of one that
    /// was not liked.
    ///
    /// @param most how many themes, the strongest first
    public static <T> Map<T, Long> ofProfile(Map<T, Double> profile, double weight, int most) {
        Map<T, Long> deltas = new LinkedHashMap<>();
        if (weight > 0) {
            profile.entrySet().stream().limit(most).forEach(entry -> {
                long delta = Math.round(ThemeDelta.UNIT * weight * entry.getValue());
                if (delta != 0) {
                    deltas.put(entry.getKey(), delta);
                }
            });
        }
        return deltas;
    }
}
