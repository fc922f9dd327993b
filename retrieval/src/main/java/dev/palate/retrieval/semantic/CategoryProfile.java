package dev.palate.retrieval.semantic;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.Scorer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Scores items by how their categories agree with those of the decayed history: what [ContentProfile] gives for one
/// component per category, 1 where an item has it, without a matrix. An item without categories scores NaN and
/// tells nothing. Immutable and thread-safe.
///
/// With g an item's 0/1 row, m the mean of the rows that are not empty, and v = (g − m)/‖g − m‖: the score is the inner
/// product of an item's v with the sum of the history's v, each weighed by the decay.
public final class CategoryProfile implements Scorer {
    private static final double TINY = 1e-6;
    private static final double SMALLEST_WEIGHT = 1e-4;

    private final int[][] codesOfRow;

    /// Items of the same categories have the same score: the kind of each row, and the first row of each kind.
    private final int[] kindOfRow;

    private final int[] rowOfKind;
    private final double[] mean;
    private final double meanSquared;
    private final double[] lengths;
    private final double decay;

    private CategoryProfile(int[][] codesOfRow, double[] mean, double decay) {
        this.codesOfRow = codesOfRow;
        this.mean = mean;
        this.decay = decay;
        meanSquared = Arrays.stream(mean).map(value -> value * value).sum();
        lengths = Arrays.stream(codesOfRow).mapToDouble(this::length).toArray();
        kindOfRow = new int[codesOfRow.length];
        Map<IntBuffer, Integer> kinds = new HashMap<>();
        int[] firsts = new int[codesOfRow.length];
        for (int row = 0; row < codesOfRow.length; row++) {
            int kind = kinds.size();
            Integer known = kinds.putIfAbsent(IntBuffer.wrap(codesOfRow[row]), kind);
            if (known == null) {
                firsts[kind] = row;
            }
            kindOfRow[row] = known == null ? kind : known;
        }
        rowOfKind = Arrays.copyOf(firsts, kinds.size());
    }

    /// True when no row has a category.
    public boolean isEmpty() {
        return mean.length == 0;
    }

    /// Of the categories of each row; case and repetition do not matter.
    public static CategoryProfile of(List<? extends Collection<String>> categoriesOfRow, HistoryDecay decay) {
        Map<String, Integer> codes = new HashMap<>();
        List<int[]> rows = new ArrayList<>();
        for (Collection<String> categories : categoriesOfRow) {
            rows.add(categories.stream()
                    .map(category -> category.toLowerCase(Locale.ROOT))
                    .distinct()
                    .mapToInt(category -> codes.computeIfAbsent(category, unseen -> codes.size()))
                    .toArray());
        }
        return of(rows.toArray(new int[0][]), codes.size(), decay);
    }

    /// Of the codes of each row's categories, each once.
    ///
    /// @param codes how many there are; each is in [0, codes)
    public static CategoryProfile of(int[][] codesOfRow, int codes, HistoryDecay decay) {
        double[] mean = new double[codes];
        int described = 0;
        for (int[] row : codesOfRow) {
            described += row.length > 0 ? 1 : 0;
            for (int code : row) {
                mean[code]++;
            }
        }
        for (int code = 0; code < codes && described > 0; code++) {
            mean[code] /= described;
        }
        return new CategoryProfile(codesOfRow, mean, decay.factor());
    }

    /// The same over some of the rows, with the mean of all.
    ///
    /// @param rows the row here of each row there, -1 for an item without categories
    public CategoryProfile over(int[] rows) {
        int[][] chosen = Arrays.stream(rows)
                .mapToObj(row -> row < 0 ? new int[0] : codesOfRow[row])
                .toArray(int[][]::new);
        return new CategoryProfile(chosen, mean, decay);
    }

    private double length(int[] codes) {
        double squared = meanSquared + codes.length;
        for (int code : codes) {
            squared -= 2 * mean[code];
        }
        double length = Math.sqrt(Math.max(0, squared));
        return codes.length == 0 || length < TINY ? 0 : length;
    }

    @Override
    public int itemCount() {
        return codesOfRow.length;
    }

    /// O(items, and categories of the history and of each kind of item).
    @Override
    public void score(History history, float[] target) {
        double[] profile = new double[mean.length];
        double sum = 0;
        double weight = 1;
        for (int i = history.size() - 1; i >= 0 && weight > SMALLEST_WEIGHT; i--) {
            int row = history.items()[i];
            if (lengths[row] > 0) {
                double share = weight / lengths[row];
                for (int code : codesOfRow[row]) {
                    profile[code] += share;
                }
                sum += share;
            }
            weight *= decay;
        }
        double ofMean = 0;
        for (int code = 0; code < profile.length; code++) {
            profile[code] -= sum * mean[code];
            ofMean += profile[code] * mean[code];
        }
        float[] ofKind = new float[rowOfKind.length];
        for (int kind = 0; kind < ofKind.length; kind++) {
            int row = rowOfKind[kind];
            double product = -ofMean;
            for (int code : codesOfRow[row]) {
                product += profile[code];
            }
            ofKind[kind] = lengths[row] > 0 ? (float) (product / lengths[row]) : Float.NaN;
        }
        for (int row = 0; row < target.length; row++) {
            target[row] = ofKind[kindOfRow[row]];
        }
    }
}
