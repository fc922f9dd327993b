package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.EvaluationResult.numberOrNone;
import static dev.palate.retrieval.evaluation.Plots.escaped;
import static dev.palate.retrieval.evaluation.Plots.format;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/// Models on a split, as a part of a page. Stateless.
final class RankingSection {
    private static final List<String> COLUMNS =
            List.of("Recall@10", "NDCG@10", "Recall@20", "MRR@20", "Hit@10", "TailRecall@20", "Cov@20");
    private static final List<String> QUALITIES =
            List.of("PopPercentile@10", "PopLift@10", "TailShare@10", "Gini@10", "PopMiscalibration@10", "Likeness@10");

    private RankingSection() {}

    static void append(StringBuilder page, EvaluationResult result) {
        List<JsonNode> models = result.list(result.root(), "models");
        head(page, result);
        accuracy(page, result, models);
        comparisons(page, result);
        activity(page, result, models);
        qualities(page, result, models);
        seeds(page, result, models);
        weights(page, result);
    }

    private static void head(StringBuilder page, EvaluationResult result) {
        JsonNode root = result.root();
        String protocol = result.text(root, "protocol");
        page.append(format(
                "<p>%,d users with something to find, %,d items, %,d known events; ",
                (long) result.number(root, "users"), (long) result.number(root, "items"), (long)
                        result.number(root, "events")));
        page.append(
                switch (protocol) {
                    case "cold" -> "only items without any known event are ranked, all of them.";
                    case "temporal" -> "all that is to be found came after all that is known.";
                    default -> "each user's next event is to be found; models know other users' later events.";
                });
        page.append(
                protocol.equals("cold") ? "" : " Every item that a user has not had is ranked, nothing is sampled.");
        page.append("</p>\n");
        ReportPage.command(page, result);
    }

    private static void accuracy(StringBuilder page, EvaluationResult result, List<JsonNode> models) {
        page.append("<h2>Accuracy</h2>\n");
        Plots.bars(
                page,
                "NDCG@10 with two standard errors",
                models.stream()
                        .map(model -> new Plots.Bar(
                                result.text(model, "model"),
                                peer(model),
                                result.number(model.path("metrics"), "NDCG@10"),
                                2 * result.number(model.path("metrics"), "SE_NDCG@10")))
                        .toList());
        table(page, result, models, COLUMNS, (model, column) -> numberOrNone(model.path("metrics"), column));
    }

    private static boolean peer(JsonNode model) {
        return model.path("peer").asBoolean(false);
    }

    private static void table(
            StringBuilder page,
            EvaluationResult result,
            List<JsonNode> models,
            List<String> columns,
            BiFunction<JsonNode, String, Double> cell) {
        List<Plots.Line> lines = new ArrayList<>();
        for (JsonNode model : models) {
            lines.add(new Plots.Line(
                    result.text(model, "model"),
                    peer(model),
                    columns.stream()
                            .map(column -> format("%.4f", cell.apply(model, column)))
                            .toList()));
        }
        Plots.table(page, "model", columns, lines);
    }

    private static void comparisons(StringBuilder page, EvaluationResult result) {
        List<JsonNode> comparisons = result.list(result.root(), "comparisons");
        if (comparisons.isEmpty()) {
            return;
        }
        String reference = result.text(comparisons.getFirst(), "reference");
        page.append("<h2>").append(escaped(reference)).append(" minus each other</h2>\n");
        page.append(ReportPage.paired(reference, "users"));
        for (String metric : Evaluation.COMPARED) {
            Plots.forest(
                    page,
                    metric,
                    comparisons.stream()
                            .filter(comparison ->
                                    result.text(comparison, "metric").equals(metric))
                            .map(comparison -> new Plots.Difference(
                                    result.text(comparison, "other"),
                                    result.number(comparison, "difference"),
                                    result.number(comparison, "low"),
                                    result.number(comparison, "high")))
                            .toList());
        }
    }

    private static void activity(StringBuilder page, EvaluationResult result, List<JsonNode> models) {
        List<JsonNode> thirds = result.list(result.root(), "activity");
        page.append("<h2>By activity</h2>\n<p>NDCG@10 of the third of the users with the shortest histories (");
        page.append(String.join(
                "; ",
                thirds.stream()
                        .map(third -> format(
                                "%d to %d",
                                (long) result.number(third, "shortest"), (long) result.number(third, "longest")))
                        .toList()));
        page.append(" events), the middle and the longest third.</p>\n");
        table(
                page,
                result,
                models,
                thirds.stream().map(third -> result.text(third, "name")).toList(),
                (model, third) -> numberOrNone(model.path("byActivity").path("NDCG@10"), third));
    }

    private static void qualities(StringBuilder page, EvaluationResult result, List<JsonNode> models) {
        page.append("<h2>What the lists are like</h2>\n<p>PopPercentile: mean popularity of what is shown, 1 the most"
                + " popular item. PopLift: log popularity shown against that of the user's history, 0 as popular."
                + " TailShare: shown items outside the most popular fifth. Gini: 0 when all items are shown alike."
                + " PopMiscalibration: distance between history and list over popular, middle and rare items, 0 the"
                + " same mixture. Likeness: how alike the items of a list are, where there is a catalog.</p>\n");
        Plots.scatter(
                page,
                "NDCG@10 against coverage",
                "NDCG@10",
                "share of the catalog shown in anyone's first 20: 1",
                models.stream()
                        .map(model -> new Plots.Point(
                                result.text(model, "model"),
                                peer(model),
                                result.number(model.path("metrics"), "Cov@20"),
                                result.number(model.path("metrics"), "NDCG@10")))
                        .toList());
        table(page, result, models, QUALITIES, (model, column) -> numberOrNone(model.path("qualities"), column));
    }

    private static void seeds(StringBuilder page, EvaluationResult result, List<JsonNode> models) {
        page.append("<h2>Each seed</h2>\n");
        List<Plots.Line> lines = new ArrayList<>();
        for (JsonNode model : models) {
            for (JsonNode run : result.list(model, "runs")) {
                JsonNode metrics = run.path("metrics");
                lines.add(new Plots.Line(
                        result.text(model, "model"),
                        peer(model),
                        List.of(
                                peer(model) ? "–" : format("%d", (long) result.number(run, "seed")),
                                format("%.4f", result.number(metrics, "Recall@10")),
                                format("%.4f", result.number(metrics, "NDCG@10")),
                                peer(model) ? "–" : format("%.1f", result.number(run, "cpuSeconds")))));
            }
        }
        Plots.table(page, "model", List.of("seed", "Recall@10", "NDCG@10", "cpu s"), lines);
    }

    private static void weights(StringBuilder page, EvaluationResult result) {
        List<JsonNode> weights = result.list(result.root(), "weights");
        if (weights.isEmpty()) {
            return;
        }
        page.append("<h2>Fitted weights</h2>\n<p>By length of history, with the first seed.</p>\n");
        weights.forEach(line ->
                page.append("<p><code>").append(escaped(line.asString(""))).append("</code></p>\n"));
    }
}
