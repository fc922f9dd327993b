package dev.palate.web.cli;

import dev.palate.memory.MemoryException;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.CatalogSources;
import dev.palate.retrieval.evaluation.Metrics;
import dev.palate.retrieval.evaluation.ModelName;
import dev.palate.retrieval.evaluation.ModelSettings;
import dev.palate.retrieval.evaluation.Models;
import dev.palate.retrieval.evaluation.RankedLists;
import dev.palate.retrieval.evaluation.Ranker;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `palate evaluate`: fits a model on a split's train and valid rows, ranks every item for each test user and prints
/// the metrics. Exit status 0, 1 when it could not be done, 2 for wrong usage.
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures a model on a split: full ranking, nothing sampled.")
public final class EvaluateCommand implements Callable<Integer> {
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
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "popular, item-knn, ease, als or fused.")
    @SuppressWarnings("NullAway.Init")
    private String model;

    @Option(
            names = "--part",
            paramLabel = "NAME",
            defaultValue = "test",
            description = "test, or valid to choose between settings (learns from train only). Default: test.")
    private String part = "test";

    @Option(
            names = "--history-decay",
            paramLabel = "X",
            description =
                    "Weight of an event one place older, in (0, 1]; item-knn, ease, fused. Default: 1, in fused .9"
                            + " (EASE) and .6 (neighbours).")
    private @Nullable Double historyDecay;

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "JSON lines with item_id, title, year, genres, plot: adds text and genres to fused.")
    private @Nullable Path catalog;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of everything random. Default: 1.")
    private long seed;

    @Option(names = "--lists", paramLabel = "OUT.tsv", description = "Writes user_id item_id rank score.")
    private @Nullable Path lists;

    @Option(names = "--json", paramLabel = "OUT.json", description = "Writes the run and its metrics as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--lambda",
            paramLabel = "X",
            description = "Regularisation of EASE. Default: 100 without history decay, 300 with it.")
    private @Nullable Double lambda;

    @Option(names = "--neighbours", paramLabel = "N", defaultValue = "200", description = "Of item-knn. Default: 200.")
    private int neighbours;

    @Option(names = "--shrinkage", paramLabel = "X", defaultValue = "0", description = "Of item-knn. Default: 0.")
    private double shrinkage;

    @Option(names = "--factors", paramLabel = "N", defaultValue = "64", description = "Dimension of als. Default: 64.")
    private int factors;

    @Option(
            names = "--unobserved-weight",
            paramLabel = "X",
            defaultValue = "1",
            description = "Of als: 1 for dense data, .01 for sparse. Default: 1.")
    private double unobservedWeight;

    @Option(
            names = "--regularization",
            paramLabel = "X",
            defaultValue = "0.003",
            description = "Of als, frequency-scaled. Default: .003.")
    private double regularization;

    @Option(names = "--iterations", paramLabel = "N", defaultValue = "10", description = "Of als. Default: 10.")
    private int iterations;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Default: 1.")
    private int threads;

    @Option(
            names = "--recent-days",
            paramLabel = "N",
            defaultValue = "14",
            description = "Window of recent popularity in fused. Default: 14.")
    private int recentDays;

    private final Supplier<TextEncoder> encoders;

    /// With the encoder that serves.
    public EvaluateCommand() {
        this(() -> MiniLmEncoder.open(MiniLmEncoder.Options.defaults()));
    }

    /// With another encoder, opened only when a catalog is given and closed after use.
    EvaluateCommand(Supplier<TextEncoder> encoders) {
        this.encoders = encoders;
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            VectorModule.require();
            ProgressLine line = ProgressLine.of(err);
            run(spec.commandLine().getOut(), (phase, done, total) -> line.share(phase, (double) done / total));
            line.end();
            return 0;
        } catch (RetrievalException | MemoryException e) {
            err.println("palate evaluate: " + e.getMessage());
            return 1;
        } catch (IllegalArgumentException e) {
            err.println("palate evaluate: " + e.getMessage());
            return 2;
        }
    }

    private void run(PrintWriter out, Progress progress) {
        ModelName name = ModelName.of(model);
        ModelSettings settings = settings();
        requireFolder("--lists", lists);
        requireFolder("--json", json);
        RankingTask task = task(Split.read(split));
        Map<Signal, Scorer> content = catalog == null ? Map.of() : content(catalog, task, progress);
        Ranker ranker = Models.fit(name, task, settings, content, progress);
        RankedLists ranked = RankedLists.of(task, ranker, progress);
        Metrics metrics = Metrics.of(ranked);
        if (lists != null) {
            ranked.write(lists);
        }
        if (json != null) {
            writeJson(json, task, metrics);
        }
        metrics.report()
                .forEach((metric, value) -> out.println(
                        value instanceof Integer
                                ? metric + "\t" + value
                                : String.format(Locale.ROOT, "%s\t%.5f", metric, value.doubleValue())));
        out.flush();
    }

    private RankingTask task(Split rows) {
        return switch (part) {
            case "test" -> rows.testTask();
            case "valid" -> rows.validTask();
            default -> throw new IllegalArgumentException("--part must be test or valid, was " + part);
        };
    }

    private ModelSettings settings() {
        ModelSettings defaults = ModelSettings.DEFAULT;
        ImplicitAls.Options als = new ImplicitAls.Options(
                factors,
                unobservedWeight,
                regularization,
                defaults.als().frequencyExponent(),
                iterations,
                defaults.als().solverSteps(),
                threads);
        if (recentDays < 1) {
            throw new IllegalArgumentException("--recent-days must be at least 1, was " + recentDays);
        }
        return new ModelSettings(
                optional(historyDecay),
                optional(lambda),
                new ItemKnn.Options(neighbours, shrinkage),
                defaults.transitions(),
                als,
                recentDays * 86_400L,
                seed);
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private Map<Signal, Scorer> content(Path file, RankingTask task, Progress progress) {
        List<CatalogItem> items = CatalogItem.read(file);
        try (TextEncoder encoder = encoders.get()) {
            return CatalogSources.of(items, task.items(), encoder::encode, progress);
        }
    }

    private static void requireFolder(String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new RetrievalException(
                    Code.NOT_FOUND, option + " " + file + " cannot be written: no folder " + folder);
        }
    }

    private void writeJson(Path file, RankingTask task, Metrics metrics) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("task", task.name());
        report.put("model", model);
        report.put("seed", seed);
        report.put("arguments", spec.commandLine().getParseResult().originalArgs());
        report.put("metrics", metrics.report());
        try {
            Files.writeString(
                    file, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
