package dev.palate.web.cli;

import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.lab.Cell;
import dev.palate.retrieval.lab.CellKey;
import dev.palate.retrieval.lab.LabReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/// A lab's report on the terminal. Stateless.
final class LabText {
    private LabText() {}

    static void print(LabReport report, PrintWriter out) {
        List<String> all = report.task().metrics();
        List<String> metrics = all.subList(0, Math.min(3, all.size()));
        StringBuilder head =
                new StringBuilder(format("%-22s%12s%7s%16s%9s", "table", "bytes", "x", metrics.getFirst(), "of full"));
        metrics.stream().skip(1).forEach(name -> head.append(format("%14s", name.replace("TailRecall", "tail R"))));
        out.println(head.append(format("%9s", "cpu s")));
        for (LabReport.Row row : report.rows()) {
            LabReport.Spread first = row.metric(metrics.getFirst());
            StringBuilder line = new StringBuilder(format(
                    "%-22s%12.0f%7.1f%16s%9.3f",
                    row.name(),
                    row.mean(Cell::bytes),
                    row.reached(),
                    format("%.4f ±%.4f", first.mean(), first.deviation()),
                    row.ofFull().mean()));
            metrics.stream()
                    .skip(1)
                    .forEach(name ->
                            line.append(format("%14.4f", row.metric(name).mean())));
            out.println(line.append(format("%9.1f", row.mean(Cell::trainSeconds)))
                    .append(row.fits() ? "" : "  larger than asked for"));
        }
        report.unreachable()
                .forEach(one -> out.println(
                        one.table().key() + " " + CellKey.times(one.ratio()) + ": out of reach, " + one.why()));
        for (double ratio : report.request().ratios()) {
            report.rows().stream()
                    .filter(row -> row.ratio() == 0 && row.table() != TableKind.FULL && row.reached() < ratio)
                    .forEach(row -> out.println(format(
                            "%s %s: out of reach, it is %.1fx whatever the budget",
                            row.table().key(), CellKey.times(ratio), row.reached())));
        }
        report.comparisons()
                .forEach(pair -> out.println(format(
                        "%s - %s, %s: %+.4f [%+.4f, %+.4f]",
                        pair.first().name(),
                        pair.second().name(),
                        metrics.getFirst(),
                        pair.pooled().difference(),
                        pair.pooled().low(),
                        pair.pooled().high())));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
