package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// What a lab found: tables by size, what they cost, what they are worth, and some of them compared.
///
/// @param task what they were measured on
/// @param request what was asked for
/// @param rows tables of one size first, then by size, each in the lab's order
/// @param unreachable sizes that a table cannot have
/// @param comparisons of tables of one size
public record LabReport(
        LabTask task,
        Lab.Request request,
        List<Row> rows,
        List<Unreachable> unreachable,
        List<Comparison> comparisons) {
    private static final List<List<TableKind>> PAIRS = List.of(
            List.of(TableKind.FULL, TableKind.INT8_CACHED),
            List.of(TableKind.FULL, TableKind.PQ),
            List.of(TableKind.PQ, TableKind.NARROW),
            List.of(TableKind.PQ, TableKind.HOT_HASH),
            List.of(TableKind.PQ, TableKind.HOT_QR),
            List.of(TableKind.PQ, TableKind.HOT_MEM_REC),
            List.of(TableKind.HOT_HASH, TableKind.QR),
            List.of(TableKind.HOT_QR, TableKind.QR),
            List.of(TableKind.HOT_MEM_REC, TableKind.QR),
            List.of(TableKind.QR, TableKind.HASH),
            List.of(TableKind.AMTL, TableKind.AMTL_LOG_RULE));

    /// Copies the lists.
    public LabReport {
        rows = List.copyOf(rows);
        unreachable = List.copyOf(unreachable);
        comparisons = List.copyOf(comparisons);
    }

    /// A mean over seeds and how far they are from it.
    ///
    /// @param deviation of a sample; 0 of one seed
    public record Spread(double mean, double deviation) {
        static Spread of(double[] values) {
            double mean = Arrays.stream(values).average().orElse(Double.NaN);
            double squares = Arrays.stream(values)
                    .map(value -> (value - mean) * (value - mean))
                    .sum();
            return new Spread(mean, values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)));
        }
    }

    /// One table of one size.
    ///
    /// @param ratio that was asked for; 0 for a table of one size
    /// @param cells one per seed, in the order asked for
    /// @param ofFull the first metric over that of the full table of the same seed
    public record Row(TableKind table, double ratio, List<Cell> cells, Spread ofFull) {
        /// Copies the list.
        public Row {
            cells = List.copyOf(cells);
        }

        /// A metric over the seeds; NaN where it does not apply.
        public Spread metric(String name) {
            return Spread.of(cells.stream()
                    .mapToDouble(cell -> cell.metrics().getOrDefault(name, Double.NaN))
                    .toArray());
        }

        /// The mean of something else over the seeds.
        public double mean(ToDoubleFunction<Cell> value) {
            return cells.stream().mapToDouble(value).average().orElse(Double.NaN);
        }

        /// The full table's bytes over the mean of this one's.
        public double reached() {
            Cell first = cells.getFirst();
            return first.ratio() * first.bytes() / mean(Cell::bytes);
        }

        /// Whether all seeds came out as small as was asked for.
        public boolean fits() {
            return cells.stream().allMatch(Cell::fits);
        }

        /// The table's name and the size asked for.
        public String name() {
            return table.key() + (ratio == 0 ? "" : " " + CellKey.times(ratio));
        }
    }

    /// A size that a table cannot have.
    ///
    /// @param ratio that was asked for
    /// @param why with the bytes it needs and those there are
    public record Unreachable(TableKind table, double ratio, String why) {}

    /// One table minus another by the first metric, over the same users.
    ///
    /// @param seeds one interval per seed, in the order asked for
    /// @param pooled of each user's mean over the seeds
    public record Comparison(
            Row first, Row second, List<PairedBootstrap.Interval> seeds, PairedBootstrap.Interval pooled) {}

    static LabReport of(
            LabTask task,
            Lab.Request request,
            LabPlan plan,
            Map<CellKey, Cell> cells,
            Function<CellKey, double[]> users) {
        String first = task.metrics().getFirst();
        List<Row> rows = new ArrayList<>();
        List<Double> sizes = new ArrayList<>(List.of(0.0));
        sizes.addAll(request.ratios());
        for (double size : sizes) {
            for (TableKind table : request.tables()) {
                if (table.ofOneSize() == (size == 0)) {
                    row(request, plan, cells, table, size, first).ifPresent(rows::add);
                }
            }
        }
        List<Comparison> comparisons = new ArrayList<>();
        for (double ratio : request.ratios()) {
            for (List<TableKind> pair : PAIRS) {
                boolean sized = pair.stream().anyMatch(table -> !table.ofOneSize());
                Optional<Row> one = find(rows, pair.getFirst(), ratio);
                Optional<Row> other = find(rows, pair.getLast(), ratio);
                if (task.paired()
                        && one.isPresent()
                        && other.isPresent()
                        && (sized || ratio == request.ratios().getFirst())) {
                    comparisons.add(compare(one.get(), other.get(), request, users));
                }
            }
        }
        return new LabReport(task, request, rows, plan.unreachable(), comparisons);
    }

    private static Optional<Row> row(
            Lab.Request request, LabPlan plan, Map<CellKey, Cell> cells, TableKind table, double size, String metric) {
        Double kept = plan.standsFor(table, size);
        if (kept == null) {
            return Optional.empty();
        }
        List<Cell> ofSeeds = new ArrayList<>();
        double[] ofFull = new double[request.seeds().size()];
        for (long seed : request.seeds()) {
            Cell cell = Objects.requireNonNull(cells.get(CellKey.of(table, kept, seed)));
            Cell full = Objects.requireNonNull(cells.get(CellKey.of(TableKind.FULL, 0, seed)));
            ofFull[ofSeeds.size()] = cell.metrics().getOrDefault(metric, Double.NaN)
                    / full.metrics().getOrDefault(metric, Double.NaN);
            ofSeeds.add(cell);
        }
        return Optional.of(new Row(table, size, ofSeeds, Spread.of(ofFull)));
    }

    private static Optional<Row> find(List<Row> rows, TableKind table, double ratio) {
        return rows.stream()
                .filter(row -> row.table == table && (table.ofOneSize() || row.ratio == ratio))
                .findFirst();
    }

    private static Comparison compare(Row one, Row other, Lab.Request request, Function<CellKey, double[]> users) {
        List<PairedBootstrap.Interval> intervals = new ArrayList<>();
        double[] firsts = new double[0];
        double[] seconds = new double[0];
        int seeds = one.cells.size();
        for (int seed = 0; seed < seeds; seed++) {
            double[] first = users.apply(one.cells.get(seed).key());
            double[] second = users.apply(other.cells.get(seed).key());
            intervals.add(interval(first, second, request));
            firsts = seed == 0 ? new double[first.length] : firsts;
            seconds = seed == 0 ? new double[first.length] : seconds;
            for (int user = 0; user < first.length; user++) {
                firsts[user] += first[user] / seeds;
                seconds[user] += second[user] / seeds;
            }
        }
        return new Comparison(one, other, intervals, interval(firsts, seconds, request));
    }

    private static PairedBootstrap.Interval interval(double[] first, double[] second, Lab.Request request) {
        return PairedBootstrap.of(
                first, second, PairedBootstrap.RESAMPLES, request.seeds().getFirst(), request.threads());
    }

    /// Everything as plain maps, lists, strings and numbers, for JSON.
    ///
    /// @param made how it was made: the command, versions
    public Map<String, Object> report(Map<String, String> made) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("made", made);
        report.put("task", task.name());
        report.put("events", task.events());
        report.put(
                "settings",
                switch (task) {
                    case LabTask.Lists _ -> request.settings();
                    case LabTask.Clicks clicks -> clicks.settings();
                });
        report.put("seeds", request.seeds());
        report.put("budgets", request.ratios());
        report.put("metric", task.metrics().getFirst());
        report.put("tables", rows.stream().map(this::report).toList());
        report.put(
                "unreachable",
                unreachable.stream()
                        .map(one -> Map.of(
                                "table", one.table().key(),
                                "budget", one.ratio(),
                                "why", one.why()))
                        .toList());
        report.put(
                "comparisons",
                comparisons.stream()
                        .map(one -> {
                            Map<String, Object> compared = new LinkedHashMap<>();
                            compared.put("first", one.first.name());
                            compared.put("second", one.second.name());
                            compared.put("seeds", one.seeds);
                            compared.put("pooled", one.pooled);
                            return compared;
                        })
                        .toList());
        return report;
    }

    private Map<String, Object> report(Row row) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("table", row.table.key());
        report.put("about", row.table.about());
        report.put("budget", row.ratio);
        report.put("reached", row.reached());
        report.put("fits", row.fits());
        Map<String, Object> metrics = new LinkedHashMap<>();
        task.metrics().forEach(name -> {
            if (!Double.isNaN(row.metric(name).mean)) {
                metrics.put(name, row.metric(name));
            }
        });
        report.put("metrics", metrics);
        report.put("ofFull", row.ofFull);
        report.put("cells", row.cells);
        return report;
    }
}
