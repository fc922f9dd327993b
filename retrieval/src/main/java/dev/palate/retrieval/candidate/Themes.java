package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a theme such as `slasher`, or a person, means in this catalog. Thread-safe.
public interface Themes {
    /// No theme means anything.
    Themes NONE = id -> Optional.empty();

    /// The theme of an id in lower case.
    Optional<Theme> theme(String id);

    /// The items that name somebody, such as a director, as a theme; absent when nobody is known by the name.
    default Optional<Theme> person(String name) {
        return Optional.empty();
    }

    /// The items a theme covers: those that have one of its tags, one of its title phrases, or stand in its list.
    ///
    /// @param tags in lower case, at most 2,048
    /// @param titlePhrases in lower case, found in a title as whole words, at most 2,048
    /// @param items by id, at most 100,000
    record Theme(String id, Set<String> tags, Set<String> titlePhrases, Set<ItemId> items) {
        public Theme {
            Require.id("theme id", id);
            tags = lower(tags);
            titlePhrases = lower(titlePhrases);
            items = Set.copyOf(items);
            Require.range("number of theme tags", tags.size(), 0, 2_048);
            Require.range("number of theme title phrases", titlePhrases.size(), 0, 2_048);
            Require.range("number of theme items", items.size(), 0, 100_000);
        }

        /// True when the theme covers the item.
        public boolean covers(Item item) {
            if (items.contains(item.id())) {
                return true;
            }
            for (String tag : item.tags()) {
                if (tags.contains(tag.toLowerCase(Locale.ROOT))) {
                    return true;
                }
            }
            String title = item.title().toLowerCase(Locale.ROOT);
            return titlePhrases.stream().anyMatch(phrase -> holds(title, phrase));
        }

        private static boolean holds(String title, String phrase) {
            for (int at = title.indexOf(phrase); at >= 0; at = title.indexOf(phrase, at + 1)) {
                int end = at + phrase.length();
                boolean startsWord = at == 0 || !Character.isLetterOrDigit(title.charAt(at - 1));
                boolean endsWord = end == title.length() || !Character.isLetterOrDigit(title.charAt(end));
                if (startsWord && endsWord) {
                    return true;
                }
            }
            return false;
        }

        private static Set<String> lower(Set<String> words) {
            return words.stream()
                    .map(word -> word.strip().toLowerCase(Locale.ROOT))
                    .filter(word -> !word.isEmpty())
                    .collect(Collectors.toUnmodifiableSet());
        }
    }
}
