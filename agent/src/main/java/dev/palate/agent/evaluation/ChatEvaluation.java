package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All arms on the same cases. Immutable.
///
/// @param cases in order
/// @param arms in order, the last is the one that is compared with the others
/// @param comparisons of the last arm with each other, over all cases and over those in which the rules found nothing
public record ChatEvaluation(List<ChatCase> cases, List<Arm> arms, List<Comparison> comparisons) {
    /// One arm.
    ///
    /// @param answers by case
    /// @param millis that its lists took, by case
    public record Arm(String name, List<ChatArm.Answer> answers, ChatMetrics metrics, double[] millis) {}

    /// A paired difference.
    ///
    /// @param slice `all`, or `nothing found`
    public record Comparison(
            String slice, String first, String second, String metric, PairedBootstrap.Interval interval) {}

    /// The slice of all cases.
    public static final String ALL = "all";
    /// The slice of those in which the rules found nothing.
    public static final String NOTHING_FOUND = "nothing found";

    public ChatEvaluation {
        cases = List.copyOf(cases);
        arms = List.copyOf(arms);
        comparisons = List.copyOf(comparisons);
    }

    /// Runs the arms one after the other.
    ///
    /// @param resamples of the cases, at least 100
    /// @param seed of the resamples
    public static ChatEvaluation run(
            List<ChatCase> cases, List<ChatArm> arms, int resamples, long seed, Progress progress) {
        List<Arm> done = new ArrayList<>();
        for (ChatArm arm : arms) {
            List<ChatArm.Answer> answers = new ArrayList<>();
            double[] millis = new double[cases.size()];
            for (ChatCase chat : cases) {
                long start = System.nanoTime();
                answers.add(arm.answer(chat, ChatMetrics.DEPTH));
                millis[answers.size() - 1] = (System.nanoTime() - start) / 1e6;
                progress.advanced(arm.name(), answers.size(), cases.size());
            }
            List<List<ItemId>> lists =
                    answers.stream().map(ChatArm.Answer::items).toList();
            done.add(new Arm(arm.name(), answers, ChatMetrics.of(cases, lists), millis));
        }
        List<Comparison> comparisons = new ArrayList<>();
        Arm last = done.getLast();
        for (Arm other : done.subList(0, done.size() - 1)) {
            for (String metric : ChatMetrics.MAIN) {
                comparisons.add(compared(ALL, last, other, metric, resamples, seed));
                comparisons.add(compared(NOTHING_FOUND, last, other, metric, resamples, seed));
            }
        }
        return new ChatEvaluation(cases, done, comparisons);
    }

    private static Comparison compared(String slice, Arm first, Arm second, String metric, int resamples, long seed) {
        double[] ofFirst = first.metrics().of(metric).clone();
        for (int at = 0; at < ofFirst.length; at++) {
            boolean in = slice.equals(ALL) || !first.answers().get(at).understood();
            ofFirst[at] = in ? ofFirst[at] : Double.NaN;
        }
        PairedBootstrap.Interval interval =
                PairedBootstrap.of(ofFirst, second.metrics().of(metric), resamples, seed, 1);
        return new Comparison(slice, first.name(), second.name(), metric, interval);
    }

    /// Two of the arms beside each other, over all cases.
    ///
    /// @throws IllegalArgumentException when there is no such arm
    public List<Comparison> between(String first, String second, int resamples, long seed) {
        List<Comparison> compared = new ArrayList<>();
        for (String metric : ChatMetrics.MAIN) {
            compared.add(compared(ALL, arm(first), arm(second), metric, resamples, seed));
        }
        return compared;
    }

    private Arm arm(String name) {
        return arms.stream()
                .filter(arm -> arm.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no arm " + name));
    }

    /// The share of cases in which the rules of the last arm found nothing.
    public double nothingFound() {
        return arms.getLast().answers().stream()
                .mapToInt(answer -> answer.understood() ? 0 : 1)
                .average()
                .orElse(0);
    }

    /// The mean of a metric over the cases in which the rules of the last arm found nothing, 0 without any.
    public double meanWhereNothingFound(Arm arm, String metric) {
        double[] values = arm.metrics().of(metric);
        double sum = 0;
        int count = 0;
        for (int at = 0; at < values.length; at++) {
            if (!arms.getLast().answers().get(at).understood()) {
                sum += values[at];
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /// The lists of the last arm in the referee's format.
    public List<String> lists() {
        List<String> lines = new ArrayList<>(List.of("case_id\titem_id\trank\tscore"));
        for (int at = 0; at < cases.size(); at++) {
            ChatArm.Answer answer = arms.getLast().answers().get(at);
            for (int rank = 0; rank < answer.items().size(); rank++) {
                lines.add(cases.get(at).id() + "\t" + answer.items().get(rank).value() + "\t" + (rank + 1) + "\t"
                        + answer.scores().get(rank));
            }
        }
        return lines;
    }

    /// All numbers, for JSON.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cases", cases.size());
        report.put("nothing_found", nothingFound());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Arm arm : arms) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("arm", arm.name());
            row.put("metrics", arm.metrics().report());
            Map<String, Object> nothing = new LinkedHashMap<>();
            ChatMetrics.MAIN.forEach(metric -> nothing.put(metric, meanWhereNothingFound(arm, metric)));
            row.put("where_nothing_found", nothing);
            rows.add(row);
        }
        report.put("arms", rows);
        report.put(
                "comparisons",
                comparisons.stream()
                        .map(comparison -> Map.of(
                                "slice", comparison.slice(),
                                "first", comparison.first(),
                                "second", comparison.second(),
                                "metric", comparison.metric(),
                                "difference", comparison.interval().difference(),
                                "low", comparison.interval().low(),
                                "high", comparison.interval().high(),
                                "cases", comparison.interval().users()))
                        .toList());
        return report;
    }
}
