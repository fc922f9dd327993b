package dev.palate.web.cli;

import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.CatalogSources;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation;
import dev.palate.retrieval.evaluation.Evaluation;
import dev.palate.retrieval.evaluation.EvaluationResult;
import dev.palate.retrieval.evaluation.ModelName;
import dev.palate.retrieval.evaluation.ModelSettings;
import dev.palate.retrieval.evaluation.Models;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.ReportPage;
import dev.palate.retrieval.evaluation.SettingSpace;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.evaluation.TunedSettings;
import dev.palate.retrieval.evaluation.VariedLists;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.ModelOptions;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.semantic.TextCentering;
import dev.palate.retrieval.semantic.VectorTable;
import dev.palate.retrieval.sequence.ItemTexts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `palate evaluate`: fits models on a split's train and valid rows, ranks every item for each test user and
/// prints the metrics; of several models, seeds or peers a table, with paired comparisons. Exit status 0, 1
/// when it could not be done, 2 for wrong usage.
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures models on a split, side by side: full ranking, nothing sampled.")
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
            split = ",",
            paramLabel = "NAME[,NAME]",
            description =
                    "random, popular, recent, item-knn, rp3beta, transitions, ease, sparse-ease, als, bpr, sasrec,"
                            + " hstu, fused, fused-fixed, fused-equal, or source-SIGNAL for one source of the fused ranking.")
    private List<String> model = List.of();

    @Option(names = "--all", description = "Every model, and every source of the fused ranking.")
    private boolean all;

    @Option(
            names = "--peers",
            paramLabel = "DIR",
            description = "Folder of other recommenders' lists of the same split (NAME.tsv or .tsv.gz: user_id item_id"
                    + " rank score), compared over the same users.")
    private @Nullable Path peers;

    @Mixin
    private ColdOptions cold = new ColdOptions();

    @Option(
            names = "--part",
            paramLabel = "NAME",
            defaultValue = "test",
            description = "test; valid to choose between settings (learns from train only); cold to rank the items of"
                    + " cold_items.txt among themselves, by --model or --all, or without either in every way there is"
                    + " for items that nobody had (needs --catalog, or --vectors and --ids). Default: test.")
    private String part = "test";

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "JSON lines with item_id, title, year, genres, plot: adds text and genres to fused.")
    private @Nullable Path catalog;

    @Option(
            names = "--seed",
            split = ",",
            paramLabel = "N[,N]",
            description = "Of everything random; of several the means are compared. Default: 1.")
    private List<Long> seed = List.of(1L);

    @Option(
            names = "--lists",
            paramLabel = "OUT.tsv",
            description = "Writes user_id item_id rank score; needs one model and one seed.")
    private @Nullable Path lists;

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--html", paramLabel = "OUT.html", description = "Writes a page with tables and plots.")
    private @Nullable Path html;

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Of the users, for the intervals of differences. Default: 2000.")
    private int resamples;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Option(
            names = "--tuned",
            split = ",",
            paramLabel = "FILE[,FILE]",
            description =
                    "tune.json of als, ease, item-knn or transitions: fused and its sources are learnt with these.")
    private List<Path> tuned = List.of();

    @Mixin
    private SettingOptions settings = new SettingOptions();

    @Mixin
    private SequenceOptions sequence = new SequenceOptions();

    @Mixin
    private CollaborativeOptions collaborative = new CollaborativeOptions();

    @Mixin
    private VarietyOptions variety = new VarietyOptions();

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
    public Integer call() throws InterruptedException {
        return Measurement.status(spec, (out, line) -> run(out, Measurement.shown(line)));
    }

    private void run(PrintWriter out, Progress progress) {
        OutFiles.requireFolder("--lists", lists);
        json.require();
        OutFiles.requireFolder("--html", html);
        if (part.equals("cold") && !all && model.isEmpty()) {
            if (lists != null || peers != null) {
                throw new IllegalArgumentException(
                        "--lists and --peers need --model: --part cold alone has no lists of one model");
            }
            write(cold.run(split, catalog, seed.getFirst(), threads.or(1), encoders, out, progress));
            return;
        }
        if (collaborative.asked()) {
            write(collaborative(out, progress));
            return;
        }
        List<ModelName> names = names();
        ModelSettings asked = settings(names);
        Variety wanted = variety.variety();
        if (lists != null && (names.size() != 1 || seed.size() != 1)) {
            throw new IllegalArgumentException(
                    "--lists needs one model and one seed, had " + names.size() + " and " + seed.size());
        }
        RankingTask task = task(Split.read(split));
        List<CatalogItem> items = catalog == null ? List.of() : CatalogItem.read(catalog);
        Optional<float[][]> texts = texts(items, task, progress);
        LongFunction<Models.Content> content = content(names, task, items, texts, progress);
        Evaluation.Request request = new Evaluation.Request(
                all ? withSources(names, content.apply(seed.getFirst()).whole()) : names,
                seed,
                asked,
                peerFiles(),
                resamples,
                VariedLists.of(
                        wanted,
                        task,
                        items,
                        texts.map(raw -> TextCentering.of(raw).center(raw))));
        Evaluation evaluation = Evaluation.run(
                task,
                request,
                content,
                (name, ofSeed, ranked) -> {
                    if (lists != null && !request.peers().containsKey(name)) {
                        ranked.write(lists);
                    }
                },
                progress);
        write(evaluation.report());
        EvaluationText.print(evaluation, out);
        out.flush();
    }

    /// Collaborative memory on and off instead of models.
    private Map<String, Object> collaborative(PrintWriter out, Progress progress) {
        if (all || !model.isEmpty() || lists != null || peers != null || part.equals("cold")) {
            throw new IllegalArgumentException(
                    "--collaborative is of the fused ranking on the parts valid and test: leave out --model, --all,"
                            + " --lists, --peers and --part cold");
        }
        collaborative.requirePart(part);
        List<ModelName> fused = List.of(ModelName.Fused.FITTED);
        ModelSettings asked = settings(fused);
        RankingTask task = task(Split.read(split));
        List<CatalogItem> items = catalog == null ? List.of() : CatalogItem.read(catalog);
        Optional<float[][]> texts = texts(items, task, progress);
        CollaborativeEvaluation evaluation = CollaborativeEvaluation.run(
                task,
                collaborative.request(items, content(fused, task, items, texts, progress), seed, asked, resamples),
                progress);
        evaluation.print(out::println);
        out.flush();
        return evaluation.report();
    }

    /// The files asked for, with the command at the top.
    private void write(Map<String, Object> numbers) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("command", JsonOption.command(spec));
        report.putAll(numbers);
        json.write(report);
        if (html != null) {
            OutFiles.write(html, ReportPage.of(List.of(EvaluationResult.of(report))));
        }
    }

    private List<ModelName> names() {
        if (all == !model.isEmpty()) {
            throw new IllegalArgumentException(
                    "give either --model or --all, or --part cold alone; there are " + ModelName.keys());
        }
        return all
                ? ModelName.all()
                : model.stream().map(ModelName::of).distinct().toList();
    }

    /// With every source that has something to go by.
    private static List<ModelName> withSources(List<ModelName> names, Map<Signal, Scorer> content) {
        List<ModelName> every = new ArrayList<>(names);
        for (Signal signal : Models.signals(content)) {
            every.add(new ModelName.Source(signal));
        }
        return every;
    }

    private Map<String, Path> peerFiles() {
        if (peers == null) {
            return Map.of();
        }
        Map<String, Path> files = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(peers, "*.{tsv,tsv.gz}")) {
            for (Path file : found) {
                files.put("peer " + String.valueOf(file.getFileName()).replaceFirst("\\.tsv(\\.gz)?$", ""), file);
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.NOT_FOUND, "cannot read the peers' lists in " + peers, e);
        }
        if (files.isEmpty()) {
            throw new RetrievalException(Code.NOT_FOUND, "no .tsv or .tsv.gz file in " + peers);
        }
        return files;
    }

    private RankingTask task(Split rows) {
        return switch (part) {
            case "test" -> rows.testTask();
            case "valid" -> rows.validTask();
            case "cold" -> rows.coldTask();
            default -> throw new IllegalArgumentException("--part must be test, valid or cold, was " + part);
        };
    }

    /// What was given, which one model must know by itself, and of several at least one.
    private ModelSettings settings(List<ModelName> names) {
        Map<String, String> given = settings.given();
        if (names.size() == 1 && names.getFirst() instanceof ModelName.Alone alone) {
            SettingSpace.of(alone).check(given);
        }
        ModelSettings defaults = ModelSettings.DEFAULT;
        int workers = threads.orCores();
        String days = given.get("recent-days");
        return new ModelSettings(
                number(given, "history-decay"),
                number(given, "lambda"),
                (ItemKnn.Options) options(ModelName.Alone.ITEM_KNN, given),
                (Transitions.Options) options(ModelName.Alone.TRANSITIONS, given),
                ((ImplicitAls.Options) options(ModelName.Alone.ALS, given)).withThreads(workers),
                days == null ? defaults.ranker() : defaults.ranker().withRecentWindow(Integer.parseInt(days) * 86_400L),
                seed.getFirst(),
                given,
                tuned(names));
    }

    /// Of the models that training learns: for the fused ranking and its sources.
    private TunedSettings tuned(List<ModelName> names) {
        if (!tuned.isEmpty()
                && names.stream()
                        .noneMatch(name -> name instanceof ModelName.Fused || name instanceof ModelName.Source)) {
            throw new IllegalArgumentException(
                    "--tuned is of what training learns: give --model fused or source-SIGNAL;"
                            + " a model alone takes its settings one by one, as ./palate tune printed them");
        }
        return TunedSettings.read(tuned);
    }

    private static ModelOptions options(ModelName.Alone model, Map<String, String> given) {
        SettingSpace space = SettingSpace.of(model);
        return space.model(space.known(given)).options();
    }

    private static OptionalDouble number(Map<String, String> given, String name) {
        String text = given.get(name);
        return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }

    /// The raw text vectors by item row, where there is a catalog.
    private Optional<float[][]> texts(List<CatalogItem> items, RankingTask task, Progress progress) {
        if (catalog == null) {
            return Optional.empty();
        }
        try (TextEncoder encoder = encoders.get()) {
            return Optional.of(CatalogSources.texts(items, task.items(), encoder::encode, progress));
        }
    }

    /// Sources from the catalog, and the sequence model of each seed where one is asked for.
    private LongFunction<Models.Content> content(
            List<ModelName> models,
            RankingTask task,
            List<CatalogItem> items,
            Optional<float[][]> texts,
            Progress progress) {
        Map<Signal, Scorer> content = new EnumMap<>(Signal.class);
        texts.ifPresent(raw -> content.putAll(CatalogSources.of(items, task.items(), raw)));
        Optional<VectorTable> centred = texts.map(raw -> TextCentering.of(raw).center(raw));
        Optional<ItemTexts> ofItems = sequence.wanted(models) ? texts.map(ItemTexts::centred) : Optional.empty();
        if (seed.size() > 1 && sequence.checkpointed()) {
            throw new IllegalArgumentException("--checkpoint is of one seed, had " + seed.size());
        }
        PrintWriter err = spec.commandLine().getErr();
        Map<Long, Models.Content> bySeed = new HashMap<>();
        return one -> bySeed.computeIfAbsent(one, ofSeed -> {
            Models.Content sources = Models.Content.of(content);
            Models.Content ofCatalog = centred.map(sources::with).orElse(sources);
            return sequence.source(models, task, ofItems, ofSeed, err, progress)
                    .map(ofCatalog::with)
                    .orElse(ofCatalog);
        });
    }
}
