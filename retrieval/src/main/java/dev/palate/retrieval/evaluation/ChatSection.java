package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.EvaluationResult.numberOrNone;
import static dev.palate.retrieval.evaluation.Plots.escaped;
import static dev.palate.retrieval.evaluation.Plots.format;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Arms on dialogues between people, as a part of a page. Stateless.
final class ChatSection {
    private static final List<String> COLUMNS = List.of("Recall@1", "Recall@10", "Recall@50", "Hit@10", "MRR@50");

    private ChatSection() {}

    static void append(StringBuilder page, EvaluationResult result) {
        JsonNode root = result.root();
        page.append(format(
                "<p>%,d places in dialogues between two people where one suggested films; the rules found nothing in"
                        + " %.1f %% of them.</p>\n",
                (long) result.number(root, "cases"), 100 * result.number(root, "nothing_found")));
        ReportPage.command(page, result);
        List<JsonNode> arms = result.list(root, "arms");
        page.append("<h2>Accuracy</h2>\n");
        Plots.bars(
                page,
                "Recall@50",
                arms.stream()
                        .map(arm -> new Plots.Bar(
                                result.text(arm, "arm"), false, result.number(arm.path("metrics"), "Recall@50"), 0))
                        .toList());
        List<String> columns = new ArrayList<>(COLUMNS);
        columns.add("Recall@50 where nothing was found");
        List<Plots.Line> lines = new ArrayList<>();
        for (JsonNode arm : arms) {
            List<String> cells = new ArrayList<>();
            COLUMNS.forEach(column -> cells.add(format("%.4f", result.number(arm.path("metrics"), column))));
            cells.add(format("%.4f", numberOrNone(arm.path("where_nothing_found"), "Recall@50")));
            lines.add(new Plots.Line(result.text(arm, "arm"), false, cells));
        }
        Plots.table(page, "arm", columns, lines);
        comparisons(page, result, result.list(root, "comparisons"));
    }

    private static void comparisons(StringBuilder page, EvaluationResult result, List<JsonNode> comparisons) {
        if (comparisons.isEmpty()) {
            return;
        }
        String first = result.text(comparisons.getFirst(), "first");
        page.append("<h2>").append(escaped(first)).append(" minus each other</h2>\n");
        page.append(ReportPage.paired(first, "cases"));
        comparisons.stream()
                .map(comparison -> result.text(comparison, "metric"))
                .distinct()
                .forEach(metric -> Plots.forest(
                        page,
                        metric + ", all cases",
                        comparisons.stream()
                                .filter(comparison -> result.text(comparison, "metric")
                                                .equals(metric)
                                        && result.text(comparison, "slice").equals("all"))
                                .map(comparison -> new Plots.Difference(
                                        result.text(comparison, "second"),
                                        result.number(comparison, "difference"),
                                        result.number(comparison, "low"),
                                        result.number(comparison, "high")))
                                .toList()));
    }
}
