package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a request says it would like, beside the history: soft, it moves scores.
///
/// @param words the wish as text for search and encoding, at most 1,000 characters, may be empty
/// @param likedItems said to be liked, newest last, at most 64; they count as history for the item-to-item sources
/// @param dislikedItems said to be disliked, at most 64
/// @param categories category in lower case → weight in [-1, 1]
/// @param tags tag in lower case → weight in [-1, 1]
/// @param named groups of items that the request names by something that is neither category nor tag, such as a
///     person; at most 64
/// @param elsewhere the categories, in lower case, of each thing said to be liked that the catalog does not have; at
///     most 64
public record Taste(
        String words,
        List<ItemId> likedItems,
        List<ItemId> dislikedItems,
        Map<String, Double> categories,
        Map<String, Double> tags,
        List<Named> named,
        List<Set<String>> elsewhere) {
    /// Nothing said.
    public static final Taste NONE = new Taste("", List.of(), List.of(), Map.of(), Map.of());

    /// Items asked for by what they have in common.
    ///
    /// @param reason why one of them is on a list, such as `with Sigourney Weaver, as you asked`
    /// @param items at most 10,000
    public record Named(String reason, Set<ItemId> items) {
        public Named {
            Require.text("reason of named items", reason, 1, 200);
            items = Set.copyOf(items);
            Require.range("number of named items", items.size(), 0, 10_000);
        }
    }

    /// Without anything named or had elsewhere.
    public Taste(
            String words,
            List<ItemId> likedItems,
            List<ItemId> dislikedItems,
            Map<String, Double> categories,
            Map<String, Double> tags) {
        this(words, likedItems, dislikedItems, categories, tags, List.of(), List.of());
    }

    public Taste {
        Require.text("words of a wish", words, 0, 1_000);
        likedItems = List.copyOf(likedItems);
        dislikedItems = List.copyOf(dislikedItems);
        categories = Map.copyOf(categories);
        tags = Map.copyOf(tags);
        named = List.copyOf(named);
        elsewhere = elsewhere.stream().map(Set::copyOf).toList();
        Require.range("number of named groups", named.size(), 0, 64);
        Require.range("number of things liked elsewhere", elsewhere.size(), 0, 64);
        Require.range("number of liked items", likedItems.size(), 0, 64);
        Require.range("number of disliked items", dislikedItems.size(), 0, 64);
    }
}
