package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.evaluation.Evaluation.Comparison;
import dev.palate.retrieval.evaluation.Evaluation.Row;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// An evaluation as one HTML page that needs nothing else: tables, and plots drawn in it. Stateless.
public final class ReportPage {
    private static final String STYLE = """
            :root{--ink:#1d2129;--soft:#5d6675;--line:#d9dee6;--paper:#fff;--ours:#3058c9;--peer:#8a93a3;--good:#1c7c4a;\
            --bad:#b3362c}
            @media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a3acba;--line:#363d49;--paper:#15181d;\
            --ours:#86a5ff;--peer:#78818f;--good:#5cc98d;--bad:#ef8177}}
            *{box-sizing:border-box}
            body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;font:16px/1.5 system-ui,sans-serif;\
            color:var(--ink);background:var(--paper)}
            h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2.25rem 0 .5rem}
            p{margin:.25rem 0 .75rem;color:var(--soft);max-width:46rem}
            .wide{overflow-x:auto}
            table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.875rem}
            th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
            th{font-weight:600;color:var(--soft)}
            th:first-child,td:first-child{text-align:left}
            .good{color:var(--good)}.bad{color:var(--bad)}.peer{color:var(--soft)}
            svg{display:block;width:100%;height:auto;max-width:58rem}
            svg text{fill:var(--ink);font:13px system-ui,sans-serif}svg .soft{fill:var(--soft)}
            .ours{fill:var(--ours)}.other{fill:var(--peer)}.axis{stroke:var(--line)}.whisker{stroke:var(--ink)}
            .mark{stroke:var(--ink);fill:var(--ours)}
            code{font-size:.875rem}
            """;

    private static final int WIDTH = 900;
    private static final int LABELS = 190;
    private static final int VALUES = 110;
    private static final int ROW = 26;
    private static final List<String> COLUMNS =
            List.of("Recall@10", "NDCG@10", "Recall@20", "MRR@20", "Hit@10", "TailRecall@20", "Cov@20");
    private static final List<String> QUALITIES =
            List.of("PopPercentile@10", "PopLift@10", "TailShare@10", "Gini@10", "PopMiscalibration@10", "Likeness@10");

    private ReportPage() {}

