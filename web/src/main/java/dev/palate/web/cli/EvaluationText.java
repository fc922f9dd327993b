package dev.palate.web.cli;

import dev.palate.retrieval.evaluation.Evaluation;
import dev.palate.retrieval.evaluation.Evaluation.Row;
import java.io.PrintWriter;
import java.util.Locale;

/// An evaluation on the terminal: the metrics of one model, or a table of several. Stateless.
final class EvaluationText {
    private EvaluationText() {}

    static void print(Evaluation evaluation, PrintWriter out) {
        if (evaluation.rows().size() == 1 && evaluation.rows().getFirst().runs().size() == 1) {
            one(evaluation.rows().getFirst().runs().getFirst(), out);
        } else {
            several(evaluation, out);
        }
    }

    private static void one(Evaluation.Run run, PrintWriter out) {
        run.metrics()
                .report()
                .forEach((metric, value) -> out.println(
                        value instanceof Integer
                                ? metric + "\t" + value
                                : format("%s\t%.5f", metric, value.doubleValue())));
    }

    private static void several(Evaluation evaluation, PrintWriter out) {
        out.println(format(
                "%-24s%10s%10s%10s%10s%10s%10s", "model", "R@10", "N@10", "R@20", "tail R@20", "Cov@20", "cpu s"));
        for (Row row : evaluation.rows()) {
            out.println(format(
                    "%-24s%10.4f%10.4f%10.4f%10.4f%10.4f%10s",
                    row.name(),
                    row.mean("Recall@10"),
                    row.mean("NDCG@10"),
                    row.mean("Recall@20"),
                    tail(row),
                    row.mean("Cov@20"),
                    row.peer()
                            ? "-"
                            : format(
                                    "%.1f",
                                    row.runs().stream()
                                            .mapToDouble(Evaluation.Run::cpuSeconds)
                                            .sum())));
            if (row.runs().stream().map(run -> run.metrics().means()).distinct().count() > 1) {
                row.runs()
                        .forEach(run -> out.println(format(
                                "  %-22s%10.4f%10.4f",
                                "seed " + run.seed(),
                                run.metrics().mean("Recall@10"),
                                run.metrics().mean("NDCG@10"))));
            }
        }
        evaluation
                .comparisons()
                .forEach(comparison -> out.println(format(
                        "%s - %s, %s: %+.4f [%+.4f, %+.4f]%s",
                        comparison.reference(),
                        comparison.other(),
                        comparison.metric(),
                        comparison.interval().difference(),
                        comparison.interval().low(),
                        comparison.interval().high(),
                        some(comparison.interval().users(), evaluation.task().evaluated().length))));
        evaluation.weights().forEach(line -> out.println("weights " + line));
    }

    /// Says so where other lists were not made for all users.
    private static String some(int users, int all) {
        return users == all ? "" : ", over the " + users + " of " + all + " users who have both lists";
    }

    /// A split whose items are all popular has no tail.
    private static double tail(Row row) {
        return row.runs().getFirst().metrics().means().containsKey("TailRecall@20")
                ? row.mean("TailRecall@20")
                : Double.NaN;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
