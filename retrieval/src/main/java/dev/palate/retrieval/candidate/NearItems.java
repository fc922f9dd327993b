package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.factor.FactorNeighbours;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The items near an item by the collaborative vectors of the model in force; those asked for lately are kept until
/// another is activated. Thread-safe, for one caller at a time.
public final class NearItems {
    private static final int MOST_KEPT = 10_000;
    private static final int MOST_NEAR = 64;

    private final CollaborativeModel model;
    private final Map<ItemId, List<Near>> kept = new LinkedHashMap<>(16, 0.75f, true);
    private Optional<Space> space = Optional.empty();

    /// One of them.
    ///
    /// @param cosine in (0, 1]
    public record Near(ItemId item, double cosine) {}

    private record Space(String version, List<ItemId> items, Map<ItemId, Integer> rows, FactorNeighbours near) {}

    /// Over the model in force.
    public NearItems(CollaborativeModel model) {
        this.model = model;
    }

    /// The nearest first; empty while there is no model and for an item that it was not trained on. O(items ·
    /// dimension)
    /// for one not kept.
    ///
    /// @param most 1 to 64; the first to ask for an item decides how many are kept
    public synchronized List<Near> of(ItemId item, int most) {
        Require.range("most near items", most, 1, MOST_NEAR);
        refresh();
        if (space.isEmpty() || !space.get().rows.containsKey(item)) {
            return List.of();
        }
        List<Near> known = kept.get(item);
        if (known == null) {
            Space now = space.get();
            known = now.near.of(now.rows.getOrDefault(item, 0), most).stream()
                    .map(near -> new Near(now.items.get(near.row()), near.cosine()))
                    .toList();
            kept.put(item, known);
            if (kept.size() > MOST_KEPT) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
        return known.size() > most ? known.subList(0, most) : known;
    }

    private void refresh() {
        Optional<CollaborativeModel.Vectors> vectors = model.vectors("cf");
        if (vectors.map(CollaborativeModel.Vectors::version).equals(space.map(Space::version))) {
            return;
        }
        kept.clear();
        space = vectors.map(now -> {
            Map<ItemId, Integer> rows = HashMap.newHashMap(now.items().size());
            for (int row = 0; row < now.items().size(); row++) {
                rows.put(now.items().get(row), row);
            }
            return new Space(now.version(), now.items(), rows, new FactorNeighbours(now.factors()));
        });
    }
}
