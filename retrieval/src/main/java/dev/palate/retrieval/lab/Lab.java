package dev.palate.retrieval.lab;

import dev.palate.memory.Require;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.tuning.Journal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Trains the tables that were asked for, of every size and seed, and measures them. A cell, that is one table
/// of one size and seed, is trained by one thread, so that cells do not depend on how many there are; cells are
/// worked on by several. A finished cell is in the folder's journal before the next begins, a training in
/// progress leaves a checkpoint at the end of an epoch when the last one is long enough ago: after a kill the
/// same call goes on and ends in the same tables.
///
/// Everything but the table of the items is trained in full and never compressed. Stateless.
public final class Lab {
    /// What to measure.
    ///
    /// @param tables with the full one
    /// @param ratios what to be smaller by, ascending, each in [1, 1000]; at most 16
    /// @param seeds at least one, at most 100
    /// @param settings of the training, the same for all
    /// @param threads cells worked on at a time, in [1, 256]
    /// @param every the least time between two checkpoints of a training
    public record Request(
            List<TableKind> tables,
            List<Double> ratios,
            List<Long> seeds,
            PairwiseSettings settings,
            int threads,
            Duration every) {
        /// @throws IllegalArgumentException when a value is out of range
        public Request {
            tables = List.copyOf(tables);
            ratios = ratios.stream().distinct().sorted().toList();
            seeds = seeds.stream().distinct().toList();
            Require.range("number of budgets", ratios.size(), 1, 16);
            ratios.forEach(ratio -> Require.range("--budget", ratio, 1, 1000));
            Require.range("number of seeds", seeds.size(), 1, 100);
            Require.range("--threads", threads, 1, 256);
            if (!tables.contains(TableKind.FULL)) {
                throw new IllegalArgumentException("the full table is what others are measured by: add it");
            }
        }
    }

    private final LabTask task;
    private final Request request;
    private final LabFolder folder;
    private final Bench bench;
    private final LabPlan plan;
    private final Map<CellKey, Cell> cells = new ConcurrentHashMap<>();

    private Lab(LabTask task, Request request, Path folder) {
        this.task = task;
        this.request = request;
        List<TableKind> refused = request.tables().stream()
                .filter(table -> !task.tables().contains(table))
                .toList();
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException("no table "
                    + refused.stream().map(table -> "{" + table.key() + "}").collect(Collectors.joining(", "))
                    + " on this task: give all, or some of "
                    + task.tables().stream().map(TableKind::key).collect(Collectors.joining(", ")));
        }
        this.folder = LabFolder.make(folder);
        bench = switch (task) {
            case LabTask.Lists lists -> new ListBench(lists, request, this.folder);
            case LabTask.Clicks clicks -> new ClickBench(clicks);
        };
        plan = LabPlan.of(request, bench.shape(0));
    }

    /// Runs what is left to do.
    ///
    /// @param folder for the journal, the tables and the checkpoints; made when there is none
    /// @param progress told of cells and trainings with an estimate of what is left, by the threads that work;
    ///     may throw to end all of it
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when the folder is of another lab or
    ///     in use, BAD_FILE when a file in it is damaged, STORAGE when the disk refuses
    public static LabReport run(LabTask task, Request request, Path folder, Progress progress) {
        return new Lab(task, request, folder).run(progress);
    }

    private LabReport run(Progress progress) {
        try (Journal<Cell> journal = Journal.open(folder.journal(), bench.header(), Cell.class)) {
            Estimate estimate = new Estimate(plan.jobs(), request.threads(), progress);
            journal.entries().forEach(cell -> cells.put(cell.key(), cell));
            for (LabPlan.Job job : plan.jobs()) {
                Cell before = cells.get(job.key());
                if (before != null) {
                    clear(job);
                    estimate.finished(job, before.trainSeconds());
                }
            }
            plan.phases().values().forEach(jobs -> {
                List<LabPlan.Job> left = jobs.stream()
                        .filter(job -> !cells.containsKey(job.key()))
                        .toList();
                ParallelRange.run(request.threads(), left.size(), number -> {
                    LabPlan.Job job = left.get(number);
                    long start = System.nanoTime();
                    Cell cell = measure(job, estimate.of(job));
                    synchronized (journal) {
                        journal.add(cell);
                    }
                    clear(job);
                    cells.put(job.key(), cell);
                    estimate.finished(job, (System.nanoTime() - start) / 1e9);
                });
            });
        }
        return LabReport.of(task, request, plan, cells, folder::readUsers);
    }

    /// Checkpoints are of no use any more, but for the full model that others are made of.
    private void clear(LabPlan.Job job) {
        if (job.table() != TableKind.FULL) {
            folder.finished(job.key());
        }
    }

    private Cell measure(LabPlan.Job job, Progress progress) {
        CellKey key = job.key();
        Recipe.Shape shape = bench.shape(key.seed());
        Bench.Made made = bench.make(key, Recipe.of(job.table(), shape, Math.max(1, key.ratio())), progress);
        EmbeddingTable items = made.items();
        EmbeddingTables.write(items, folder.table(key));
        folder.writeUsers(key, made.users());
        int rows = shape.rows();
        return new Cell(
                key,
                items.spec(),
                items.residentBytes(),
                folder.size(folder.table(key)),
                (double) shape.fullBytes() / items.residentBytes(),
                made.metrics(),
                made.seconds(),
                LookupSample.uniform(items, rows, key.seed()),
                LookupSample.zipf(items, rows, key.seed()),
                made.remark());
    }
}
