package dev.palate.retrieval.lab;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.recipe.TableKind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How much of a lab is done and how long the rest will take: by what cells of the same table took, or by what
/// such a table takes beside others that were measured. Thread-safe.
final class Estimate {
    private final Progress progress;
    private final int threads;
    private final int cells;
    private final Map<TableKind, Integer> open = new EnumMap<>(TableKind.class);
    private final Map<TableKind, double[]> measured = new EnumMap<>(TableKind.class);
    private final Map<LabPlan.Job, Double> running = new HashMap<>();
    private int done;

    Estimate(List<LabPlan.Job> jobs, int threads, Progress progress) {
        this.progress = progress;
        this.threads = threads;
        cells = jobs.size();
        jobs.forEach(job -> open.merge(job.table(), 1, Integer::sum));
    }

    /// A cell is finished.
    ///
    /// @param seconds that it took; of one that another process finished, those of its training
    synchronized void finished(LabPlan.Job job, double seconds) {
        done++;
        running.remove(job);
        open.merge(job.table(), -1, Integer::sum);
        if (seconds > 0) {
            double[] sum = measured.computeIfAbsent(job.table(), table -> new double[2]);
            sum[0] += seconds;
            sum[1]++;
        }
        tell(job, 1, 1);
    }

    /// For the training of a cell.
    Progress of(LabPlan.Job job) {
        return (phase, part, all) -> {
            synchronized (this) {
                running.put(job, part / (double) all);
                tell(job, part, all);
            }
        };
    }

    private void tell(LabPlan.Job job, int part, int all) {
        double unit = unit();
        double left = 0;
        for (Map.Entry<TableKind, Integer> entry : open.entrySet()) {
            left += entry.getValue() * seconds(entry.getKey(), unit);
        }
        for (Map.Entry<LabPlan.Job, Double> entry : running.entrySet()) {
            left -= entry.getValue() * seconds(entry.getKey().table(), unit);
        }
        String rest = unit == 0 || done == cells
                ? ""
                : String.format(Locale.ROOT, ", about %s left", spell(Math.max(0, left) / threads));
        String text = String.format(
                Locale.ROOT,
                "%d of %d cells, %s %.0f %%%s",
                done,
                cells,
                job.key().words(),
                100.0 * part / all,
                rest);
        double share = running.values().stream().mapToDouble(value -> value).sum();
        progress.advanced(text, (int) Math.min(1000, 1000 * (done + share) / cells), 1000);
    }

    /// The mean seconds of what has the cost 1; 0 when nothing was measured.
    private double unit() {
        double seconds = 0;
        double cost = 0;
        for (Map.Entry<TableKind, double[]> entry : measured.entrySet()) {
            seconds += entry.getValue()[0];
            cost += entry.getValue()[1] * entry.getKey().cost();
        }
        return cost == 0 ? 0 : seconds / cost;
    }

    private double seconds(TableKind table, double unit) {
        double[] sum = measured.get(table);
        return sum == null ? unit * table.cost() : sum[0] / sum[1];
    }

    static String spell(double seconds) {
        if (seconds < 90) {
            return Math.round(seconds) + " s";
        }
        return seconds < 5400
                ? Math.round(seconds / 60) + " min"
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
