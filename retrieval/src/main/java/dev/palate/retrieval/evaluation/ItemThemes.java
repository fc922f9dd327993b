package dev.palate.retrieval.evaluation;

import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.ItemFactors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Which themes each item of a task has, as codes. Immutable as long as nobody writes to the arrays.
///
/// @param ofRow of each item, each once, at most [ThemePlan#MOST_THEMES]
/// @param count how many codes there are
public record ItemThemes(int[][] ofRow, int count) {
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final int SHORTEST_WORD = 2;
    private static final int ROUNDS = 10;

    /// The categories of a catalog, in their order by name, which decides between equal weights.
    public static ItemThemes categories(List<CatalogItem> catalog, Vocabulary items) {
        Map<Integer, Collection<String>> names = new HashMap<>();
        Set<String> all = new LinkedHashSet<>();
        for (CatalogItem item : catalog) {
            List<String> ofItem =
                    item.genres().stream().map(ItemThemes::folded).distinct().toList();
            all.addAll(ofItem);
            OptionalInt row = items.row(item.id());
            if (row.isPresent()) {
                names.put(row.getAsInt(), ofItem.subList(0, Math.min(ofItem.size(), ThemePlan.MOST_THEMES)));
            }
        }
        return coded(names, all, items.size());
    }

    /// The words of titles that at least [ThemeVocabulary#FEWEST_ITEMS] items have, as if an importer had made tags of
    /// them: the rarest [ThemePlan#MOST_THEMES] of each title.
    public static ItemThemes words(List<CatalogItem> catalog, Vocabulary items) {
        Map<Integer, Collection<String>> words = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (CatalogItem item : catalog) {
            Set<String> ofItem = new LinkedHashSet<>();
            for (String word : BETWEEN_WORDS.split(folded(item.title()), -1)) {
                if (word.length() >= SHORTEST_WORD) {
                    ofItem.add(word);
                }
            }
            ofItem.forEach(word -> counts.merge(word, 1, Integer::sum));
            items.row(item.id()).ifPresent(row -> words.put(row, ofItem));
        }
        List<String> common = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= ThemeVocabulary.FEWEST_ITEMS)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(ThemeVocabulary.MOST)
                .map(Map.Entry::getKey)
                .toList();
        Set<String> known = Set.copyOf(common);
        Map<Integer, Collection<String>> rarest = new HashMap<>();
        words.forEach((row, ofItem) -> rarest.put(
                row,
                ofItem.stream()
                        .filter(known::contains)
                        .sorted(Comparator.comparingInt((String word) -> counts.getOrDefault(word, 0))
                                .thenComparing(word -> word))
                        .limit(ThemePlan.MOST_THEMES)
                        .toList()));
        return coded(rarest, common, items.size());
    }

    /// Groups of items that are had together, one of each item: k-means by cosine over their collaborative vectors.
    /// An item without a vector has none. O(items · clusters · dimension).
    ///
    /// @param clusters at least 1
    public static ItemThemes clusters(ItemFactors factors, int clusters, long seed) {
        int dimension = factors.dimension();
        float[] rows = factors.factors().clone();
        List<Integer> there = new ArrayList<>();
        for (int row = 0; row < factors.itemCount(); row++) {
            double length = Math.sqrt(Kernels.dot(rows, row * dimension, rows, row * dimension, dimension));
            if (length > 0) {
                Kernels.scale((float) (1 / length), rows, row * dimension, dimension);
                there.add(row);
            }
        }
        int most = Math.min(clusters, there.size());
        float[] centres = new float[most * dimension];
        List<Integer> left = new ArrayList<>(there);
        SplittableRandom random = new SplittableRandom(seed);
        for (int cluster = 0; cluster < most; cluster++) {
            int drawn = left.remove(random.nextInt(left.size()));
            System.arraycopy(rows, drawn * dimension, centres, cluster * dimension, dimension);
        }
        int[][] ofRow = new int[factors.itemCount()][0];
        for (int round = 0; round < ROUNDS; round++) {
            float[] sums = new float[centres.length];
            for (int row : there) {
                int nearest = nearest(rows, row * dimension, centres, dimension);
                ofRow[row] = new int[] {nearest};
                Kernels.axpy(1, rows, row * dimension, sums, nearest * dimension, dimension);
            }
            for (int cluster = 0; cluster < most; cluster++) {
                int at = cluster * dimension;
                double length = Math.sqrt(Kernels.dot(sums, at, sums, at, dimension));
                if (length > 0) {
                    Kernels.scale((float) (1 / length), sums, at, dimension);
                    System.arraycopy(sums, at, centres, at, dimension);
                }
            }
        }
        return new ItemThemes(ofRow, most);
    }

    private static int nearest(float[] rows, int at, float[] centres, int dimension) {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int cluster = 0; cluster * dimension < centres.length; cluster++) {
            float cosine = Kernels.dot(rows, at, centres, cluster * dimension, dimension);
            if (cosine > most) {
                most = cosine;
                best = cluster;
            }
        }
        return best;
    }

    private static ItemThemes coded(Map<Integer, Collection<String>> names, Collection<String> all, int rows) {
        Map<String, Integer> codes = new TreeMap<>();
        all.forEach(name -> codes.put(name, 0));
        int next = 0;
        for (Map.Entry<String, Integer> entry : codes.entrySet()) {
            entry.setValue(next++);
        }
        int[][] ofRow = new int[rows][0];
        names.forEach((row, ofItem) -> ofRow[row] =
                ofItem.stream().mapToInt(name -> codes.getOrDefault(name, 0)).toArray());
        return new ItemThemes(ofRow, codes.size());
    }

    private static String folded(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /// How many of the items have any.
    public int itemsWithAny() {
        int any = 0;
        for (int[] themes : ofRow) {
            any += themes.length > 0 ? 1 : 0;
        }
        return any;
    }
}
