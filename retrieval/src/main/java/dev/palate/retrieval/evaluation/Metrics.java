package dev.palate.retrieval.evaluation;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// How good ranked lists are, as means over users, with the values of each user kept for paired comparisons.
///
/// Recall@k = hits / wanted; Hit@k = any hit; NDCG@k with binary gains, ideal over min(wanted, k); MRR over the
/// whole list of 20; TailRecall@k = recall over wanted items outside the most popular fifth, over users that
/// have any; Cov@k = distinct items shown / items; SE = standard error of the mean.
///
/// @param users number of evaluated users
/// @param withoutList how many of them got no item
/// @param seen listed items that their user already had; should be 0
/// @param duplicates items listed twice for one user; should be 0
/// @param means by name, such as `Recall@10`
/// @param perUser by name, one value per evaluated user in the task's order; NaN where a metric does not apply
public record Metrics(
        int users,
        int withoutList,
        int seen,
        int duplicates,
        Map<String, Double> means,
        Map<String, double[]> perUser) {
    private static final List<Integer> CUTOFFS = List.of(10, 20);

    /// Copies the maps; the arrays are shared.
    public Metrics {
        means = Collections.unmodifiableMap(new LinkedHashMap<>(means));
        perUser = Collections.unmodifiableMap(new LinkedHashMap<>(perUser));
    }

    /// Measures lists against what was wanted; a user without a list found nothing.
    public static Metrics of(RankedLists lists) {
        return of(lists, true);
    }

    /// The same of lists that may have been made for some of the users only: those without one do not count.
    public static Metrics ofListed(RankedLists lists) {
        return of(lists, false);
    }

    private static Metrics of(RankedLists lists, boolean everyUser) {
        RankingTask task = lists.task();
        int count = task.evaluated().length;
        Set<Integer> head = head(task);
        long knownItems =
                IntStream.of(task.eventCounts()).filter(events -> events > 0).count();
        Map<String, double[]> perUser = new TreeMap<>();
        Map<Integer, Set<Integer>> shown = new TreeMap<>();
        CUTOFFS.forEach(k -> shown.put(k, new HashSet<>()));
        int withoutList = 0;
        int seen = 0;
        int duplicates = 0;
        for (int i = 0; i < count; i++) {
            int[] listed = lists.lists()[i].items();
            int[] list = IntStream.of(listed).distinct().toArray();
            withoutList += listed.length == 0 ? 1 : 0;
            duplicates += listed.length - list.length;
            seen += overlap(list, task.known().of(task.evaluated()[i]).items());
            if (listed.length == 0 && !everyUser) {
                continue;
            }
            for (Map.Entry<String, Double> value :
                    valuesOf(list, task.truth()[i], head).entrySet()) {
                perUser.computeIfAbsent(value.getKey(), name -> filled(count))[i] = value.getValue();
            }
            shown.forEach((k, items) -> IntStream.of(list).limit(k).forEach(items::add));
        }
        Map<String, Double> means = new LinkedHashMap<>();
        perUser.forEach((name, values) -> means.put(name, mean(values)));
        shown.forEach((k, items) -> means.put("Cov@" + k, items.size() / (double) Math.max(1, knownItems)));
        for (String name : List.of("Recall@10", "NDCG@10")) {
            means.put("SE_" + name, standardError(perUser.getOrDefault(name, new double[0])));
        }
        return new Metrics(count, withoutList, seen, duplicates, means, perUser);
    }

    /// The mean of a metric.
    ///
    /// @throws IllegalArgumentException when there is no such metric
    public double mean(String name) {
        Double value = means.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no metric {" + name + "}; there are " + means.keySet());
        }
        return value;
    }

    /// Counts and means under the names that the referee script prints.
    public Map<String, Number> report() {
        Map<String, Number> report = new LinkedHashMap<>();
        report.put("users", users);
        report.put("no_list", withoutList);
        report.put("seen", seen);
        report.put("dups", duplicates);
        report.putAll(means);
        return report;
    }

    private static Map<String, Double> valuesOf(int[] list, int[] truth, Set<Integer> head) {
        Set<Integer> wanted = new HashSet<>();
        IntStream.of(truth).forEach(wanted::add);
        Set<Integer> tail = new HashSet<>(wanted);
        tail.removeAll(head);
        Map<String, Double> values = new TreeMap<>();
        values.put("MRR@20", reciprocalRank(list, wanted));
        for (int k : CUTOFFS) {
            int hits = 0;
            int tailHits = 0;
            double gain = 0;
            for (int rank = 0; rank < Math.min(k, list.length); rank++) {
                if (wanted.contains(list[rank])) {
                    hits++;
                    tailHits += tail.contains(list[rank]) ? 1 : 0;
                    gain += discount(rank);
                }
            }
            double ideal = 0;
            for (int rank = 0; rank < Math.min(k, wanted.size()); rank++) {
                ideal += discount(rank);
            }
            values.put("Recall@" + k, hits / (double) wanted.size());
            values.put("Hit@" + k, hits > 0 ? 1.0 : 0.0);
            values.put("NDCG@" + k, gain / ideal);
            if (!tail.isEmpty()) {
                values.put("TailRecall@" + k, tailHits / (double) tail.size());
            }
        }
        return values;
    }

    private static double reciprocalRank(int[] list, Set<Integer> wanted) {
        for (int rank = 0; rank < Math.min(20, list.length); rank++) {
            if (wanted.contains(list[rank])) {
                return 1.0 / (rank + 1);
            }
        }
        return 0;
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(rank + 2);
    }

    /// The most popular fifth of the items, ties by id, which is the order of the rows.
    private static Set<Integer> head(RankingTask task) {
        int[] counts = task.eventCounts();
        Set<Integer> head = new HashSet<>();
        IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer item) -> -counts[item]).thenComparing(item -> item))
                .limit(Math.max(
                        1, IntStream.of(counts).filter(events -> events > 0).count() / 5))
                .forEach(head::add);
        return head;
    }

    private static int overlap(int[] list, int[] history) {
        Set<Integer> had = new HashSet<>();
        IntStream.of(history).forEach(had::add);
        return (int) IntStream.of(list).filter(had::contains).count();
    }

    private static double[] filled(int count) {
        double[] values = new double[count];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    private static double mean(double[] values) {
        double sum = 0;
        int applicable = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                sum += value;
                applicable++;
            }
        }
        return sum / Math.max(1, applicable);
    }

    private static double standardError(double[] values) {
        double mean = mean(values);
        double squares = 0;
        int applicable = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                squares += value * value;
                applicable++;
            }
        }
        int count = Math.max(1, applicable);
        return Math.sqrt(Math.max(0, squares / count - mean * mean) / count);
    }
}
