package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.EvaluationResult.numberOrNone;
import static dev.palate.retrieval.evaluation.Plots.escaped;
import static dev.palate.retrieval.evaluation.Plots.format;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Ways to rank items that nobody had, as a part of a page. Stateless.
final class ColdSection {
    private static final List<String> COLUMNS = List.of("Recall@20", "NDCG@20");

    private ColdSection() {}

    static void append(StringBuilder page, EvaluationResult result) {
        JsonNode root = result.root();
        page.append(format(
                "<p>%,d items without any known event, ranked among themselves for the %,d users who had one of them;"
                        + " %,d items and %,d events are known. Settings were chosen on inner splits of the known"
                        + " events: ",
                (long) result.number(root, "cold"),
                (long) result.number(root, "users"),
                (long) result.number(root, "items"),
                (long) result.number(root, "events")));
        page.append(escaped(result.text(root, "settings"))).append(".</p>\n");
        ReportPage.command(page, result);
        accuracy(page, result, result.list(root, "ways"));
        launch(page, result, root.path("launch"));
    }

    private static void accuracy(StringBuilder page, EvaluationResult result, List<JsonNode> ways) {
        page.append("<h2>Accuracy</h2>\n");
        Plots.bars(
                page,
                "Recall@20 with two standard errors",
                ways.stream()
                        .map(way -> new Plots.Bar(
                                result.text(way, "way"),
                                false,
                                result.number(way.path("metrics"), "Recall@20"),
                                2 * result.number(way.path("metrics"), "SE_Recall@20")))
                        .toList());
        List<Plots.Line> lines = new ArrayList<>();
        for (JsonNode way : ways) {
            lines.add(new Plots.Line(
                    result.text(way, "way"),
                    false,
                    COLUMNS.stream()
                            .map(column -> format(
                                    "%.4f ± %.4f",
                                    result.number(way.path("metrics"), column),
                                    result.number(way.path("metrics"), "SE_" + column)))
                            .toList()));
        }
        Plots.table(page, "way", COLUMNS, lines);
        page.append("<h2>Each way minus ")
                .append(escaped(ColdEvaluation.REFERENCE))
                .append("</h2>\n");
        page.append(ReportPage.paired("the way", "users"));
        Plots.forest(
                page,
                "Recall@20",
                ways.stream()
                        .filter(way -> !result.text(way, "way").equals(ColdEvaluation.REFERENCE))
                        .map(way -> new Plots.Difference(
                                result.text(way, "way"),
                                result.number(way.path("against"), "difference"),
                                result.number(way.path("against"), "low"),
                                result.number(way.path("against"), "high")))
                        .toList());
    }

    private static void launch(StringBuilder page, EvaluationResult result, JsonNode launch) {
        List<String> buckets = new ArrayList<>();
        result.list(launch, "buckets").forEach(bucket -> buckets.add(bucket.asString("")));
        List<JsonNode> rows = result.list(launch, "ways");
        page.append("<h2>Launch</h2>\n<p>Hit@20 among the cold items as they come out, by the events that an item had"
                + " before; ± is the standard error.</p>\n");
        List<String> columns = new ArrayList<>(buckets);
        columns.add("all");
        List<Plots.Line> lines = new ArrayList<>();
        List<String> events = new ArrayList<>();
        result.list(launch, "events").forEach(count -> events.add(format("%,d", (long) count.asDouble(0))));
        events.add("");
        lines.add(new Plots.Line("events", true, events));
        for (JsonNode row : rows) {
            List<String> cells = new ArrayList<>();
            for (JsonNode bucket : result.list(row, "byEvents")) {
                cells.add(format("%.3f ± %.3f", numberOrNone(bucket, "rate"), numberOrNone(bucket, "error")));
            }
            cells.add(format("%.3f", numberOrNone(row, "rate")));
            lines.add(new Plots.Line(result.text(row, "way"), false, cells));
        }
        Plots.table(page, "way", columns, lines);
        for (JsonNode row : rows) {
            List<Plots.Difference> differences = new ArrayList<>();
            for (JsonNode bucket : result.list(row, "byEvents")) {
                if (bucket.path("againstBest").isObject()) {
                    JsonNode against = bucket.path("againstBest");
                    differences.add(new Plots.Difference(
                            result.text(bucket, "events") + ": " + result.text(against, "part"),
                            result.number(against, "difference"),
                            result.number(against, "low"),
                            result.number(against, "high")));
                }
            }
            if (!differences.isEmpty()) {
                Plots.forest(
                        page,
                        result.text(row, "way") + " minus the best of text, aligner and dynamic memory, by events seen",
                        differences);
            }
        }
    }
}
