package dev.palate.retrieval.candidate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// The words of every row and the rows of every word, in lower case. A word's code is its place in alphabetical
/// order.
/// Immutable and thread-safe; the arrays handed out are shared: do not modify.
public final class Postings {
    private static final int[] NONE = new int[0];

    private final List<String> words;
    private final Map<String, Integer> codes;
    private final int[][] codesOfRow;
    private final int[][] rowsOfCode;

    private Postings(List<String> words, Map<String, Integer> codes, int[][] codesOfRow, int[][] rowsOfCode) {
        this.words = words;
        this.codes = codes;
        this.codesOfRow = codesOfRow;
        this.rowsOfCode = rowsOfCode;
    }

    /// Of the words of each row, in the order of rows; case and repetition do not matter. O(words).
    static Postings of(List<? extends Collection<String>> wordsOfRow) {
        List<LinkedHashSet<String>> lowered = new ArrayList<>(wordsOfRow.size());
        TreeSet<String> distinct = new TreeSet<>();
        for (Collection<String> row : wordsOfRow) {
            LinkedHashSet<String> set = new LinkedHashSet<>();
            row.forEach(word -> set.add(word.toLowerCase(Locale.ROOT)));
            lowered.add(set);
            distinct.addAll(set);
        }
        List<String> words = List.copyOf(distinct);
        Map<String, Integer> codes = HashMap.newHashMap(words.size());
        for (int code = 0; code < words.size(); code++) {
            codes.put(words.get(code), code);
        }
        int[][] codesOfRow = new int[lowered.size()][];
        int[] counts = new int[words.size()];
        for (int row = 0; row < codesOfRow.length; row++) {
            codesOfRow[row] = lowered.get(row).stream()
                    .mapToInt(word -> codes.getOrDefault(word, -1))
                    .toArray();
            for (int code : codesOfRow[row]) {
                counts[code]++;
            }
        }
        int[][] rowsOfCode = new int[words.size()][];
        Arrays.setAll(rowsOfCode, code -> new int[counts[code]]);
        int[] filled = new int[words.size()];
        for (int row = 0; row < codesOfRow.length; row++) {
            for (int code : codesOfRow[row]) {
                rowsOfCode[code][filled[code]++] = row;
            }
        }
        return new Postings(words, codes, codesOfRow, rowsOfCode);
    }

    /// Every word, in alphabetical order.
    public List<String> words() {
        return words;
    }

    /// The word's code, -1 when no row has it; any case.
    public int code(String word) {
        return codes.getOrDefault(word.toLowerCase(Locale.ROOT), -1);
    }

    /// The codes of a row, in the order the row gave its words.
    public int[] codesOf(int row) {
        return codesOfRow[row];
    }

    /// The rows of a word, ascending; empty when no row has it.
    public int[] rowsOf(String word) {
        int code = code(word);
        return code < 0 ? NONE : rowsOfCode[code];
    }

    /// The rows of a word by its code, ascending.
    public int[] rowsOf(int code) {
        return rowsOfCode[code];
    }

    /// True when the row has the word.
    public boolean has(int row, int code) {
        for (int other : codesOfRow[row]) {
            if (other == code) {
                return true;
            }
        }
        return false;
    }

    /// Words in both rows over words in either, in [0, 1]; 0 when neither has any.
    public double jaccard(int row, int other) {
        int[] a = codesOfRow[row];
        int shared = 0;
        for (int code : a) {
            shared += has(other, code) ? 1 : 0;
        }
        int either = a.length + codesOfRow[other].length - shared;
        return either == 0 ? 0 : (double) shared / either;
    }

    /// How much a word tells: the natural logarithm of rows over rows that have it, at least 0.
    public double rarity(int code) {
        return Math.log((double) codesOfRow.length / Math.max(1, rowsOfCode[code].length));
    }
}
