package dev.palate.retrieval.tuning;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a search found.
///
/// @param search what was looked for
/// @param split the task's name
/// @param trials all of them, in the order of rungs and configurations
/// @param best the best trial of the last rung
/// @param defaults the model's defaults on the last rung
public record Tuned(Search search, String split, List<Trial> trials, Trial best, Trial defaults) {
    /// Copies the list.
    public Tuned {
        trials = List.copyOf(trials);
    }

    /// Everything, for a JSON file.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("split", split);
        report.put("model", search.model().key());
        report.put("search", search);
        report.put("best", best);
        report.put("defaults", defaults);
        report.put("cpuSeconds", trials.stream().mapToDouble(Trial::cpuSeconds).sum());
        report.put("trials", trials);
        return report;
    }

    /// A Markdown table of all trials, the last rung first and the best of a rung first.
    public String table() {
        StringBuilder table = new StringBuilder("| rung | settings | users | Recall@10 | NDCG@10 | cpu s | wall s |\n"
                + "|---|---|---|---|---|---|---|\n");
        trials.stream()
                .sorted(Comparator.comparingInt((Trial trial) -> -trial.rung())
                        .thenComparing(trial -> -trial.score())
                        .thenComparing(Trial::configuration))
                .forEach(trial -> table.append(row(trial)));
        return table.toString();
    }

    private static String row(Trial trial) {
        String scores = trial.failure().isEmpty()
                ? String.format(
                        Locale.ROOT,
                        "%.4f | %.4f",
                        trial.metrics().get("Recall@10"),
                        trial.metrics().get("NDCG@10"))
                : "failed | " + trial.failure().replace('|', '/').replace('\n', ' ');
        return String.format(
                Locale.ROOT,
                "| %d | %s | %d | %s | %.2f | %.2f |\n",
                trial.rung() + 1,
                trial.arguments(),
                trial.users(),
                scores,
                trial.cpuSeconds(),
                trial.wallSeconds());
    }
}
