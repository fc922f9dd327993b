package dev.palate.retrieval.factor;

import com.sun.management.OperatingSystemMXBean;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.evaluation.Metrics;
import dev.palate.retrieval.evaluation.RankedLists;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.ranking.Ranker;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;

/// Fits a model on the train part of a split again and again and prints what each fit cost, for
/// `benchmarks/factors.py`:
/// `als SPLIT DIMENSION WEIGHT LAMBDA ITERATIONS STEPS THREADS REPEATS` or `ease SPLIT LAMBDA THREADS
/// REPEATS`. The first line is of a cold machine. Quality is that of the validation part.
final class FactorBenchmark {
    private FactorBenchmark() {}

    public static void main(String[] arguments) {
        RankingTask task = Split.readForTuning(Path.of(arguments[1])).validTask();
        int repeats = Integer.parseInt(arguments[arguments.length - 1]);
        for (int repeat = 0; repeat < repeats; repeat++) {
            System.gc();
            double cpu = cpuSeconds();
            long start = System.nanoTime();
            Scorer scorer = fit(arguments, task.known());
            double wall = (System.nanoTime() - start) / 1e9;
            cpu = cpuSeconds() - cpu;
            String quality = "";
            if (repeat == repeats - 1) {
                Metrics metrics = Metrics.of(RankedLists.of(task, Ranker.of(scorer), Progress.NONE));
                quality = String.format(Locale.ROOT, " %.4f %.4f", metrics.mean("Recall@10"), metrics.mean("NDCG@10"));
            }
            System.out.printf(Locale.ROOT, "fit %.3f %.3f%s%n", cpu, wall, quality);
        }
    }

    private static Scorer fit(String[] arguments, Histories histories) {
        if (arguments[0].equals("ease")) {
            Ease.Options options = new Ease.Options(Double.parseDouble(arguments[2]), Integer.parseInt(arguments[3]));
            return Ease.fit(histories, options, Progress.NONE).scorer(HistoryDecay.NONE);
        }
        ImplicitAls.Options options = new ImplicitAls.Options(
                Integer.parseInt(arguments[2]),
                Double.parseDouble(arguments[3]),
                Double.parseDouble(arguments[4]),
                0,
                Integer.parseInt(arguments[5]),
                Integer.parseInt(arguments[6]),
                Integer.parseInt(arguments[7]));
        return ImplicitAls.fit(histories, options, 1, Progress.NONE);
    }

    private static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }
}
