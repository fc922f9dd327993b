package dev.palate.retrieval.evaluation;

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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// The theme signal of a task: what the propagation would have made of its known events, by the same arithmetic, with
/// the genres of a catalog as themes and every event liked. Stateless.
public final class ThemeAudiences {
    private ThemeAudiences() {}

    /// The scorer after these events.
    ///
    /// @param near who of an item's neighbours are given something too; absent to only count
    /// @return absent when no audience is large enough
    public static Optional<Scorer> of(
            List<CatalogItem> catalog, Vocabulary items, Histories known, Optional<FactorNeighbours> near) {
        // In their order by name, which decides between equal weights.
        Map<String, Integer> codes = new TreeMap<>();
        catalog.forEach(item -> item.genres().forEach(genre -> codes.put(folded(genre), 0)));
        int next = 0;
        for (Map.Entry<String, Integer> entry : codes.entrySet()) {
            entry.setValue(next++);
        }
        int[][] themes = new int[items.size()][0];
        for (CatalogItem item : catalog) {
            OptionalInt row = items.row(item.id());
            if (row.isPresent()) {
                themes[row.getAsInt()] = item.genres().stream()
                        .map(ThemeAudiences::folded)
                        .distinct()
                        .limit(ThemePlan.MOST_THEMES)
                        .mapToInt(genre -> codes.getOrDefault(genre, 0))
                        .toArray();
            }
        }
        AudienceProfile profile = new AudienceProfile(
                themes, audiences(themes, codes.size(), known, near), codes.size(), ItemContents.DECAY);
        return profile.isEmpty() ? Optional.empty() : Optional.of(profile);
    }

    private static String folded(String genre) {
        return genre.strip().toLowerCase(Locale.ROOT);
    }

    private record Total(long weight, int contributors) {
        Total plus(Total other) {
            return new Total(weight + other.weight, contributors + other.contributors);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    private static Map<Integer, Long>[] audiences(
            int[][] themes, int codes, Histories known, Optional<FactorNeighbours> near) {
        Map<Long, Total> totals = new HashMap<>();
        Map<Integer, List<FactorNeighbours.Near>> neighbours = new HashMap<>();
        for (int user = 0; user < known.userCount(); user++) {
            given(
                            themes,
                            codes,
                            known.of(user),
                            item -> near.map(all ->
                                            neighbours.computeIfAbsent(item, row -> all.of(row, ThemePlan.FAN_OUT)))
                                    .orElse(List.of()))
                    .forEach((key, weight) -> totals.merge(key, new Total(weight, 1), Total::plus));
        }
        Map<Integer, Long>[] audiences = new Map[themes.length];
        for (int row = 0; row < themes.length; row++) {
            audiences[row] = new HashMap<>();
        }
        totals.forEach((key, total) -> {
            if (total.contributors >= ThemeWeight.FEWEST_CONTRIBUTORS) {
                audiences[(int) (key / codes)].put((int) (key % codes), total.weight);
            }
        });
        return audiences;
    }

    private interface Near {
        List<FactorNeighbours.Near> of(int item);
    }

    /// What one user gives, by item and theme.
    private static Map<Long, Long> given(int[][] themes, int codes, History history, Near near) {
        Map<Long, Long> given = new HashMap<>();
        Map<Integer, Long> own = new HashMap<>();
        for (int item : history.items()) {
            Map<Integer, Double> profile = ThemeCounts.profile(own, ThemePlan.MOST_THEMES);
            add(given, item, codes, ThemeCounts.ofProfile(profile, 1, ThemePlan.MOST_THEMES));
            for (FactorNeighbours.Near neighbour :
                    profile.isEmpty() ? List.<FactorNeighbours.Near>of() : near.of(item)) {
                double weight = ThemeCounts.DAMPING * neighbour.cosine();
                add(
                        given,
                        neighbour.row(),
                        codes,
                        ThemeCounts.ofProfile(profile, weight, ThemeCounts.THEMES_OF_NEIGHBOUR));
            }
            List<Integer> ofItem = new ArrayList<>();
            for (int theme : themes[item]) {
                ofItem.add(theme);
            }
            ThemeCounts.ofItem(ofItem, 1).forEach((theme, weight) -> own.merge(theme, weight, Long::sum));
        }
        return given;
    }

    private static void add(Map<Long, Long> given, int item, int codes, Map<Integer, Long> weights) {
        weights.forEach((theme, weight) -> given.merge((long) item * codes + theme, weight, Long::sum));
    }
}
