package dev.palate.retrieval.semantic;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.Scorer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Scores items by how the themes of those who liked them agree with the themes of the decayed history. An item of
/// which too few people told anything scores NaN. Immutable and thread-safe.
///
/// With b the shares of the themes in an item's audience, m the mean of all b, and q the shares of the themes in the
/// history: the score is (q − m) · (b − m) / ‖b − m‖.
public final class AudienceProfile implements Scorer {
    private static final double TINY = 1e-9;
    private static final double SMALLEST_WEIGHT = 1e-4;

    private final int[][] themesOfRow;
    private final int[][] codes;
    private final double[][] shares;
    private final double[] mean;
    private final double[] lengths;
    private final double[] squares;
    private final double decay;

    /// @param themesOfRow the codes of each item's own themes, each once
    /// @param audiences of each row, code → weight that counts; those not above 0 are left out
    /// @param count how many codes there are
    public AudienceProfile(int[][] themesOfRow, Map<Integer, Long>[] audiences, int count, HistoryDecay decay) {
        this(themesOfRow, audiences, count, decay, false);
    }

    /// The same, where a rare theme may count more.
    ///
    /// @param byRarity true to measure each theme in its spread over the audiences, so that one that few
    ///     audiences have counts as much as one that most have; false as it is served
    public AudienceProfile(
            int[][] themesOfRow, Map<Integer, Long>[] audiences, int count, HistoryDecay decay, boolean byRarity) {
        this.themesOfRow = themesOfRow;
        this.decay = decay.factor();
        codes = new int[audiences.length][];
        shares = new double[audiences.length][];
        mean = new double[count];
        int told = 0;
        for (int row = 0; row < audiences.length; row++) {
            Map<Integer, Long> audience = audiences[row];
            codes[row] = audience.entrySet().stream()
                    .filter(entry -> entry.getValue() > 0)
                    .mapToInt(Map.Entry::getKey)
                    .sorted()
                    .toArray();
            shares[row] = new double[codes[row].length];
            double sum = 0;
            for (int code : codes[row]) {
                sum += audience.getOrDefault(code, 0L);
            }
            for (int at = 0; at < shares[row].length; at++) {
                shares[row][at] = audience.getOrDefault(codes[row][at], 0L) / sum;
                mean[codes[row][at]] += shares[row][at];
            }
            told += codes[row].length > 0 ? 1 : 0;
        }
        for (int code = 0; code < count; code++) {
            mean[code] /= Math.max(1, told);
        }
        squares = byRarity ? rarities(told) : filled(count);
        lengths = lengths();
    }

    private static double[] filled(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /// One over the variance of each theme's share over the audiences; 0 of a theme that none has.
    private double[] rarities(int told) {
        double[] sums = new double[mean.length];
        for (int row = 0; row < codes.length; row++) {
            for (int at = 0; at < codes[row].length; at++) {
                sums[codes[row][at]] += shares[row][at] * shares[row][at];
            }
        }
        for (int code = 0; code < sums.length; code++) {
            double variance = sums[code] / Math.max(1, told) - mean[code] * mean[code];
            sums[code] = variance > TINY ? 1 / variance : 0;
        }
        return sums;
    }

    /// Of a catalog: what a history wants is shared among all themes of its items, whether or not an audience has them,
    /// and of an audience counts what is still a theme.
    ///
    /// @param rows the item of each row
    /// @param audiences weights that count, by item and theme name
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    public static AudienceProfile of(
            List<ItemId> rows, KnownThemes themes, Map<ItemId, Map<String, Long>> audiences, HistoryDecay decay) {
        Map<String, Integer> codes = new HashMap<>();
        themes.vocabulary().all().forEach(theme -> codes.put(theme.value(), codes.size()));
        int[][] ofRows = new int[rows.size()][];
        Map<Integer, Long>[] told = new Map[rows.size()];
        for (int row = 0; row < ofRows.length; row++) {
            ofRows[row] = themes.of(rows.get(row)).stream()
                    .mapToInt(theme -> codes.getOrDefault(theme.value(), 0))
                    .toArray();
            Map<Integer, Long> ofRow = new HashMap<>();
            audiences.getOrDefault(rows.get(row), Map.of()).forEach((theme, weight) -> {
                Integer code = codes.get(theme);
                if (code != null) {
                    ofRow.put(code, weight);
                }
            });
            told[row] = ofRow;
        }
        return new AudienceProfile(ofRows, told, codes.size(), decay);
    }

    private double[] lengths() {
        double meanSquared = 0;
        for (int code = 0; code < mean.length; code++) {
            meanSquared += mean[code] * mean[code] * squares[code];
        }
        double[] found = new double[codes.length];
        for (int row = 0; row < found.length; row++) {
            double squared = meanSquared;
            for (int at = 0; at < codes[row].length; at++) {
                double share = shares[row][at];
                squared += (share * share - 2 * share * mean[codes[row][at]]) * squares[codes[row][at]];
            }
            double length = Math.sqrt(Math.max(0, squared));
            found[row] = codes[row].length == 0 || length < TINY ? 0 : length;
        }
        return found;
    }

    /// True when no item has an audience.
    public boolean isEmpty() {
        for (double length : lengths) {
            if (length > 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int itemCount() {
        return codes.length;
    }

    /// O(themes of the history, and of all audiences).
    @Override
    public void score(History history, float[] target) {
        double[] wish = new double[mean.length];
        double sum = 0;
        double weight = 1;
        for (int i = history.size() - 1; i >= 0 && weight > SMALLEST_WEIGHT; i--) {
            int[] themes = themesOfRow[history.items()[i]];
            for (int code : themes) {
                wish[code] += weight / themes.length;
            }
            sum += themes.length > 0 ? weight : 0;
            weight *= decay;
        }
        for (int code = 0; code < wish.length; code++) {
            wish[code] = ((sum > 0 ? wish[code] / sum : mean[code]) - mean[code]) * squares[code];
        }
        double ofMean = dot(wish, mean);
        for (int row = 0; row < target.length; row++) {
            double product = -ofMean;
            for (int at = 0; at < codes[row].length; at++) {
                product += wish[codes[row][at]] * shares[row][at];
            }
            target[row] = lengths[row] > 0 ? (float) (product / lengths[row]) : Float.NaN;
        }
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }
}
