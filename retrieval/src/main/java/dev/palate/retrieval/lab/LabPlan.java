package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableKind;
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
    record Job(CellKey key, TableKind table, int phase) {}

    private record Place(TableKind table, double ratio) {}

    private final Map<Place, Double> same = new HashMap<>();
    private final List<LabReport.Unreachable> unreachable = new ArrayList<>();
    private final List<Job> jobs = new ArrayList<>();

    private LabPlan() {}

    /// @param shape of the items; its seed is of no account
    static LabPlan of(Lab.Request request, Recipe.Shape shape) {
        LabPlan plan = new LabPlan();
        // The adaptive table comes before the one that follows it.
        for (TableKind table : request.tables().stream().sorted().toList()) {
            if (table.ofOneSize()) {
                plan.same.put(new Place(table, 0), 0.0);
                plan.add(request, table, 0);
            } else {
                plan.sizes(request, shape, table);
            }
        }
        return plan;
    }

    private void sizes(Lab.Request request, Recipe.Shape shape, TableKind table) {
        Map<Recipe, Double> seen = new LinkedHashMap<>();
        for (double ratio : request.ratios()) {
            Recipe recipe = Recipe.of(table, shape, ratio);
            if (recipe instanceof Recipe.OutOfReach(String why)) {
                unreachable.add(new LabReport.Unreachable(table, ratio, why));
                continue;
            }
            double kept = standing(recipe, ratio, seen);
            same.put(new Place(table, ratio), kept);
            if (kept == ratio) {
                add(request, table, ratio);
            }
        }
    }

    /// The size that a size is kept as. One that follows the adaptive table is there for each of those.
    private double standing(Recipe recipe, double ratio, Map<Recipe, Double> seen) {
        if (recipe instanceof Recipe.AsAdaptive) {
            Double followed = standsFor(TableKind.AMTL, ratio);
            return followed == null ? ratio : followed;
        }
        Double before = seen.putIfAbsent(recipe, ratio);
        return before == null ? ratio : before;
    }

    private void add(Lab.Request request, TableKind table, double ratio) {
        int phase = table == TableKind.FULL ? 0 : table == TableKind.AMTL_LOG_RULE ? 2 : 1;
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
    Double standsFor(TableKind table, double ratio) {
        return same.get(new Place(table, table.ofOneSize() ? 0 : ratio));
    }
}
