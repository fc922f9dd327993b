package dev.palate.agent.collaborative;

import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemeWeight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a neighbourhood says of themes as far as it counts: what users say counts with five of them, as everywhere;
/// what items say are sums of five or more people, or the catalog's own words. Stateless.
final class CountedThemes {
    /// What is said of one theme.
    ///
    /// @param weight the shares of those who have it, each by its share of all scores; in (0, 1]
    /// @param handles of those who count
    record Counted(double weight, List<String> handles) {}

    private CountedThemes() {}

    /// By theme, the heaviest first, equal ones by name. O(members · themes).
    static Map<ThemeId, Counted> of(Neighbourhood neighbourhood) {
        double all = neighbourhood.members().stream()
                .mapToDouble(Neighbourhood.Member::score)
                .sum();
        Map<ThemeId, Counted> ofUsers = new TreeMap<>();
        Map<ThemeId, Counted> ofItems = new TreeMap<>();
        for (Neighbourhood.Member member : neighbourhood.members()) {
            for (Neighbourhood.Share share : member.themes()) {
                (member.user() ? ofUsers : ofItems)
                        .merge(
                                share.theme(),
                                new Counted(share.weight() * member.score() / all, List.of(member.handle())),
                                CountedThemes::plus);
            }
        }
        ofUsers.values().removeIf(counted -> counted.handles.size() < ThemeWeight.FEWEST_CONTRIBUTORS);
        ofItems.forEach((theme, counted) -> ofUsers.merge(theme, counted, CountedThemes::plus));
        Map<ThemeId, Counted> sorted = new LinkedHashMap<>();
        ofUsers.entrySet().stream()
                .sorted(Comparator.<Map.Entry<ThemeId, Counted>>comparingDouble(entry -> -entry.getValue().weight)
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static Counted plus(Counted one, Counted other) {
        List<String> handles = new ArrayList<>(one.handles);
        handles.addAll(other.handles);
        return new Counted(one.weight + other.weight, handles);
    }
}
