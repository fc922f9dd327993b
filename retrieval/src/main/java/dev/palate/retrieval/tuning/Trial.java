package dev.palate.retrieval.tuning;

import java.util.Map;
import java.util.TreeMap;

/// One configuration tried on one rung, and what it cost.
///
/// @param rung from 0
/// @param configuration from 0, which is the model's defaults
/// @param settings by name; empty for the defaults, unless they depend on the data
/// @param users whose validation items were looked for
/// @param share of the whole budget that iterations were cut to, in (0, 1]; 1 for models without iterations
/// @param score the objective; negative when the trial failed
/// @param metrics Recall@10 and NDCG@10, empty when the trial failed
/// @param cpuSeconds of the whole process
/// @param wallSeconds elapsed
/// @param failure why there is no score; empty when there is one
public record Trial(
        int rung,
        int configuration,
        Map<String, String> settings,
        int users,
        double share,
        double score,
        Map<String, Double> metrics,
        double cpuSeconds,
        double wallSeconds,
        String failure) {
    /// Copies the maps, in order of names.
    public Trial {
        settings = new TreeMap<>(settings);
        metrics = new TreeMap<>(metrics);
    }

    /// The settings as they would be typed.
    public String arguments() {
        StringBuilder typed = new StringBuilder();
        settings.forEach((name, value) -> typed.append(typed.isEmpty() ? "" : " ")
                .append("--")
                .append(name)
                .append(' ')
                .append(value));
        return typed.isEmpty() ? "(defaults)" : typed.toString();
    }
}
