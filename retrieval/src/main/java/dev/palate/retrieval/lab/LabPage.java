package dev.palate.retrieval.lab;

import static dev.palate.retrieval.evaluation.HtmlPage.escaped;
import static dev.palate.retrieval.evaluation.HtmlPage.format;

import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.evaluation.ClickEvaluation;
import dev.palate.retrieval.evaluation.HtmlPage;
import dev.palate.retrieval.lab.LabReport.Comparison;
import dev.palate.retrieval.lab.LabReport.Row;
import dev.palate.retrieval.lab.LabReport.Spread;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A lab's report as one HTML page that needs nothing else. Stateless.
public final class LabPage {
    private static final String STYLE = """
            body{max-width:80rem}svg{max-width:none}table{font-size:.8rem}th,td{padding:.3rem .4rem}
            tr.size th{padding-top:1.1rem;text-align:left;color:var(--ink);font-size:.95rem}
            td.words{white-space:normal;text-align:left;color:var(--soft)}
            td .mark{font-size:1.1em;margin-right:.35em}.dev{color:var(--soft);font-size:.85em}
            dt{font-weight:600;margin-top:.4rem}dd{margin:0;color:var(--soft)}
            .short{color:var(--bad)}
            """;

    private LabPage() {}

    /// The page.
    ///
    /// @param made how it was made, in words: the command, versions
    public static String of(LabReport report, Map<String, String> made) {
        String title = "Embedding lab: " + report.task().name();
        StringBuilder page = HtmlPage.begin(title, STYLE + ParetoPlot.STYLE);
        head(page, report, title);
        page.append("<h2>Bytes against ")
                .append(escaped(report.task().metrics().getFirst()))
                .append("</h2>\n<p>Of the item table alone, on a logarithmic scale; a line joins the sizes of one"
                        + " table, a stroke is the standard deviation over the seeds, the broad band is the best there"
                        + " is for so many bytes, the dashed line the full table.</p>\n")
                .append(ParetoPlot.of(report));
        tables(page, report);
        unreachable(page, report);
        comparisons(page, report);
        about(page, report);
        made(page, report, made);
        return HtmlPage.end(page);
    }

    private static void head(StringBuilder page, LabReport report, String title) {
        page.append("<h1>").append(escaped(title)).append("</h1>\n<p>");
        switch (report.task()) {
            case LabTask.Lists(var task) ->
                page.append(format(
                        "%,d users with something to find, %,d items, %,d known events. Every item that a user has"
                                + " not had is ranked, nothing is sampled. Items are compressed, users and a bias of"
                                + " each item are not, and are not counted in the bytes.",
                        task.evaluated().length,
                        task.items().size(),
                        task.known().eventCount()));
            case LabTask.Clicks clicks ->
                page.append(format(
                        "%,d ratings of 4 stars and more or 2 and fewer to learn from, %,d to predict, the last of their"
                                + " users; the two before them choose the epoch. The table of the items is compressed,"
                                + " all others and a number for each id are not, and are not counted in the bytes.",
                        clicks.events(), clicks.held()));
        }
        page.append("</p>\n");
    }

    private static void tables(StringBuilder page, LabReport report) {
        List<String> metrics = report.task().metrics().stream()
                .limit(3)
                .filter(name -> report.rows().stream()
                        .noneMatch(row -> Double.isNaN(row.metric(name).mean())))
                .toList();
        page.append("<h2>Tables</h2>\n<p>Means over the seeds, with standard deviations; “of full” compares with the"
                + " full table of the same seed. Cpu seconds are those of the training."
                + " Lookups are a rough sample: one thread beside other work, means of"
                + " 32 lookups, half of them and 99 of 100 below.</p>\n<div class=\"wide\"><table><tr><th>table</th>"
                + "<th>bytes</th><th>x</th><th>on disk</th>");
        metrics.forEach(name -> page.append("<th>").append(escaped(name)).append("</th>"));
        page.append("<th>of full</th><th>cpu s</th><th>ns, uniform</th><th>ns, Zipf</th><th></th></tr>\n");
        List<Double> sizes = new ArrayList<>(List.of(0.0));
        sizes.addAll(report.request().ratios());
        for (double size : sizes) {
            List<Row> rows = new ArrayList<>(
                    report.rows().stream().filter(row -> row.ratio() == size).toList());
            rows.sort(Comparator.comparingDouble(
                    row -> -row.metric(metrics.getFirst()).mean()));
            page.append("<tr class=\"size\"><th colspan=\"")
                    .append(9 + metrics.size())
                    .append("\">")
                    .append(size == 0 ? "Tables of one size" : "At most 1/" + plain(size) + " of the bytes")
                    .append("</th></tr>\n");
            rows.forEach(row -> row(page, row, metrics));
        }
        page.append("</table></div>\n");
    }

    private static String plain(double size) {
        String times = CellKey.times(size);
        return times.substring(0, times.length() - 1);
    }

