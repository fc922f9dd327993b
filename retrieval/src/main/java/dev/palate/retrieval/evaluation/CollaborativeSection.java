package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.EvaluationResult.numberOrNone;
import static dev.palate.retrieval.evaluation.Plots.escaped;
import static dev.palate.retrieval.evaluation.Plots.format;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Collaborative memory on and off, as a part of a page. Stateless.
final class CollaborativeSection {
    private CollaborativeSection() {}

    static void append(StringBuilder page, EvaluationResult result) {
        JsonNode root = result.root();
        List<JsonNode> thirds = result.list(root, "activity");
        page.append(format(
                "<p>%,d users, %,d items; themes are %s. Off is the fused ranking without collaborative memory; the"
                        + " others have the themes of those who liked an item as one more signal, its weight fitted on"
                        + " held-out events. Thirds by length of history: %s events.</p>\n",
                (long) result.number(root, "users"),
                (long) result.number(root, "items"),
                escaped(result.text(root, "themes")),
                String.join(
                        "; ",
                        thirds.stream()
                                .map(third -> format(
                                        "%s %d to %d",
                                        result.text(third, "name"), (long) result.number(third, "shortest"), (long)
                                                result.number(third, "longest")))
                                .toList())));
        ReportPage.command(page, result);
        List<String> columns = new ArrayList<>(List.of(CollaborativeEvaluation.ALL));
        thirds.forEach(third -> columns.add(result.text(third, "name")));
        List<JsonNode> comparisons = result.list(root, "comparisons");
        for (String metric : Evaluation.COMPARED) {
            page.append("<h2>").append(escaped(metric)).append("</h2>\n");
            Plots.table(
                    page,
                    "collaborative memory",
                    columns,
                    result.list(root, "collaborative").stream()
                            .map(arm -> new Plots.Line(
                                    result.text(arm, "arm"),
                                    false,
                                    columns.stream()
                                            .map(group -> format("%.4f", numberOrNone(arm.path(metric), group)))
                                            .toList()))
                            .toList());
            page.append("<p>Paired over users; the line is the interval in which 95 of 100 resamples lie.</p>\n");
            Plots.forest(
                    page,
                    metric,
                    comparisons.stream()
                            .filter(comparison ->
                                    result.text(comparison, "metric").equals(metric))
                            .map(comparison -> new Plots.Difference(
                                    result.text(comparison, "first") + " − " + result.text(comparison, "second") + ", "
                                            + result.text(comparison, "users"),
                                    result.number(comparison, "difference"),
                                    result.number(comparison, "low"),
                                    result.number(comparison, "high")))
                            .toList());
        }
    }
}
