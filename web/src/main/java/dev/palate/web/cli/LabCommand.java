package dev.palate.web.cli;

import dev.palate.memory.Require;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.network.ClickTraining;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.evaluation.ClickEvaluation;
import dev.palate.retrieval.evaluation.RatingClicks;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.lab.Lab;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.retrieval.lab.LabPage;
import dev.palate.retrieval.lab.LabReport;
import dev.palate.retrieval.lab.LabTask;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `palate lab`: trains and measures ways to store the item table. Exit status 0, 1 when it could not be done, 2
/// for wrong usage, 130 when it was ended by Ctrl-C. After that or a kill the same command goes on where it was.
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains and measures ways to store the item table in fewer bytes, side by side at several sizes:"
                + " bytes, quality, training time, lookups. The same command goes on after Ctrl-C or a kill.")
public final class LabCommand implements Callable<Integer> {
    private static final Duration ENDING = Duration.ofSeconds(20);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--split",
            paramLabel = "DIR",
            description = "Folder with train.tsv, valid.tsv and test.tsv (or .tsv.gz): user_id item_id rating"
                    + " timestamp. Lists are measured.")
    private @Nullable Path split;

    @Option(
            names = "--ctr",
            paramLabel = "FILE",
            description = "In place of --split: a folder of MovieLens with ratings.csv and movies.csv, or its"
                    + " ratings.csv. Ratings of 4 stars and more against 2 and fewer are predicted, the last two of"
                    + " each user; AUC is measured. All tables but amtl and amtl-log-rule.")
    private @Nullable Path ctr;

    @Option(
            names = "--budget",
            split = ",",
            paramLabel = "Nx[,Nx]",
            description = "By how much the item table is to be smaller, each from 1x to 1000x. Default: 8x.")
    private List<String> budget = List.of("8x");

    @Option(
            names = "--tables",
            split = ",",
            paramLabel = "NAME[,NAME]",
            description = "all, or some of full (always measured), narrow, log-rule, amtl, amtl-log-rule, int8+5%%,"
                    + " int8-after, int4+1%%, int4-after, pq, pq-frozen, hash, qr, qr-added, crt, robe, robe-8, mem-rec,"
                    + " mem-com, mem-com-biased, tt, tt+cache, dhe, hot+hash, hot+qr, hot+mem-rec. The report says what"
                    + " each is. Default: all.")
    private List<String> tables = List.of("all");

    @Option(
            names = "--seeds",
            paramLabel = "N | A,B",
            description = "How many, from 1 on; or, with a comma, which. Default: 3.")
    private String seeds = "3";

    @Option(
            names = "--part",
            paramLabel = "NAME",
            description = "test; or valid, to choose the settings below by. Default: test.")
    private String part = "test";

    @Option(
            names = "--cut",
            paramLabel = "NAME",
            description = "loo: the split's files as they are; time80: of all rows of its files, each user's in order"
                    + " of time, the last fifth is to be found, with --part valid the last fifth of what is left."
                    + " Default: loo.")
    private @Nullable String cut;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder for journal.jsonl (every finished cell), the tables and the checkpoints; made when"
                    + " missing. Tables, budgets and seeds may be added by another call with the same folder.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(names = "--report", paramLabel = "OUT.html", description = "Writes a page with the plot and all tables.")
    private @Nullable Path report;

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(
            names = "--dimension",
            paramLabel = "N",
            description = "Of the vectors, 4 to 1024. Default: 64, with --ctr 32.")
    private @Nullable Integer dimension;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Of the training of every table; pq learns on for a fifth, amtl for half as many more."
                    + " Default: 30; with --ctr at most 30, the best is kept.")
    private @Nullable Integer epochs;

    @Option(names = "--rate", paramLabel = "X", description = "Of Adagrad. Default: .05, with --ctr .1.")
    private @Nullable Double rate;

    @Option(
            names = "--regularization",
            paramLabel = "X",
            description = "Of the vectors. Default: .003, with --ctr .01.")
    private @Nullable Double regularization;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Triples, or rows, of one step. Default: 16, with --ctr 256.")
    private @Nullable Integer batch;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "N",
            description = "A training is kept at the end of an epoch when the last time is so long ago. Default: 60.")
    private int checkpointSeconds = 60;

    @Override
    public Integer call() throws InterruptedException {
        AtomicBoolean stopped = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> end(stopped, ended), "palate-lab-end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return Measurement.status(spec, (print, line) -> run(print, line, stopped));
        } catch (CancellationException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("palate lab: stopped; the same command goes on from the last checkpoint in " + out);
            err.flush();
            return 130;
        } finally {
            ended.countDown();
            keepNoHook(hook);
        }
    }

    private static void keepNoHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, with the hook.
            return;
        }
    }

    /// On Ctrl-C: asks the work to end, and waits until it has, but not for ever.
    private static void end(AtomicBoolean stopped, CountDownLatch ended) {
        stopped.set(true);
        try {
            if (!ended.await(ENDING.toSeconds(), TimeUnit.SECONDS)) {
                // What is on the disk is whole at any moment, so the process may end in the middle of a batch.
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(PrintWriter print, ProgressLine line, AtomicBoolean stopped) {
        OutFiles.requireFolder("--report", report);
        json.require();
        if (checkpointSeconds < 0) {
            throw new IllegalArgumentException("--checkpoint-seconds must be at least 0, was " + checkpointSeconds);
        }
        LabTask task = task();
        Lab.Request request = new Lab.Request(
                tables.equals(List.of("all")) ? task.tables() : TableKind.of(tables),
                LabOrder.ratios("--budget", budget),
                seeds(),
                listSettings(),
                threads.or(1),
                Duration.ofSeconds(checkpointSeconds));
        Progress progress = (phase, done, total) -> {
            if (stopped.get()) {
                throw new CancellationException("stopped");
            }
            line.share(phase, (double) done / total);
        };
        LabReport found = Lab.run(task, request, out, progress);
        line.end();
        Map<String, String> made = made();
        json.write(found.report(made));
        if (report != null) {
            OutFiles.write(report, LabPage.of(found, made));
        }
        LabText.print(found, print);
        print.flush();
    }

    private LabTask task() {
        if ((split == null) == (ctr == null)) {
            throw new IllegalArgumentException("give --split DIR to measure lists, or --ctr FILE to measure clicks");
        }
        if (ctr != null) {
            if (cut != null) {
                throw new IllegalArgumentException("--cut is of a split: leave it out with --ctr");
            }
            if (!part.equals("test") && !part.equals("valid")) {
                throw new IllegalArgumentException("--part must be test, or valid to choose settings by, was " + part);
            }
            return new LabTask.Clicks(
                    String.valueOf(ctr.toAbsolutePath().normalize().getFileName()),
                    RatingClicks.read(ctr),
                    clickSettings(),
                    part.equals("test"));
        }
        LabTask.Cut how = LabTask.Cut.of(cut == null ? LabTask.Cut.FILES.key() : cut);
        Path rows = Objects.requireNonNull(split);
        // The test part is not opened when it is not asked for.
        return how.task(
                part.equals("valid") && how == LabTask.Cut.FILES ? Split.readForTuning(rows) : Split.read(rows), part);
    }

    private PairwiseSettings listSettings() {
        PairwiseSettings usual = PairwiseSettings.DEFAULT;
        return ctr != null
                ? usual
                : new PairwiseSettings(
                        or(dimension, usual.dimension()),
                        or(epochs, usual.epochs()),
                        or(rate, usual.rate()),
                        or(regularization, usual.regularization()),
                        or(batch, usual.batch()));
    }

    private ClickEvaluation.Settings clickSettings() {
        ClickEvaluation.Settings usual = ClickEvaluation.Settings.DEFAULTS;
        ClickTraining.Options training = usual.training();
        return new ClickEvaluation.Settings(
                Require.range("--dimension", or(dimension, usual.dimension()), 4, 1024),
                usual.hidden(),
                new ClickTraining.Options(
                        or(epochs, training.epochs()),
                        or(rate, training.rate()),
                        training.layerRate(),
                        or(regularization, training.regularization()),
                        or(batch, training.batch()),
                        1));
    }

    private static <T> T or(@Nullable T given, T usual) {
        return given == null ? usual : given;
    }

    private List<Long> seeds() {
        String text = seeds.strip();
        if (!text.matches("\\d{1,18}(,\\d{1,18})*,?")) {
            throw new IllegalArgumentException("--seeds must be how many there are to be, or the seeds with commas"
                    + " between, as 1,2,3, was {" + text + "}");
        }
        if (text.contains(",")) {
            String list = text.endsWith(",") ? text.substring(0, text.length() - 1) : text;
            return Arrays.stream(list.split(",", -1)).map(Long::valueOf).toList();
        }
        long count = Long.parseLong(text);
        if (count < 1 || count > 100) {
            throw new IllegalArgumentException("--seeds must be in [1, 100], was " + count
                    + ": for one seed of that number write it with a comma, " + count + ",");
        }
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    private Map<String, String> made() {
        Map<String, String> made = new LinkedHashMap<>();
        made.put("command", JsonOption.command(spec));
        made.put(
                "version",
                "Palate "
                        + Optional.ofNullable(Lab.class.getPackage().getImplementationVersion())
                                .orElse("as compiled, not packaged")
                        + ", Java " + Runtime.version());
        return made;
    }
}
