package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.ItemId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How one arm's lists found the targets, by the formulas of the referee `score_chat.py`. Immutable as long as nobody
/// writes to the arrays.
///
/// @param sources of the cases
/// @param values metric → value of each case: `Recall@1`, `Recall@10`, `Recall@50` (targets found of all targets of the
///     case), `Hit@10`, `MRR@50` (1 / rank of the first target found)
/// @param mentioned how many items that were mentioned before stand on the first 50 places of all lists
public record ChatMetrics(List<String> sources, Map<String, double[]> values, int mentioned) {
    /// The longest list that is looked at.
    public static final int DEPTH = 50;

    /// The metrics that decide.
    public static final List<String> MAIN = List.of("Recall@10", "Recall@50", "MRR@50");

    private static final int[] CUTS = {1, 10, DEPTH};

    /// Of one list for each case, best first.
    ///
    /// @throws IllegalArgumentException when there is not one list for each case
    public static ChatMetrics of(List<ChatCase> cases, List<List<ItemId>> lists) {
        if (cases.size() != lists.size()) {
            throw new IllegalArgumentException(
                    "each case needs a list, had " + cases.size() + " cases and " + lists.size() + " lists");
        }
        Map<String, double[]> values = new LinkedHashMap<>();
        for (int cut : CUTS) {
            values.put("Recall@" + cut, new double[cases.size()]);
        }
        double[] hits = new double[cases.size()];
        double[] reciprocal = new double[cases.size()];
        int mentioned = 0;
        for (int at = 0; at < cases.size(); at++) {
            ChatCase chat = cases.get(at);
            List<ItemId> list =
                    lists.get(at).subList(0, Math.min(DEPTH, lists.get(at).size()));
            for (int cut : CUTS) {
                long found = list.stream()
                        .limit(cut)
                        .filter(chat.targets()::contains)
                        .count();
                values.getOrDefault("Recall@" + cut, new double[0])[at] =
                        found / (double) chat.targets().size();
            }
            hits[at] = list.stream().limit(10).anyMatch(chat.targets()::contains) ? 1 : 0;
            for (int rank = 0; rank < list.size() && reciprocal[at] == 0; rank++) {
                reciprocal[at] = chat.targets().contains(list.get(rank)) ? 1.0 / (rank + 1) : 0;
            }
            mentioned += (int) list.stream().filter(chat.mentioned()::contains).count();
        }
        values.put("Hit@10", hits);
        values.put("MRR@50", reciprocal);
        return new ChatMetrics(cases.stream().map(ChatCase::source).toList(), values, mentioned);
    }

    /// The values of the cases.
    ///
    /// @throws IllegalArgumentException when there is no such metric
    public double[] of(String metric) {
        double[] found = values.get(metric);
        if (found == null) {
            throw new IllegalArgumentException("there is no metric " + metric + ", only " + values.keySet());
        }
        return found;
    }

    /// The mean over the cases, 0 of none.
    public double mean(String metric) {
        return Arrays.stream(of(metric)).average().orElse(0);
    }

    /// The numbers that the referee prints, by its names.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cases", sources.size());
        values.keySet().forEach(metric -> report.put(metric, mean(metric)));
        double hit = mean("Hit@10");
        report.put("SE_Hit@10", sources.isEmpty() ? 0.0 : Math.sqrt(Math.max(0, hit * (1 - hit)) / sources.size()));
        report.put("mentioned", mentioned);
        Map<String, double[]> bySource = new TreeMap<>();
        double[] recall = of("Recall@" + DEPTH);
        for (int at = 0; at < sources.size(); at++) {
            double[] sum = bySource.computeIfAbsent(sources.get(at), source -> new double[2]);
            sum[0] += recall[at];
            sum[1]++;
        }
        bySource.forEach((source, sum) -> report.put(source + "_Recall@" + DEPTH, sum[0] / sum[1]));
        return report;
    }
}