    /// The page.
    ///
    /// @param command as it was called, shown at the top
    public static String of(Evaluation evaluation, String command) {
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Evaluation of ");
        page.append(escaped(evaluation.task().name()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n");
        head(page, evaluation, command);
        accuracy(page, evaluation);
        comparisons(page, evaluation);
        activity(page, evaluation);
        qualities(page, evaluation);
        seeds(page, evaluation);
        weights(page, evaluation);
        return page.append("</body></html>\n").toString();
    }

    private static void head(StringBuilder page, Evaluation evaluation, String command) {
        RankingTask task = evaluation.task();
        page.append("<h1>").append(escaped(task.name())).append("</h1>\n<p>");
        page.append(format(
                "%,d users with something to find, %,d items, %,d known events; ",
                task.evaluated().length, task.items().size(), task.known().eventCount()));
        page.append(
                task.cold()
                        ? "only items without any known event are ranked, all of them."
                        : task.temporal()
                                ? "all that is to be found came after all that is known."
                                : "each user's next event is to be found; models know other users' later events.");
        page.append(task.cold() ? "" : " Every item that a user has not had is ranked, nothing is sampled.");
        page.append("</p>\n<p><code>").append(escaped(command)).append("</code></p>\n");
    }

    private static void accuracy(StringBuilder page, Evaluation evaluation) {
        page.append("<h2>Accuracy</h2>\n");
        bars(
                page,
                "NDCG@10 with two standard errors",
                evaluation.rows(),
                row -> row.mean("NDCG@10"),
                row -> 2 * row.mean("SE_NDCG@10"));
        table(page, "model", COLUMNS, evaluation.rows(), (row, column) -> row.mean(column));
    }

    private static void comparisons(StringBuilder page, Evaluation evaluation) {
        if (evaluation.comparisons().isEmpty()) {
            return;
        }
        String reference = evaluation.comparisons().getFirst().reference();
        page.append("<h2>")
                .append(escaped(reference))
                .append(" minus each other</h2>\n<p>Paired over users; the line is")
                .append(" the interval in which 95 of 100 resamples of the users lie. Right of zero ")
                .append(escaped(reference))
                .append(" is better.</p>\n");
        for (String metric : Evaluation.COMPARED) {
            forest(
                    page,
                    metric,
                    evaluation.comparisons().stream()
                            .filter(comparison -> comparison.metric().equals(metric))
                            .toList());
        }
    }

    private static void activity(StringBuilder page, Evaluation evaluation) {
        List<Activity> thirds = Activity.of(evaluation.task());
        page.append("<h2>By activity</h2>\n<p>NDCG@10 of the third of the users with the shortest histories (");
        List<String> ranges = thirds.stream()
                .map(third -> third.shortest() + " to " + third.longest())
                .toList();
        page.append(String.join("; ", ranges)).append(" events), the middle and the longest third.</p>\n");
        table(
                page,
                "model",
                thirds.stream().map(Activity::name).toList(),
                evaluation.rows(),
                (row, column) -> evaluation.byActivity(row, "NDCG@10").getOrDefault(column, Double.NaN));
    }

    private static void qualities(StringBuilder page, Evaluation evaluation) {
        page.append("<h2>What the lists are like</h2>\n<p>PopPercentile: mean popularity of what is shown, 1 the most"
                + " popular item. PopLift: log popularity shown against that of the user's history, 0 as popular."
                + " TailShare: shown items outside the most popular fifth. Gini: 0 when all items are shown alike."
                + " PopMiscalibration: distance between history and list over popular, middle and rare items, 0 the"
                + " same mixture. Likeness: how alike the items of a list are, where there is a catalog.</p>\n");
        scatter(page, evaluation.rows());
        table(page, "model", QUALITIES, evaluation.rows(), (row, column) -> row.quality(column));
    }

    private static void seeds(StringBuilder page, Evaluation evaluation) {
        page.append("<h2>Each seed</h2>\n<div class=\"wide\"><table><tr><th>model</th><th>seed</th><th>Recall@10</th>"
                + "<th>NDCG@10</th><th>cpu s</th></tr>\n");
        for (Row row : evaluation.rows()) {
            for (Evaluation.Run run : row.runs()) {
                page.append(row.peer() ? "<tr class=\"peer\"><td>" : "<tr><td>")
                        .append(escaped(row.name()))
                        .append("</td><td>")
                        .append(row.peer() ? "–" : Long.toString(run.seed()))
                        .append(format(
                                "</td><td>%.4f</td><td>%.4f</td><td>",
                                run.metrics().mean("Recall@10"), run.metrics().mean("NDCG@10")))
                        .append(row.peer() ? "–" : format("%.1f", run.cpuSeconds()))
                        .append("</td></tr>\n");
            }
        }
        page.append("</table></div>\n");
    }

    private static void weights(StringBuilder page, Evaluation evaluation) {
        if (evaluation.weights().isEmpty()) {
            return;
        }
        page.append("<h2>Fitted weights</h2>\n<p>By length of history, with the first seed.</p>\n");
        evaluation
                .weights()
                .forEach(line -> page.append("<p><code>").append(escaped(line)).append("</code></p>\n"));
    }

    private interface Cell {
        double of(Row row, String column);
    }

    private static void table(StringBuilder page, String first, List<String> columns, List<Row> rows, Cell cell) {
        page.append("<div class=\"wide\"><table><tr><th>").append(first).append("</th>");
        columns.forEach(column -> page.append("<th>").append(escaped(column)).append("</th>"));
        page.append("</tr>\n");
        for (Row row : rows) {
            page.append(row.peer() ? "<tr class=\"peer\"><td>" : "<tr><td>")
                    .append(escaped(row.name()))
                    .append("</td>");
            columns.forEach(column -> page.append("<td>")
                    .append(format("%.4f", cell.of(row, column)))
                    .append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }

    private static void bars(
            StringBuilder page,
            String title,
            List<Row> rows,
            ToDoubleFunction<Row> value,
            ToDoubleFunction<Row> spread) {
        double highest = rows.stream()
                .mapToDouble(row -> value.applyAsDouble(row) + spread.applyAsDouble(row))
                .max()
                .orElse(1);
        double scale = (WIDTH - LABELS - VALUES) / Math.max(1e-9, highest);
        open(page, title, rows.size() * ROW + 8);
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double length = value.applyAsDouble(row) * scale;
            double whisker = spread.applyAsDouble(row) * scale;
            int middle = i * ROW + ROW / 2 + 4;
            label(page, row.name(), middle);
            page.append(format(
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" rx=\"2\"/>",
                    row.peer() ? "other" : "ours", LABELS, middle - 8, length));
            page.append(format(
                    "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    LABELS + Math.max(0, length - whisker), LABELS + length + whisker, middle, middle));
            page.append(format(
                    "<text class=\"soft\" x=\"%.1f\" y=\"%d\">%.4f</text>",
                    LABELS + length + whisker + 8, middle + 4, value.applyAsDouble(row)));
        }
        page.append("</svg>\n");
    }

    private static void forest(StringBuilder page, String metric, List<Comparison> comparisons) {
        double low = 0;
        double high = 0;
        for (Comparison comparison : comparisons) {
            low = Math.min(low, comparison.interval().low());
            high = Math.max(high, comparison.interval().high());
        }
        int space = WIDTH - LABELS - 2 * VALUES - 20;
        double scale = space / Math.max(1e-9, high - low);
        double zero = LABELS + 10 - low * scale;
        open(page, metric, comparisons.size() * ROW + 30);
        page.append(format("<text class=\"soft\" x=\"0\" y=\"16\">%s</text>", metric));
        page.append(format(
                "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"22\" y2=\"%d\"/>",
                zero, zero, comparisons.size() * ROW + 28));
        for (int i = 0; i < comparisons.size(); i++) {
            Comparison comparison = comparisons.get(i);
            PairedBootstrap.Interval interval = comparison.interval();
            int middle = i * ROW + ROW / 2 + 26;
            label(page, comparison.other(), middle);
            page.append(format(
                    "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    zero + interval.low() * scale, zero + interval.high() * scale, middle, middle));
            page.append(format(
                    "<circle class=\"mark\" cx=\"%.1f\" cy=\"%d\" r=\"5\"/>",
                    zero + interval.difference() * scale, middle));
            page.append(format(
                    "<text class=\"soft\" x=\"%d\" y=\"%d\">%+.4f [%+.4f, %+.4f]</text>",
                    WIDTH - 2 * VALUES + 10, middle + 4, interval.difference(), interval.low(), interval.high()));
        }
        page.append("</svg>\n");
    }

    /// Accuracy against how much of the catalog is shown.
    private static void scatter(StringBuilder page, List<Row> rows) {
        int height = 300;
        double best =
                rows.stream().mapToDouble(row -> row.mean("NDCG@10")).max().orElse(1);
        open(page, "NDCG@10 against coverage", height + 44);
        page.append(
                format("<line class=\"axis\" x1=\"60\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", WIDTH - 20, height, height));
        page.append(format("<line class=\"axis\" x1=\"60\" x2=\"60\" y1=\"10\" y2=\"%d\"/>", height));
        page.append(format("<text class=\"soft\" x=\"60\" y=\"%d\">0</text>", height + 20));
        page.append(format(
                "<text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"end\">share of the catalog shown in"
                        + " anyone's first 20: 1</text>",
                WIDTH - 20, height + 20));
        page.append(format("<text class=\"soft\" x=\"0\" y=\"22\">%.3f</text>", best));
        page.append("<text class=\"soft\" x=\"66\" y=\"22\">NDCG@10</text>");
        List<double[]> taken = new ArrayList<>();
        for (Row row : rows) {
            double x = 60 + row.mean("Cov@20") * (WIDTH - 80);
            double y = height - row.mean("NDCG@10") / Math.max(1e-9, best) * (height - 40);
            page.append(format(
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>", row.peer() ? "other" : "ours", x, y));
            double labelY = free(taken, x, y + 4);
            boolean left = x > WIDTH - 190;
            page.append(format(
                            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
                            left ? x - 10 : x + 10, labelY, left ? "end" : "start"))
                    .append(escaped(row.name()))
                    .append("</text>");
        }
        page.append("</svg>\n");
    }

    /// A height near the wanted one at which no label stands yet.
    private static double free(List<double[]> taken, double x, double wanted) {
        double y = wanted;
        for (int tries = 0; tries < 40; tries++) {
            double at = y;
            if (taken.stream().noneMatch(other -> Math.abs(other[0] - x) < 150 && Math.abs(other[1] - at) < 14)) {
                break;
            }
            y = wanted + (tries % 2 == 0 ? 1 : -1) * 7 * (tries / 2 + 2);
        }
        taken.add(new double[] {x, y});
        return y;
    }

    private static void open(StringBuilder page, String title, int height) {
        page.append(
                format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, height, escaped(title)));
    }

    private static void label(StringBuilder page, String name, int middle) {
        page.append(format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABELS - 8, middle + 4))
                .append(escaped(name))
                .append("</text>");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String escaped(String text) {
        Map<String, String> named = Map.of("<", "&lt;", ">", "&gt;", "\"", "&quot;");
        String escaped = text.replace("&", "&amp;");
        for (Map.Entry<String, String> entry : named.entrySet()) {
            escaped = escaped.replace(entry.getKey(), entry.getValue());
        }
        return escaped;
    }
}
