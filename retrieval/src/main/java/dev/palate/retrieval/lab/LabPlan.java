package dev.palate.retrieval.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which cells there are to compute, and what stands for what was asked for: sizes that come out as the same
/// table are one cell, sizes that a table cannot have are none. Immutable.
final class LabPlan {
    /// One cell to compute.
    ///
    /// @param phase cells of a phase need those of the phases before
    record Job(CellKey key, LabTable table, int phase) {}

    private record Place(LabTable table, double ratio) {}

    private final Map<Place, Double> same = new HashMap<>();
    private final List<LabReport.Unreachable> unreachable = new ArrayList<>();
    private final List<Job> jobs = new ArrayList<>();

    private LabPlan() {}

    /// @param shape of the items; its seed is of no account
    static LabPlan of(Lab.Request request, Recipe.Shape shape) {
        LabPlan plan = new LabPlan();
        for (LabTable table : request.tables()) {
            if (table.ofOneSize()) {
                plan.same.put(new Place(table, 0), 0.0);
                plan.add(request, table, 0);
            } else {
                plan.sizes(request, shape, table);
            }
        }
        return plan;
    }

    private void sizes(Lab.Request request, Recipe.Shape shape, LabTable table) {
        Map<Recipe, Double> seen = new LinkedHashMap<>();
        for (double ratio : request.ratios()) {
            Recipe recipe = Recipe.of(table, shape, ratio);
            if (recipe instanceof Recipe.OutOfReach(String why)) {
                unreachable.add(new LabReport.Unreachable(table, ratio, why));
                continue;
            }
            // Two sizes that follow each other's table are only the same where those are.
            Double before = recipe instanceof Recipe.AsAdaptive ? null : seen.putIfAbsent(recipe, ratio);
            same.put(new Place(table, ratio), before == null ? ratio : before);
            if (before == null) {
                add(request, table, ratio);
            }
        }
    }

    private void add(Lab.Request request, LabTable table, double ratio) {
        int phase = table == LabTable.FULL ? 0 : table == LabTable.AMTL_LOG_RULE ? 2 : 1;
        for (long seed : request.seeds()) {
            jobs.add(new Job(CellKey.of(table, ratio, seed), table, phase));
        }
    }

    /// The cells, by phase.
    Map<Integer, List<Job>> phases() {
        Map<Integer, List<Job>> phases = new TreeMap<>();
        jobs.forEach(job ->
                phases.computeIfAbsent(job.phase, phase -> new ArrayList<>()).add(job));
        return phases;
    }

    List<Job> jobs() {
        return List.copyOf(jobs);
    }

    List<LabReport.Unreachable> unreachable() {
        return List.copyOf(unreachable);
    }

    /// The size under which a table's cells of this size are kept; null when it cannot have it.
    @Nullable
    Double standsFor(LabTable table, double ratio) {
        return same.get(new Place(table, table.ofOneSize() ? 0 : ratio));
    }
}
