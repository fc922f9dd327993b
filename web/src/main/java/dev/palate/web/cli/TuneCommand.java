package dev.palate.web.cli;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.evaluation.ModelName;
import dev.palate.retrieval.evaluation.Parameter;
import dev.palate.retrieval.evaluation.SettingSpace;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.tuning.Search;
import dev.palate.retrieval.tuning.SuccessiveHalving;
import dev.palate.retrieval.tuning.Trial;
import dev.palate.retrieval.tuning.Tuned;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `palate tune`: chooses the settings of a model on the validation part of a split by successive halving.
/// Exit status 0, 1 when it could not be done, 2 for wrong usage. After a kill the same command goes on where
/// it was.
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Chooses a model's settings on the validation part of a split; never reads the test part."
                + " The same command goes on after a kill.")
public final class TuneCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--split",
            required = true,
            paramLabel = "DIR",
            description = "Folder with train.tsv and valid.tsv (or .tsv.gz): user_id item_id rating timestamp.")
    @SuppressWarnings("NullAway.Init")
    private Path split;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "recent, item-knn, rp3beta, transitions, ease, sparse-ease, als or bpr.")
    @SuppressWarnings("NullAway.Init")
    private String model;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder for journal.jsonl (every finished trial), tune.json and tune.md; made when missing.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--configurations",
            paramLabel = "N",
            defaultValue = "27",
            description = "Tried in the first rung, the defaults among them. Default: 27.")
    private int configurations;

    @Option(
            names = "--reduction",
            paramLabel = "N",
            defaultValue = "3",
            description = "One in so many goes on to the next rung. Default: 3.")
    private int reduction;

    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = "ndcg",
            description = "What is to be highest: ndcg or recall, of the first ten. Default: ndcg.")
    private String objective = "ndcg";

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of everything random. Default: 1.")
    private long seed;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Override
    public Integer call() throws InterruptedException {
        return Measurement.status(spec, (out, line) -> run(out, line));
    }

    private void run(PrintWriter print, ProgressLine line) {
        if (!(ModelName.of(model) instanceof ModelName.Alone alone)) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "model {" + model + "} has no settings to tune: its weights are fitted; tune one of its sources");
        }
        if (SettingSpace.of(alone).parameters().isEmpty()) {
            throw new RetrievalException(Code.BAD_INPUT, "model {" + model + "} has no settings to tune");
        }
        Search search = new Search(alone, configurations, reduction, Search.Objective.of(objective), seed);
        for (Parameter parameter : SettingSpace.of(search.model()).parameters()) {
            print.println("--" + parameter.name() + "\t" + parameter.range());
        }
        int workers = threads.orCores();
        makeFolder();
        Tuned tuned = SuccessiveHalving.run(
                Split.readForTuning(split).validTask(),
                search,
                workers,
                out.resolve("journal.jsonl"),
                (phase, done, total) -> line.share(phase, (double) done / total));
        line.end();
        write(
                "tune.json",
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(tuned.report()) + "\n");
        write("tune.md", tuned.table());
        print.print(tuned.table());
        print.println("defaults\t" + said(tuned.defaults()));
        print.println("best\t" + said(tuned.best()));
        print.println("./palate evaluate --split " + split + " --model " + model
                + (tuned.best().settings().isEmpty() ? "" : " " + tuned.best().arguments()));
        print.flush();
    }

    private static String said(Trial trial) {
        return trial.failure().isEmpty()
                ? String.format(
                        Locale.ROOT,
                        "Recall@10 %.4f\tNDCG@10 %.4f\t%s",
                        trial.metrics().get("Recall@10"),
                        trial.metrics().get("NDCG@10"),
                        trial.arguments())
                : "failed: " + trial.failure() + "\t" + trial.arguments();
    }

    private void makeFolder() {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot make the folder " + out + ": " + e.getMessage(), e);
        }
    }

    private void write(String name, String text) {
        OutFiles.write(out.resolve(name), text);
    }
}
