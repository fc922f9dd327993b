package dev.palate.agent.domain;

import dev.palate.memory.Require;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// How the items of a domain are spoken of, in answers and on pages. Immutable.
///
/// @param noun one item, such as `film`
/// @param plural several, such as `films`
/// @param category what a category is called, such as `genre`
/// @param had said of an item that one has had, such as `Seen it`
/// @param hadWords verbs that say so in a message, such as `watched`
/// @param examples messages that a new user may begin with, at most 8
public record Speech(
        String noun, String plural, String category, String had, Set<String> hadWords, List<String> examples) {
    /// The most examples.
    public static final int MAX_EXAMPLES = 8;

    private static final int MAX_HAD_WORDS = 64;

    public Speech {
        Require.text("noun", noun, 1, 40);
        Require.text("plural", plural, 1, 40);
        Require.text("category_noun", category, 1, 40);
        Require.text("had", had, 1, 40);
        hadWords = Set.copyOf(hadWords);
        Require.range("number of had_words", hadWords.size(), 0, MAX_HAD_WORDS);
        hadWords.forEach(word -> Require.text("had_words", word, 1, 40));
        examples = List.copyOf(examples);
        Require.range("number of examples", examples.size(), 0, MAX_EXAMPLES);
        examples.forEach(example -> Require.text("examples", example, 1, 200));
    }

    /// One item with its article: `a film`, `an item`.
    public String one() {
        return article(noun);
    }

    /// A category with its article: `a genre`.
    public String oneCategory() {
        return article(category);
    }

    /// Several categories: `genres`, `categories`.
    public String categories() {
        boolean changes = category.matches(".*[^aeiou]y");
        return changes ? category.substring(0, category.length() - 1) + "ies" : category + "s";
    }

    /// `1 film`, `3 films`.
    public String count(int number) {
        return number + " " + (number == 1 ? noun : plural);
    }

    private static String article(String word) {
        return ("aeiou".indexOf(word.toLowerCase(Locale.ROOT).charAt(0)) < 0 ? "a " : "an ") + word;
    }
}
