package dev.palate.agent.domain;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Phrases of folded words and what they stand for; the longest phrase at a place wins. Looking up at one place costs
/// as many map reads as the longest phrase of that first word has words. Immutable once built.
final class PhraseTable<T> {
    /// What stands at a place, and how many words it takes.
    record Hit<T>(T value, int length) {}

    private final Map<String, T> byPhrase = new HashMap<>();
    private final Map<String, Integer> longest = new HashMap<>();

    /// Adds the phrase unless it is there already or empty.
    void add(String phrase, T value) {
        String key = Folding.phrase(phrase);
        if (key.isEmpty() || byPhrase.putIfAbsent(key, value) != null) {
            return;
        }
        int blank = key.indexOf(' ');
        int words = 1 + (int) key.chars().filter(c -> c == ' ').count();
        longest.merge(blank < 0 ? key : key.substring(0, blank), words, Math::max);
    }

    @Nullable
    T exact(String key) {
        return byPhrase.get(key);
    }

    boolean startsPhrase(String word) {
        return longest.containsKey(word);
    }

    @Nullable
    Hit<T> at(List<Token> tokens, int from, int atMost) {
        int most = Math.min(Math.min(longest.getOrDefault(tokens.get(from).word(), 0), atMost), tokens.size() - from);
        for (int length = most; length > 0; length--) {
            T value = byPhrase.get(join(tokens, from, length));
            if (value != null) {
                return new Hit<>(value, length);
            }
        }
        return null;
    }

    int size() {
        return byPhrase.size();
    }

    static String join(List<Token> tokens, int from, int length) {
        if (length == 1) {
            return tokens.get(from).word();
        }
        var key = new StringBuilder();
        for (int i = from; i < from + length; i++) {
            if (i > from) {
                key.append(' ');
            }
            key.append(tokens.get(i).word());
        }
        return key.toString();
    }
}
