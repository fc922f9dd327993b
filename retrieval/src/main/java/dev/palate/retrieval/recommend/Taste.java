package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Map;

/// What a request says it would like, beside the history: soft, it moves scores.
///
/// @param words the wish as text for search and encoding, at most 1,000 characters, may be empty
/// @param likedItems said to be liked, newest last, at most 64; they count as history for the item-to-item sources
/// @param dislikedItems said to be disliked, at most 64
/// @param categories category in lower case → weight in [-1, 1]
/// @param tags tag in lower case → weight in [-1, 1]
public record Taste(
        String words,
        List<ItemId> likedItems,
        List<ItemId> dislikedItems,
        Map<String, Double> categories,
        Map<String, Double> tags) {
    /// Nothing said.
    public static final Taste NONE = new Taste("", List.of(), List.of(), Map.of(), Map.of());

    public Taste {
        Require.text("words of a wish", words, 0, 1_000);
        likedItems = List.copyOf(likedItems);
        dislikedItems = List.copyOf(dislikedItems);
        categories = Map.copyOf(categories);
        tags = Map.copyOf(tags);
        Require.range("number of liked items", likedItems.size(), 0, 64);
        Require.range("number of disliked items", dislikedItems.size(), 0, 64);
    }
}
