package dev.palate.web.cli;

import dev.palate.memory.MemoryException;
import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.lab.Lab;
import dev.palate.retrieval.lab.LabPage;
import dev.palate.retrieval.lab.LabReport;
import dev.palate.retrieval.lab.LabTask;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

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
            required = true,
            paramLabel = "DIR",
            description =
                    "Folder with train.tsv, valid.tsv and test.tsv (or .tsv.gz): user_id item_id rating timestamp.")
    @SuppressWarnings("NullAway.Init")
    private Path split;

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
    private String cut = "loo";

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

    @Option(names = "--json", paramLabel = "OUT.json", description = "Writes the same as JSON.")
    private @Nullable Path json;

    @Option(names = "--dimension", paramLabel = "N", description = "Of the vectors, 4 to 1024. Default: 64.")
    private int dimension = PairwiseSettings.DEFAULT.dimension();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Of the training of every table; pq learns on for a fifth, amtl for half as many more."
                    + " Default: 30.")
    private int epochs = PairwiseSettings.DEFAULT.epochs();

    @Option(names = "--rate", paramLabel = "X", description = "Of Adagrad. Default: .05.")
    private double rate = PairwiseSettings.DEFAULT.rate();

    @Option(names = "--regularization", paramLabel = "X", description = "Of the vectors. Default: .003.")
    private double regularization = PairwiseSettings.DEFAULT.regularization();

    @Option(names = "--batch", paramLabel = "N", description = "Triples of one step. Default: 16.")
    private int batch = PairwiseSettings.DEFAULT.batch();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Cells worked on at a time; the tables are the same for any number, times of lookups suffer."
                    + " Default: 1.")
    private int threads = 1;

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "N",
            description = "A training is kept at the end of an epoch when the last time is so long ago. Default: 60.")
    private int checkpointSeconds = 60;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        AtomicBoolean stopped = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> end(stopped, ended), "palate-lab-end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            VectorModule.require();
            run(spec.commandLine().getOut(), ProgressLine.of(err), stopped);
            return 0;
        } catch (CancellationException e) {
            err.println("palate lab: stopped; the same command goes on from the last checkpoint in " + out);
            err.flush();
            return 130;
        } catch (RetrievalException | MemoryException e) {
            err.println("palate lab: " + e.getMessage());
            return 1;
        } catch (IllegalArgumentException e) {
            err.println("palate lab: " + e.getMessage());
            return 2;
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
        OutFiles.requireFolder("--json", json);
        if (checkpointSeconds < 0) {
            throw new IllegalArgumentException("--checkpoint-seconds must be at least 0, was " + checkpointSeconds);
        }
        Lab.Request request = new Lab.Request(
                TableKind.of(tables),
                ratios(),
                seeds(),
                new PairwiseSettings(dimension, epochs, rate, regularization, batch),
                threads,
                Duration.ofSeconds(checkpointSeconds));
        LabTask.Cut how = LabTask.Cut.of(cut);
        LabTask.Lists task = how.task(rows(how), part);
        Progress progress = (phase, done, total) -> {
            if (stopped.get()) {
                throw new CancellationException("stopped");
            }
            line.share(phase, (double) done / total);
        };
        LabReport found = Lab.run(task, request, out, progress);
        line.end();
        Map<String, String> made = made();
        if (json != null) {
            OutFiles.write(
                    json,
                    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(found.report(made)) + "\n");
        }
        if (report != null) {
            OutFiles.write(report, LabPage.of(found, made));
        }
        LabText.print(found, print);
        print.flush();
    }

    /// The test part is not opened when it is not asked for.
    private Split rows(LabTask.Cut how) {
        return part.equals("valid") && how == LabTask.Cut.FILES ? Split.readForTuning(split) : Split.read(split);
    }

    private List<Double> ratios() {
        List<Double> ratios = new ArrayList<>();
        for (String one : budget) {
            String text = one.strip();
            if (!text.matches("\\d{1,4}(\\.\\d{1,3})?x")) {
                throw new IllegalArgumentException("--budget must be numbers from 1x to 1000x with commas between, as"
                        + " 2x,4x,8x,16x, one was {" + text + "}");
            }
            ratios.add(Double.parseDouble(text.substring(0, text.length() - 1)));
        }
        return ratios;
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
        made.put(
                "command",
                "./palate lab "
                        + spec.commandLine().getParseResult().originalArgs().stream()
                                .filter(argument -> !argument.equals("lab"))
                                .collect(Collectors.joining(" ")));
        made.put(
                "version",
                "Palate "
                        + Optional.ofNullable(Lab.class.getPackage().getImplementationVersion())
                                .orElse("as compiled, not packaged")
                        + ", Java " + Runtime.version());
        return made;
    }
}