    private static void row(StringBuilder page, Row row, List<String> metrics) {
        page.append(format(
                        "<tr><td><span class=\"mark f%d\">■</span>",
                        row.table().family().ordinal()))
                .append(escaped(row.table().key()))
                .append(format(
                        "</td><td>%,.0f</td><td%s>%.1f</td><td>%,.0f</td>",
                        row.mean(Cell::bytes),
                        row.fits() ? "" : " class=\"short\"",
                        row.reached(),
                        row.mean(Cell::diskBytes)));
        metrics.forEach(name -> cell(page, row.metric(name), 4));
        cell(page, row.ofFull(), 3);
        page.append(format(
                "<td>%.1f</td><td>%.0f / %.0f</td><td>%.0f / %.0f</td><td class=\"words\">",
                row.mean(Cell::trainSeconds),
                row.mean(cell -> cell.uniform().p50()),
                row.mean(cell -> cell.uniform().p99()),
                row.mean(cell -> cell.zipf().p50()),
                row.mean(cell -> cell.zipf().p99())));
        page.append(escaped(row.cells().stream()
                        .map(Cell::remark)
                        .filter(remark -> !remark.isEmpty())
                        .distinct()
                        .collect(Collectors.joining("; "))))
                .append("</td></tr>\n");
    }

    private static void cell(StringBuilder page, Spread value, int digits) {
        page.append(format("<td>%." + digits + "f", value.mean()));
        if (value.deviation() > 0) {
            page.append(format(" <span class=\"dev\">±%." + digits + "f</span>", value.deviation()));
        }
        page.append("</td>");
    }

    private static void unreachable(StringBuilder page, LabReport report) {
        List<String> lines = new ArrayList<>();
        for (double ratio : report.request().ratios()) {
            List<String> ofOneSize = report.rows().stream()
                    .filter(row -> row.ratio() == 0 && row.table() != TableKind.FULL && row.reached() < ratio)
                    .map(row -> row.table().key() + format(" (%.1fx whatever the budget)", row.reached()))
                    .toList();
            List<String> others = report.unreachable().stream()
                    .filter(one -> one.ratio() == ratio)
                    .map(one -> one.table().key() + " (" + one.why() + ")")
                    .toList();
            List<String> tooLarge = report.rows().stream()
                    .filter(row -> row.ratio() == ratio && !row.fits())
                    .map(row -> row.table().key() + format(" (came out at %.1fx)", row.reached()))
                    .toList();
            List<String> all = new ArrayList<>(ofOneSize);
            all.addAll(others);
            all.addAll(tooLarge);
            if (!all.isEmpty()) {
                lines.add("<tr><td>" + CellKey.times(ratio) + "</td><td class=\"words\">"
                        + escaped(String.join(", ", all)) + "</td></tr>\n");
            }
        }
        if (!lines.isEmpty()) {
            page.append("<h2>Out of reach</h2>\n<p>Tables that do not get so small.</p>\n<div class=\"wide\"><table>"
                    + "<tr><th>budget</th><th></th></tr>\n");
            lines.forEach(page::append);
            page.append("</table></div>\n");
        }
    }

    private static void comparisons(StringBuilder page, LabReport report) {
        if (report.comparisons().isEmpty()) {
            return;
        }
        page.append("<h2>Pairs</h2>\n<p>")
                .append(escaped(report.task().metrics().getFirst()))
                .append(" of the first minus that of the second, paired over users, with the interval in which 95 of"
                        + " 100 resamples of the users lie; pooled: of each user's mean over the seeds.</p>\n"
                        + "<div class=\"wide\"><table><tr><th>pair</th><th>pooled</th>");
        report.request()
                .seeds()
                .forEach(seed -> page.append("<th>seed ").append(seed).append("</th>"));
        page.append("</tr>\n");
        for (Comparison pair : report.comparisons()) {
            page.append("<tr><td>")
                    .append(escaped(pair.first().name() + " − " + pair.second().name()))
                    .append("</td>");
            interval(page, pair.pooled());
            pair.seeds().forEach(one -> interval(page, one));
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }

    private static void interval(StringBuilder page, PairedBootstrap.Interval one) {
        page.append(format(
                "<td%s>%+.4f [%+.4f, %+.4f]</td>",
                one.above() ? " class=\"good\"" : one.below() ? " class=\"bad\"" : "",
                one.difference(),
                one.low(),
                one.high()));
    }

    private static void about(StringBuilder page, LabReport report) {
        page.append("<h2>What the tables are</h2>\n<dl>\n");
        report.request()
                .tables()
                .forEach(table -> page.append("<dt>")
                        .append(escaped(table.key()))
                        .append("</dt><dd>")
                        .append(escaped(table.about()))
                        .append("</dd>\n"));
        page.append("</dl>\n");
    }

    private static void made(StringBuilder page, LabReport report, Map<String, String> made) {
        PairwiseSettings settings = report.request().settings();
        page.append("<h2>How it was made</h2>\n");
        made.forEach((what, value) -> page.append("<p>")
                .append(escaped(what))
                .append(" <code>")
                .append(escaped(value))
                .append("</code></p>\n"));
        switch (report.task()) {
            case LabTask.Lists _ ->
                page.append(format(
                        "<p>BPR with sparse Adagrad, all tables alike: dimension %d, %d epochs, rate %s, regularisation"
                                + " %s, batches of %d; seeds %s.</p>\n",
                        settings.dimension(),
                        settings.epochs(),
                        settings.rate(),
                        settings.regularization(),
                        settings.batch(),
                        report.request().seeds()));
            case LabTask.Clicks clicks -> {
                ClickEvaluation.Settings click = clicks.settings();
                page.append(format(
                        "<p>A factorisation machine and a network of %s units, sparse Adagrad, all tables alike:"
                                + " dimension %d, at most %d epochs, rate %s (network %s), regularisation %s, batches of"
                                + " %d; seeds %s.</p>\n",
                        click.hidden(),
                        click.dimension(),
                        click.training().epochs(),
                        click.training().rate(),
                        click.training().layerRate(),
                        click.training().regularization(),
                        click.training().batch(),
                        report.request().seeds()));
            }
        }
    }
}
