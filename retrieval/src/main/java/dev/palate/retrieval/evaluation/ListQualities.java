package dev.palate.retrieval.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// What lists are like beside being right: how popular what they show is, how evenly they show the catalog, and
/// whether they keep to the popularity that a user's history has. Stateless.
///
/// | name | meaning |
/// |---|---|
/// | `PopPercentile@10` | mean popularity rank of the shown items, 0 the least, 1 the most popular |
/// | `PopLift@10` | mean log popularity shown over that of the history, minus 1 (`abdollahpouri2019unfairness`) |
/// | `Gini@10` | inequality of how often each item is shown: 0 all alike, 1 one item only |
/// | `TailShare@10` | share of the shown items outside the most popular fifth |
/// | `PopMiscalibration@10` | Jensen-Shannon distance between history and list over head (the most popular fifth of the
/// events), middle and tail (the last fifth), mean over users, in [0, 1] (after `steck2018calibrated`) |
///
/// How alike the items of a list are among each other is [VariedLists#likeness], since it asks the catalog.
public final class ListQualities {
    private static final int CUTOFF = 10;
    private static final double GROUP_SHARE = 0.2;

    private ListQualities() {}

    /// Measures the lists.
    public static Map<String, Double> of(RankedLists lists) {
        RankingTask task = lists.task();
        int[] counts = task.eventCounts();
        double[] percentile = percentiles(counts);
        int[] groups = groups(counts);
        int headSize = Math.max(1, counts.length / 5);
        boolean[] head = new boolean[counts.length];
        IntStream.of(byPopularity(counts)).limit(headSize).forEach(item -> head[item] = true);
        long[] shown = new long[counts.length];
        double percentiles = 0;
        double lift = 0;
        double miscalibration = 0;
        long items = 0;
        long tail = 0;
        int users = 0;
        for (int i = 0; i < lists.lists().length; i++) {
            int[] list = IntStream.of(lists.lists()[i].items()).limit(CUTOFF).toArray();
            int[] history = task.known().of(task.evaluated()[i]).items();
            if (list.length == 0 || history.length == 0) {
                continue;
            }
            users++;
            for (int item : list) {
                shown[item]++;
                items++;
                percentiles += percentile[item];
                tail += head[item] ? 0 : 1;
            }
            lift += meanLog(list, counts) / Math.max(1e-9, meanLog(history, counts)) - 1;
            miscalibration += distance(shares(history, groups), shares(list, groups));
        }
        Map<String, Double> qualities = new LinkedHashMap<>();
        qualities.put("PopPercentile@10", percentiles / Math.max(1, items));
        qualities.put("PopLift@10", lift / Math.max(1, users));
        qualities.put("Gini@10", gini(shown));
        qualities.put("TailShare@10", (double) tail / Math.max(1, items));
        qualities.put("PopMiscalibration@10", miscalibration / Math.max(1, users));
        return qualities;
    }

    private static int[] byPopularity(int[] counts) {
        return IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer item) -> -counts[item]).thenComparing(item -> item))
                .mapToInt(item -> item)
                .toArray();
    }

    private static double[] percentiles(int[] counts) {
        int[] order = byPopularity(counts);
        double[] percentiles = new double[counts.length];
        for (int rank = 0; rank < order.length; rank++) {
            percentiles[order[rank]] = order.length == 1 ? 1 : 1 - rank / (double) (order.length - 1);
        }
        return percentiles;
    }

    /// 0 for the items that make up the first fifth of all events, 2 for the last fifth, 1 between.
    private static int[] groups(int[] counts) {
        long events = IntStream.of(counts).asLongStream().sum();
        int[] groups = new int[counts.length];
        long before = 0;
        for (int item : byPopularity(counts)) {
            double share = events == 0 ? 0 : (double) before / events;
            groups[item] = share < GROUP_SHARE ? 0 : share < 1 - GROUP_SHARE ? 1 : 2;
            before += counts[item];
        }
        return groups;
    }

    private static double meanLog(int[] items, int[] counts) {
        return IntStream.of(items).mapToDouble(item -> Math.log1p(counts[item])).sum() / items.length;
    }

    private static double[] shares(int[] items, int[] groups) {
        double[] shares = new double[3];
        for (int item : items) {
            shares[groups[item]] += 1.0 / items.length;
        }
        return shares;
    }

    private static double distance(double[] p, double[] q) {
        double divergence = 0;
        for (int i = 0; i < p.length; i++) {
            double middle = (p[i] + q[i]) / 2;
            divergence += (p[i] > 0 ? p[i] * Math.log(p[i] / middle) : 0) / 2;
            divergence += (q[i] > 0 ? q[i] * Math.log(q[i] / middle) : 0) / 2;
        }
        return Math.sqrt(Math.max(0, divergence) / Math.log(2));
    }

    private static double gini(long[] shown) {
        long[] sorted = shown.clone();
        Arrays.sort(sorted);
        double weighted = 0;
        double sum = 0;
        for (int i = 0; i < sorted.length; i++) {
            weighted += (2.0 * (i + 1) - sorted.length - 1) * sorted[i];
            sum += sorted[i];
        }
        return sum == 0 ? 0 : weighted / (sorted.length * sum);
    }
}
