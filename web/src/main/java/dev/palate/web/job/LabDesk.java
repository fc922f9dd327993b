package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.recipe.TableChoice;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.web.metrics.StoreReports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What operators see of the embedding lab and do with what it found, the same from the API and the page. Thread-safe.
public final class LabDesk {
    private final LabRuns runs;
    private final Trainer trainer;
    private final StoreReports reports;

    /// With what it shows and changes.
    public LabDesk(LabRuns runs, Trainer trainer, StoreReports reports) {
        this.runs = runs;
        this.trainer = trainer;
        this.reports = reports;
    }

    /// What the next training stores vectors of ids in.
    ///
    /// @param here true when it was chosen in this server, false when the settings say so
    /// @param warnings where the lab or the literature says that it hurts
    public record TablesView(String items, String users, boolean here, List<String> warnings) {}

    /// One table of one size.
    ///
    /// @param text to choose it by; null for one that is there for comparison only
    /// @param reached how many times smaller than the full table
    /// @param recall mean over the seeds of the first metric
    /// @param deviation of it over the seeds
    /// @param ofFull its share of the full table's
    /// @param cpuSeconds of its training
    /// @param nanos of a lookup, half of them below
    public record RowView(
            String table,
            String about,
            @Nullable String text,
            double budget,
            double bytes,
            double reached,
            boolean fits,
            double recall,
            double deviation,
            double ofFull,
            double cpuSeconds,
            double nanos) {}

    /// What a lab found.
    ///
    /// @param metric what `recall` of the rows is
    /// @param unreachable tables that do not get so small, a line each
    /// @param pairs differences paired over users, a line each
    public record Results(
            String metric, long events, int seeds, List<RowView> rows, List<String> unreachable, List<String> pairs) {}

    /// All there is to see.
    ///
    /// @param job the newest, with how far it is; absent when there was none
    public record LabView(
            JobController.@Nullable JobView job,
            TablesView tables,
            @Nullable Results results) {}

    /// All there is to see.
    public LabView view() {
        return new LabView(
                runs.newest().map(JobController.JobView::of).orElse(null),
                tables(),
                results().orElse(null));
    }

    /// The tables of the next training.
    public TablesView tables() {
        Trainer.Tables tables = trainer.tables();
        StoreReports.Counts counts = reports.counts();
        return new TablesView(
                tables.chosen().items(),
                tables.chosen().users(),
                tables.here(),
                tables.chosen().warnings(counts.items(), counts.users()));
    }

    /// Keeps tables for the next trainings.
    ///
    /// @param items as the setting; the one in force when null
    /// @param users likewise
    /// @throws IllegalArgumentException naming what is wrong and what is allowed
    public void choose(@Nullable String items, @Nullable String users) {
        ChosenTables before = trainer.tables().chosen();
        trainer.choose(Optional.of(
                new ChosenTables(items == null ? before.items() : items, users == null ? before.users() : users)));
    }

    /// Goes by the settings again.
    public void forget() {
        trainer.choose(Optional.empty());
    }

    /// Starts a lab, or gives the one under way.
    public Job start(LabOrder order) {
        return runs.start(order);
    }

    private Optional<Results> results() {
        return runs.report().map(json -> results(JsonMapper.shared().readTree(json)));
    }

    private static Results results(JsonNode report) {
        String metric = report.path("metric").asString("");
        List<RowView> rows = new ArrayList<>();
        report.path("tables").forEach(row -> rows.add(row(row, metric)));
        List<String> unreachable = new ArrayList<>();
        report.path("unreachable")
                .forEach(one -> unreachable.add(one.path("table").asString("") + " at "
                        + number(one.path("budget").asDouble(0)) + "x: "
                        + one.path("why").asString("")));
        List<String> pairs = new ArrayList<>();
        report.path("comparisons").forEach(pair -> {
            JsonNode pooled = pair.path("pooled");
            pairs.add(String.format(
                    java.util.Locale.ROOT,
                    "%s − %s: %+.4f [%+.4f, %+.4f]",
                    pair.path("first").asString(""),
                    pair.path("second").asString(""),
                    pooled.path("difference").asDouble(0),
                    pooled.path("low").asDouble(0),
                    pooled.path("high").asDouble(0)));
        });
        return new Results(
                metric, report.path("events").asLong(0), report.path("seeds").size(), rows, unreachable, pairs);
    }

    private static RowView row(JsonNode row, String metric) {
        String table = row.path("table").asString("");
        double budget = row.path("budget").asDouble(0);
        JsonNode value = row.path("metrics").path(metric);
        double bytes = 0;
        double seconds = 0;
        double nanos = 0;
        int cells = Math.max(1, row.path("cells").size());
        for (JsonNode cell : row.path("cells")) {
            bytes += cell.path("bytes").asDouble(0) / cells;
            seconds += cell.path("trainSeconds").asDouble(0) / cells;
            nanos += cell.path("uniform").path("p50").asDouble(0) / cells;
        }
        return new RowView(
                table,
                row.path("about").asString(""),
                text(table, budget),
                budget,
                bytes,
                row.path("reached").asDouble(0),
                row.path("fits").asBoolean(true),
                value.path("mean").asDouble(0),
                value.path("deviation").asDouble(0),
                row.path("ofFull").path("mean").asDouble(0),
                seconds,
                nanos);
    }

    private static @Nullable String text(String table, double budget) {
        try {
            return TableChoice.of(budget == 0 ? table : table + "@" + number(budget) + "x")
                    .text();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String number(double ratio) {
        return java.math.BigDecimal.valueOf(ratio).stripTrailingZeros().toPlainString();
    }
}
