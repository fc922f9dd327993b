package dev.palate.agent.domain;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The people whom the items name in their attributes, found by their whole names. Immutable and thread-safe.
final class People {
    private static final List<String> ATTRIBUTES = List.of("director", "directors", "stars", "cast", "actors");
    private static final Pattern SEPARATOR = Pattern.compile("[,|;]");
    private static final int MAX_PEOPLE = 500_000;
    private static final int MAX_ITEMS = 10_000;
    private static final int LONGEST_NAME = 5;

    private record Known(String name, List<ItemId> items) {}

    private final PhraseTable<Known> table = new PhraseTable<>();

    /// Of the items.
    People(List<Item> items) {
        Map<String, Known> known = new HashMap<>();
        for (Item item : items) {
            for (String attribute : ATTRIBUTES) {
                SEPARATOR
                        .splitAsStream(item.attributes().getOrDefault(attribute, ""))
                        .map(String::strip)
                        .forEach(name -> add(name, item.id(), known));
            }
        }
        known.forEach(table::add);
    }

    // One word alone, such as `Cher`, would be found in ordinary talk.
    private static void add(String name, ItemId item, Map<String, Known> known) {
        String key = Folding.phrase(name);
        int words = key.split(" ", -1).length;
        if (words < 2 || words > LONGEST_NAME || name.length() > 200 || known.size() >= MAX_PEOPLE) {
            return;
        }
        List<ItemId> items = known.computeIfAbsent(key, unseen -> new Known(name, new ArrayList<>()))
                .items();
        if (items.size() < MAX_ITEMS && !items.contains(item)) {
            items.add(item);
        }
    }

    Spots.@Nullable Spot at(List<Token> tokens, int from) {
        PhraseTable.Hit<Known> hit = table.at(tokens, from, LONGEST_NAME);
        return hit == null
                ? null
                : new Spots.Spot(
                        from,
                        from + hit.length(),
                        List.of(new Mention.Person(hit.value().name())),
                        null);
    }

    /// The items that name somebody; none for an unknown name.
    Set<ItemId> items(String name) {
        Known known = table.exact(Folding.phrase(name));
        return known == null ? Set.of() : Set.copyOf(known.items());
    }
}
