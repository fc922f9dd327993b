package dev.palate.retrieval.evaluation;

import dev.palate.memory.Require;
import dev.palate.memory.theme.ThemeCounts;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.FactorNeighbours;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.semantic.AudienceProfile;
import dev.palate.retrieval.training.ItemContents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The theme signal of a task: what the propagation would have made of its known events, by the same arithmetic, with
/// every event liked. Stateless.
public final class ThemeAudiences {
    private static final int MOST_LOOKED_AT = 64;

    private ThemeAudiences() {}

    /// How themes spread; [#OWN] and [#NEIGHBOURS] are as the propagation writes them, all others are trials.
    ///
    /// @param told false where nobody tells anything: an item's own themes stand for those of who liked it
    /// @param fanOut how many neighbours of an item are given something, 0 to [ThemePlan#FAN_OUT]
    /// @param damping of what a neighbour is given, in [0, 1]
    /// @param onlyQuiet true where what neighbours were given counts only for an item of which fewer than
    ///     [ThemeWeight#FEWEST_CONTRIBUTORS] users said anything themselves
    /// @param fading what a user's themes keep from one event to the next, in (0, 1]
    /// @param byRarity as in [AudienceProfile]
    public record Spread(boolean told, int fanOut, double damping, boolean onlyQuiet, double fading, boolean byRarity) {
        /// Nobody tells anything.
        public static final Spread NONE = new Spread(false, 0, 0, false, 1, false);
        /// Those who liked an item tell of it alone.
        public static final Spread OWN = new Spread(true, 0, 0, false, 1, false);
        /// They tell of its neighbours too.
        public static final Spread NEIGHBOURS =
                new Spread(true, ThemePlan.FAN_OUT, ThemeCounts.DAMPING, false, 1, false);

        public Spread {
            Require.range("neighbours", fanOut, 0, ThemePlan.FAN_OUT);
            Require.range("damping", damping, 0, 1);
            if (!(fading > 0 && fading <= 1)) {
                throw new IllegalArgumentException("fading must be in (0, 1], was " + fading);
            }
        }
    }

    /// The scorer after these events, with the categories of a catalog as themes.
    ///
    /// @param near who of an item's neighbours are given something too; absent to only count
    /// @return absent when no audience is large enough
    public static Optional<Scorer> of(
            List<CatalogItem> catalog, Vocabulary items, Histories known, Optional<FactorNeighbours> near) {
        return of(
                ItemThemes.categories(catalog, items), known, near, near.isPresent() ? Spread.NEIGHBOURS : Spread.OWN);
    }

    /// The scorer after these events.
    ///
    /// @param near needed where neighbours are given something
    /// @return absent when no audience is large enough
    public static Optional<Scorer> of(
            ItemThemes themes, Histories known, Optional<FactorNeighbours> near, Spread spread) {
        if (near.isEmpty() && spread.fanOut > 0) {
            throw new IllegalArgumentException("a spread to " + spread.fanOut + " neighbours needs them");
        }
        AudienceProfile profile = new AudienceProfile(
                themes.ofRow(),
                spread.told ? audiences(themes, known, near, spread) : own(themes),
                themes.count(),
                ItemContents.DECAY,
                spread.byRarity);
        return profile.isEmpty() ? Optional.empty() : Optional.of(profile);
    }

    private record Total(long weight, int contributors) {
        Total plus(Total other) {
            return new Total(weight + other.weight, contributors + other.contributors);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    private static Map<Integer, Long>[] audiences(
            ItemThemes themes, Histories known, Optional<FactorNeighbours> near, Spread spread) {
        Map<Long, Total> totals = new HashMap<>();
        Map<Integer, List<FactorNeighbours.Near>> neighbours = new HashMap<>();
        int[] told = spread.onlyQuiet ? known.itemCounts() : new int[themes.ofRow().length];
        Near of = item -> spread.fanOut == 0
                ? List.of()
                : neighbours.computeIfAbsent(
                        item,
                        row -> near
                                .map(all -> all.of(row, spread.onlyQuiet ? MOST_LOOKED_AT : spread.fanOut))
                                .orElse(List.of())
                                .stream()
                                .filter(one -> told[one.row()] < ThemeWeight.FEWEST_CONTRIBUTORS)
                                .limit(spread.fanOut)
                                .toList());
        for (int user = 0; user < known.userCount(); user++) {
            given(themes, known.of(user), of, spread)
                    .forEach((key, weight) -> totals.merge(key, new Total(weight, 1), Total::plus));
        }
        Map<Integer, Long>[] audiences = new Map[themes.ofRow().length];
        for (int row = 0; row < audiences.length; row++) {
            audiences[row] = new HashMap<>();
        }
        totals.forEach((key, total) -> {
            if (total.contributors >= ThemeWeight.FEWEST_CONTRIBUTORS) {
                audiences[(int) (key / themes.count())].put((int) (key % themes.count()), total.weight);
            }
        });
        return audiences;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    private static Map<Integer, Long>[] own(ItemThemes themes) {
        Map<Integer, Long>[] own = new Map[themes.ofRow().length];
        for (int row = 0; row < own.length; row++) {
            own[row] = new HashMap<>();
            for (int theme : themes.ofRow()[row]) {
                own[row].put(theme, 1L);
            }
        }
        return own;
    }

    private interface Near {
        List<FactorNeighbours.Near> of(int item);
    }

    /// What one user gives, by item and theme.
    private static Map<Long, Long> given(ItemThemes themes, History history, Near near, Spread spread) {
        Map<Long, Long> given = new HashMap<>();
        Map<Integer, Long> own = new HashMap<>();
        for (int item : history.items()) {
            Map<Integer, Double> profile = ThemeCounts.profile(own, ThemePlan.MOST_THEMES);
            add(given, item, themes.count(), ThemeCounts.ofProfile(profile, 1, ThemePlan.MOST_THEMES));
            for (FactorNeighbours.Near neighbour :
                    profile.isEmpty() ? List.<FactorNeighbours.Near>of() : near.of(item)) {
                double weight = spread.damping * neighbour.cosine();
                add(
                        given,
                        neighbour.row(),
                        themes.count(),
                        ThemeCounts.ofProfile(profile, weight, ThemeCounts.THEMES_OF_NEIGHBOUR));
            }
            List<Integer> ofItem = new ArrayList<>();
            for (int theme : themes.ofRow()[item]) {
                ofItem.add(theme);
            }
            if (spread.fading < 1) {
                own.replaceAll((theme, weight) -> Math.round(weight * spread.fading));
            }
            ThemeCounts.ofItem(ofItem, 1).forEach((theme, weight) -> own.merge(theme, weight, Long::sum));
        }
        return given;
    }

    private static void add(Map<Long, Long> given, int item, int codes, Map<Integer, Long> weights) {
        weights.forEach((theme, weight) -> given.merge((long) item * codes + theme, weight, Long::sum));
    }
}
