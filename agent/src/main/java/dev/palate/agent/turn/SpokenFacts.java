package dev.palate.agent.turn;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.explanation.Account;
import dev.palate.agent.explanation.Explanation;
import dev.palate.memory.catalog.Item;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// What a model is told of a wish and of each item, short enough to be read before the first word is due. Only what
/// was understood and what the catalog knows: words that nobody understood would come back as a claim. Stateless.
final class SpokenFacts {
    private static final int MAX_LIKED = 2;
    private static final int MAX_CATEGORIES = 2;

    private SpokenFacts() {}

    /// The wish as it was understood; the message itself when only its words were searched for; empty when it asks
    /// for nothing but what the catalog knows nothing of.
    static String wish(Account account, String message) {
        List<String> parts = new ArrayList<>(account.sought());
        if (!account.liked().isEmpty()) {
            parts.add("like "
                    + Explanation.list(account.liked().stream()
                            .limit(MAX_LIKED)
                            .map(SpokenFacts::title)
                            .toList()));
        }
        parts.addAll(account.constraints());
        if (parts.isEmpty()) {
            return account.unknown().isEmpty() ? message : "";
        }
        return String.join(", ", parts);
    }

    /// A few facts of an item: up to two categories, those it shares with what is liked first, and the liked item it
    /// was picked for. No years: a small model gives them to the wrong item.
    static String of(Item item, String reason, List<Item> liked) {
        List<String> facts = new ArrayList<>();
        item.categories().stream()
                .sorted(Comparator.comparingInt(category -> shared(category, liked) ? 0 : 1))
                .limit(MAX_CATEGORIES)
                .map(category -> category.toLowerCase(Locale.ROOT))
                .forEach(facts::add);
        liked.stream()
                .map(SpokenFacts::title)
                .filter(reason::contains)
                .findFirst()
                .ifPresent(title -> facts.add("near to " + title));
        return String.join(", ", facts);
    }

    private static boolean shared(String category, List<Item> liked) {
        return liked.stream().anyMatch(item -> item.categories().contains(category));
    }

    private static String title(Item item) {
        return Gazetteer.plainTitle(item.title());
    }
}
