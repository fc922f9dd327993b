package dev.palate.agent.grounding;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The letters by which a model may speak of the items of this turn; no id ever reaches it. Immutable.
public final class Handles {
    private final Map<Character, RankedItem> items = new LinkedHashMap<>();

    /// `A` for the first item and so on, for at most `count` of them.
    public Handles(List<RankedItem> shown, int count) {
        for (int i = 0; i < Math.min(count, Math.min(shown.size(), 26)); i++) {
            items.put((char) ('A' + i), shown.get(i));
        }
    }

    /// Letter to item, in order.
    public Map<Character, RankedItem> items() {
        return java.util.Collections.unmodifiableMap(items);
    }

    /// The letters, in order.
    public List<String> letters() {
        return items.keySet().stream().map(String::valueOf).toList();
    }

    /// The title that a handle stands for, as a person would write it.
    public Optional<String> title(char handle) {
        return Optional.ofNullable(items.get(handle))
                .map(ranked -> Gazetteer.plainTitle(ranked.item().title()));
    }
}
