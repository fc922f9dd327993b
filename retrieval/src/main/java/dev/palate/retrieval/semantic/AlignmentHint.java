package dev.palate.retrieval.semantic;

import dev.palate.memory.Require;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a collaborative vector says, in words for a language model: which known items the item of a vector is like, and
/// how many people that rests on. The verbal half of RA-Rec (`rarec`); at most 60 tokens, whatever the titles.
///
/// Titles are catalog text: who puts the hint into a prompt quotes it as such. Immutable.
///
/// @param like rows of the known items nearest to the vector, nearest first, at most three
/// @param events how many people had the item
public record AlignmentHint(List<Integer> like, int events) {
    /// The most tokens of [#text].
    public static final int MAX_TOKENS = 60;

    private static final int MAX_LIKE = 3;
    private static final double LEAST_COSINE = 0.2;
    private static final String OPENING = "Liked by people who like: ";

    public AlignmentHint {
        like = List.copyOf(like);
        Require.range("number of likenesses", like.size(), 0, MAX_LIKE);
        Require.range("events", events, 0, Integer.MAX_VALUE);
    }

    /// The hint of a vector: the items whose vectors point most nearly the same way, those had by few left out. Empty
    /// of likenesses where none is near. O(items × dimension).
    ///
    /// @param vector the item's collaborative vector
    /// @param factors those of the known items
    /// @param counts how many people had each
    /// @param leastCount an item had by fewer is not named
    /// @param own row of the item itself, −1 when the model does not know it
    public static AlignmentHint of(
            float[] vector, VectorTable factors, int[] counts, int leastCount, int own, int events) {
        float[] unit = vector.clone();
        UnitVectors.normalise(unit, 0, unit.length);
        List<Integer> best = new ArrayList<>();
        List<Double> cosines = new ArrayList<>();
        for (int row = 0; row < factors.size(); row++) {
            if (row == own || counts[row] < leastCount) {
                continue;
            }
            float[] other = factors.row(row);
            UnitVectors.normalise(other, 0, other.length);
            double cosine = 0;
            for (int j = 0; j < unit.length; j++) {
                cosine += unit[j] * other[j];
            }
            int place = 0;
            while (place < best.size() && cosines.get(place) >= cosine) {
                place++;
            }
            if (cosine > LEAST_COSINE && place < MAX_LIKE) {
                best.add(place, row);
                cosines.add(place, cosine);
                if (best.size() > MAX_LIKE) {
                    best.removeLast();
                    cosines.removeLast();
                }
            }
        }
        return new AlignmentHint(best, events);
    }

    /// The hint in words, empty when it is like nothing known. Titles that would make it too long are cut, then left
    /// out.
    ///
    /// @param titles of the rows of [#like], in their order
    /// @throws IllegalArgumentException when there is not one title for each
    public String text(List<String> titles) {
        if (titles.size() != like.size()) {
            throw new IllegalArgumentException(
                    "needs one title for each of " + like.size() + " likenesses, had " + titles.size());
        }
        String ending = events == 0 ? " (guessed from its text)" : " (" + events + " had it)";
        int left = MAX_TOKENS - tokens(OPENING) - tokens(ending);
        StringBuilder named = new StringBuilder();
        for (String title : titles) {
            String between = named.isEmpty() ? "" : "; ";
            String cut = cut(title.strip().replaceAll("\\s+", " "), left - tokens(between));
            if (!cut.isEmpty()) {
                named.append(between).append(cut);
                left -= tokens(between) + tokens(cut);
            }
        }
        return named.isEmpty() ? "" : OPENING + named + ending;
    }

    /// The longest beginning of whole words that has at most so many tokens.
    private static String cut(String title, int most) {
        if (tokens(title) <= most) {
            return title;
        }
        int end = title.lastIndexOf(' ');
        while (end > 0 && tokens(title.substring(0, end)) > most) {
            end = title.lastIndexOf(' ', end - 1);
        }
        return end > 0 ? title.substring(0, end) : "";
    }

    /// Never fewer than a byte-pair tokenizer makes of ordinary words: one for every two letters begun of a word, one
    /// for each digit and mark, one for each byte of what is not ASCII.
    static int tokens(String text) {
        int tokens = 0;
        int letters = 0;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            boolean letter = point < 128 && Character.isLetter(point);
            if (letter) {
                letters++;
                continue;
            }
            tokens += (letters + 1) / 2;
            letters = 0;
            if (point >= 128) {
                tokens += new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8).length;
            } else if (point != ' ') {
                tokens++;
            }
        }
        return tokens + (letters + 1) / 2;
    }
}
