package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.Plots.escaped;
import static dev.palate.retrieval.evaluation.Plots.format;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Simulated users in conversations, as a part of a page. Stateless.
final class SimulationSection {
    private SimulationSection() {}

    static void append(StringBuilder page, EvaluationResult result) {
        JsonNode root = result.root();
        int turns = (int) result.number(root, "turns");
        page.append(format(
                "<p>%,d simulated users look for what they really had next, in conversations of at most %d turns with"
                        + " lists of %d. A user names no title and no person, and all that it says is true of at least"
                        + " %,d items.</p>\n",
                (long) result.number(root, "users"), turns, (int) result.number(root, "size"), (long)
                        result.number(root, "crowd")));
        ReportPage.command(page, result);
        List<JsonNode> arms = result.list(root, "simulated");
        page.append("<h2>Found</h2>\n");
        Plots.bars(
                page,
                "found within " + turns + " turns",
                arms.stream()
                        .map(arm -> new Plots.Bar(result.text(arm, "arm"), false, within(arm, turns), 0))
                        .toList());
        List<String> columns = new ArrayList<>();
        for (int turn = 1; turn <= turns; turn++) {
            columns.add("within " + turn);
        }
        columns.add("mean turn");
        List<Plots.Line> lines = new ArrayList<>();
        for (JsonNode arm : arms) {
            List<String> cells = new ArrayList<>();
            for (int turn = 1; turn <= turns; turn++) {
                cells.add(format("%.4f", within(arm, turn)));
            }
            cells.add(format("%.2f", result.number(arm, "mean_turn")));
            lines.add(new Plots.Line(result.text(arm, "arm"), false, cells));
        }
        Plots.table(page, "goes by", columns, lines);
        arms.stream()
                .filter(arm -> result.number(arm, "degraded") > 0)
                .forEach(arm -> page.append(format(
                        "<p>%s: %,d lists lack a source that was late or failed, so it is not measured whole.</p>\n",
                        escaped(result.text(arm, "arm")), (long) result.number(arm, "degraded"))));
        page.append(format("<p>Who finds nothing counts as turn %d in the mean.</p>\n", turns + 1));
        List<JsonNode> comparisons = result.list(root, "comparisons");
        if (!comparisons.isEmpty()) {
            String first = result.text(comparisons.getFirst(), "first");
            page.append("<h2>").append(escaped(first)).append(" minus each other</h2>\n");
            page.append(ReportPage.paired(first, "users"));
            Plots.forest(
                    page,
                    "found within " + turns + " turns",
                    comparisons.stream()
                            .map(comparison -> new Plots.Difference(
                                    result.text(comparison, "second"),
                                    result.number(comparison, "difference"),
                                    result.number(comparison, "low"),
                                    result.number(comparison, "high")))
                            .toList());
        }
    }

    private static double within(JsonNode arm, int turn) {
        return EvaluationResult.numberOrNone(arm.path("found_within").path(turn - 1));
    }
}
