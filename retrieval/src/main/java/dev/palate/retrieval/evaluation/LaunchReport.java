package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.evaluation.LaunchSimulation.Row;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What came of a launch simulation, in words and for JSON. Immutable.
///
/// @param rows the parts first, then the others
/// @param parts how many of the rows are parts
record LaunchReport(List<Row> rows, int parts) {
    /// A way minus the part that is best in a bucket. As the part is chosen by the same events, the way looks rather
    /// worse than it is.
    ///
    /// @param part the name of the part
    record Against(String part, PairedBootstrap.Interval interval) {}

    LaunchReport {
        rows = List.copyOf(rows);
    }

    /// Empty where the row is a part or the bucket has no event.
    Optional<Against> against(Row row, int bucket) {
        if (rows.indexOf(row) < parts || row.events()[bucket] == 0) {
            return Optional.empty();
        }
        Row best = rows.subList(0, parts).stream()
                .max(Comparator.comparingDouble(part -> part.rate(bucket)))
                .orElseThrow();
        return Optional.of(new Against(
                best.name(),
                PairedBootstrap.of(hits(row, bucket), hits(best, bucket), PairedBootstrap.RESAMPLES, 1, 1)));
    }

    private static double[] hits(Row row, int bucket) {
        double[] hits = new double[row.events()[bucket]];
        int count = 0;
        for (int at = 0; at < row.bucketOf().length; at++) {
            if (row.bucketOf()[at] == bucket) {
                hits[count++] = row.found().get(at) ? 1 : 0;
            }
        }
        return hits;
    }

    /// Tells the rows in a table, one line each.
    void print(Consumer<String> out) {
        out.accept("hit@20 by events seen\t" + String.join("\t", LaunchSimulation.buckets()) + "\tall");
        if (!rows.isEmpty()) {
            out.accept("events\t"
                    + String.join(
                            "\t",
                            Arrays.stream(rows.getFirst().events())
                                    .mapToObj(String::valueOf)
                                    .toList())
                    + "\t" + Arrays.stream(rows.getFirst().events()).sum());
        }
        for (Row row : rows) {
            StringBuilder line = new StringBuilder(row.name());
            for (int bucket = 0; bucket < LaunchSimulation.BUCKETS.length; bucket++) {
                line.append(String.format(Locale.ROOT, "\t%.3f±%.3f", row.rate(bucket), row.error(bucket)));
            }
            out.accept(line + String.format(Locale.ROOT, "\t%.3f", row.rate()));
        }
    }

    /// Tells how each way stands against the best part, in each bucket, with its paired interval.
    void printAgainst(Consumer<String> out) {
        out.accept("minus the best part, 95 %\t" + String.join("\t", LaunchSimulation.buckets()));
        for (Row row : rows.subList(parts, rows.size())) {
            StringBuilder line = new StringBuilder(row.name());
            for (int bucket = 0; bucket < LaunchSimulation.BUCKETS.length; bucket++) {
                line.append('\t')
                        .append(against(row, bucket)
                                .map(one -> String.format(
                                        Locale.ROOT,
                                        "%s %+.3f [%+.3f, %+.3f]",
                                        one.part,
                                        one.interval.difference(),
                                        one.interval.low(),
                                        one.interval.high()))
                                .orElse("-"));
            }
            out.accept(line.toString());
        }
    }

    /// Everything as plain maps, lists, strings and numbers, for JSON.
    Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("buckets", LaunchSimulation.buckets());
        report.put("events", rows.isEmpty() ? List.of() : rows.getFirst().events());
        report.put("ways", rows.stream().map(this::report).toList());
        return report;
    }

    private Map<String, Object> report(Row row) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("way", row.name());
        report.put("rate", row.rate());
        List<Map<String, Object>> byEvents = new ArrayList<>();
        for (int bucket = 0; bucket < LaunchSimulation.BUCKETS.length; bucket++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("events", LaunchSimulation.buckets().get(bucket));
            if (row.events()[bucket] > 0) {
                one.put("hits", row.hits()[bucket]);
                one.put("rate", row.rate(bucket));
                one.put("error", row.error(bucket));
            }
            against(row, bucket)
                    .ifPresent(against -> one.put(
                            "againstBest",
                            Map.of(
                                    "part", against.part,
                                    "difference", against.interval.difference(),
                                    "low", against.interval.low(),
                                    "high", against.interval.high(),
                                    "events", against.interval.users())));
            byEvents.add(one);
        }
        report.put("byEvents", byEvents);
        return report;
    }
}
