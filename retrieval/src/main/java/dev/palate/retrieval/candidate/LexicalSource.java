package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/// Search by the words of the wish, and by the tags of the titles liked in it when it has no words.
final class LexicalSource implements CandidateSource {
    private static final int MAX_HITS = 300;
    private static final int MAX_TAGS = 12;
    private static final int SHORTEST_WORD = 3;

    private final ItemSearch search;

    LexicalSource(ItemSearch search) {
        this.search = search;
    }

    @Override
    public String signal() {
        return "bm25";
    }

    @Override
    public boolean prompt(Wish wish) {
        return wish.words().isBlank() && wish.liked().length == 0;
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        String query = wish.words().isBlank() ? tagsOfLiked(wish) : wish.words();
        if (query.isBlank()) {
            return Optional.empty();
        }
        List<ItemSearch.Hit> hits = search.search(query, wish.filter(), MAX_HITS);
        float[] scores = new float[wish.catalog().size()];
        boolean any = false;
        for (ItemSearch.Hit hit : hits) {
            int row = wish.catalog().row(hit.item());
            if (row >= 0) {
                scores[row] = hit.score();
                any = true;
            }
        }
        return any ? Optional.of(Scored.of(scores, row -> explain(wish, query, row))) : Optional.empty();
    }

    private static String tagsOfLiked(Wish wish) {
        List<String> tags = new ArrayList<>();
        for (int at = wish.liked().length - 1; at >= 0; at--) {
            for (String tag : wish.catalog().item(wish.liked()[at]).tags()) {
                if (tags.size() < MAX_TAGS && !tags.contains(tag)) {
                    tags.add(tag);
                }
            }
        }
        return String.join(" ", tags);
    }

    /// Names the words of the query that stand in the item.
    private static Evidence explain(Wish wish, String query, int row) {
        Item item = wish.catalog().item(row);
        String text = (item.title() + " " + String.join(" ", item.categories()) + " " + String.join(" ", item.tags())
                        + " " + item.description())
                .toLowerCase(Locale.ROOT);
        StringJoiner found = new StringJoiner(", ");
        int count = 0;
        for (String word : query.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
            boolean said = found.toString().contains(word);
            if (word.length() >= SHORTEST_WORD && !said && count < 3 && text.contains(word)) {
                found.add(word);
                count++;
            }
        }
        return count == 0 ? Evidence.of("matches your words") : Evidence.of("matches " + Phrases.cut(found.toString()));
    }
}
