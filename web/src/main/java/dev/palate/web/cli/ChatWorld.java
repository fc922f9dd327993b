package dev.palate.web.cli;

import dev.palate.agent.collaborative.CountingPlanner;
import dev.palate.agent.collaborative.Curator;
import dev.palate.agent.collaborative.Neighbours;
import dev.palate.agent.collaborative.Propagation;
import dev.palate.agent.collaborative.ThemeSpaces;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Lexicon;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.PackThemes;
import dev.palate.agent.domain.WiderTitles;
import dev.palate.agent.evaluation.CollaborativeArms;
import dev.palate.agent.evaluation.PlainArms;
import dev.palate.agent.turn.DialogueReplay;
import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.IndexedItems;
import dev.palate.retrieval.candidate.LiveModel;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.embedding.Activation;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.CatalogItems;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.evaluation.ThemeAudiences;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.recommend.ActiveModel;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.training.HeldOut;
import dev.palate.retrieval.training.Training;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingOptions;
import dev.palate.retrieval.training.WeightFit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// A store with a catalog and a split's train part in it, its index and a model trained on that part: what a server
/// would have after importing them. Kept in a folder named by their content, so that a second run only opens it; the
/// newest three stay.
///
/// A user's order in the file stands for time where the file has none.
final class ChatWorld implements AutoCloseable {
    private static final String LAYOUT = "1";
    private static final String COMPLETE = "complete";
    private static final int KEPT = 3;
    private static final int BATCH = 10_000;
    private static final long SEED = 1;
    private static final Duration INDEXING = Duration.ofHours(2);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int USERS_KEPT = 100;
    // Sorts after the names of models, which are times: the newest are kept.
    private static final ModelVersion THEMED = new ModelVersion("themed");

    private final Deque<Runnable> opened = new ArrayDeque<>();
    private final List<Item> items;
    private final List<Split.Row> events;
    private final TextEncoder encoder;
    private final Progress progress;
    private final Clock clock = Clock.systemUTC();

    private final Kind kind;

    /// What there is besides the store and its index.
    private enum Kind {
        /// A model with the fixed weights.
        FIXED(""),
        /// One with weights fitted for users who have a history.
        FITTED("fitted\n"),
        /// Also one with a weight for themes, and what the events give to users and items.
        SHARED("shared\n");

        private final String mark;

        Kind(String mark) {
            this.mark = mark;
        }
    }

    private ChatWorld(List<Item> items, List<Split.Row> events, TextEncoder encoder, Progress progress, Kind kind) {
        this.items = items;
        this.events = events;
        this.encoder = encoder;
        this.progress = progress;
        this.kind = kind;
    }

    /// What the arms are made of.
    ///
    /// @param labels how a category is said in a sentence
    /// @param shared of a world with collaborative memory
    record Parts(
            PlainArms plain,
            DialogueReplay replay,
            UnaryOperator<String> labels,
            Optional<CollaborativeArms.Parts> shared) {}

    /// Opens the world of these files, making it when it is not there.
    ///
    /// @param work the folder of all worlds
    /// @param encoder stays its owner's
    static ChatWorld of(Path catalog, Path split, TextEncoder encoder, Progress progress) {
        List<Split.Row> events = Split.readForTuning(split).train();
        return new ChatWorld(CatalogItems.read(catalog), events, encoder, progress, Kind.FIXED);
    }

    /// Of these events, with weights fitted for users who have a history, as a training of the server fits them.
    static ChatWorld fitted(Path catalog, List<Split.Row> events, TextEncoder encoder, Progress progress) {
        return new ChatWorld(CatalogItems.read(catalog), events, encoder, progress, Kind.FITTED);
    }

    /// The same with collaborative memory, as a server that it is switched on in writes it from events that are there
    /// already: to users and items, not to neighbours.
    static ChatWorld shared(Path catalog, List<Split.Row> events, TextEncoder encoder, Progress progress) {
        return new ChatWorld(CatalogItems.read(catalog), events, encoder, progress, Kind.SHARED);
    }

    /// The events.
    List<Split.Row> events() {
        return List.copyOf(events);
    }

    /// The catalog.
    List<Item> items() {
        return List.copyOf(items);
    }

    /// Its folder below another.
    Path folder(Path work) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((LAYOUT + "\n" + encoder.version() + "\n" + kind.mark).getBytes(StandardCharsets.UTF_8));
            items.forEach(item -> digest.update(item.toString().getBytes(StandardCharsets.UTF_8)));
            events.forEach(row -> digest.update(row.toString().getBytes(StandardCharsets.UTF_8)));
            return work.resolve(HexFormat.of().formatHex(digest.digest()).substring(0, 32));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Opens everything.
    Parts open(Path work) throws InterruptedException {
        Path folder = folder(work);
        boolean complete = Files.exists(folder.resolve(COMPLETE));
        if (!complete) {
            remove(folder);
            makeRoom(work);
        }
        DataDirectory directory = DataDirectory.open(folder);
        opened.push(directory::close);
        SqlTruth truth = SqlTruth.open(directory, clock);
        opened.push(truth::close);
        if (!complete) {
            write(truth);
        }
        IndexChanges index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                encoder,
                IndexOptions.defaults());
        opened.push(index::close);
        encoded(truth, index);
        ModelRegistry registry = ModelRegistry.open(directory.models());
        if (!complete) {
            train(registry);
            if (kind == Kind.SHARED) {
                share(truth);
            }
            mark(folder.resolve(COMPLETE));
        }
        var texts = new IndexedItems(index.items());
        DomainPack films = DomainPackFile.films();
        var lexicon = new Lexicon(films, WiderTitles.of(films));
        var snapshots = new CatalogSnapshots(lexicon, truth.catalog(), truth.interactions(), truth.changes());
        var trained = new ActiveModel(registry);
        LiveModel model = new LiveModel(trained, trained::learnt, truth.interactions(), truth.changes());
        opened.push(model::close);
        Freshness freshness = new Freshness(
                truth.catalog(),
                truth.interactions(),
                truth.changes(),
                new UserHistories(truth.interactions(), USERS_KEPT),
                clock,
                Freshness.Options.DEFAULT);
        opened.push(freshness::close);
        Serving serving = new Serving(truth, index, texts, freshness, snapshots);
        MessageReader reader = new MessageReader(lexicon);
        DialogueReplay replay = replay(serving, model, Audiences.NONE, reader);
        return new Parts(
                new PlainArms(items, events, texts, encoder, index.encoding()),
                replay,
                lexicon::label,
                kind == Kind.SHARED
                        ? Optional.of(shared(serving, registry, replay, reader, films.rule()))
                        : Optional.empty());
    }

    /// What both recommenders of a world go by.
    private record Serving(
            SqlTruth truth, IndexChanges index, IndexedItems texts, Freshness freshness, CatalogSnapshots snapshots) {}

    private DialogueReplay replay(Serving serving, LiveModel model, Audiences audiences, MessageReader reader) {
        FusedRecommender recommender = new FusedRecommender(
                serving.truth.catalog(),
                serving.freshness,
                user -> List.of(),
                new Sources(
                        model,
                        serving.texts,
                        encoder,
                        serving.index::encoding,
                        serving.texts,
                        new PackThemes(serving.snapshots),
                        audiences),
                clock,
                FusedRecommender.Options.DEFAULT);
        opened.push(recommender::close);
        return new DialogueReplay(recommender, serving.snapshots, reader, DEADLINE);
    }

    private CollaborativeArms.Parts shared(
            Serving serving, ModelRegistry registry, DialogueReplay plain, MessageReader reader, DomainRule rule) {
        SqlTruth truth = serving.truth;
        var themed = new ActiveModel(registry, THEMED);
        LiveModel model = new LiveModel(themed, themed::learnt, truth.interactions(), truth.changes());
        opened.push(model::close);
        ThemesInForce themes = new ThemesInForce(truth.catalog(), truth.changes(), Set.of());
        themes.refreshed();
        Audiences audiences = new Audiences(truth.themes(), Duration.ofDays(1), themes::current);
        opened.push(audiences::close);
        // Asked what is left of somebody, they read all there is first.
        audiences.erasure().remaining(DialogueReplay.NOBODY);
        ThemeSpaces spaces = new ThemeSpaces(themes, encoder, serving.index::encoding);
        TieredMemories memories =
                new TieredMemories(truth.memories(), serving.index, encoder, clock, TierOptions.defaults());
        spaces.refreshed();
        UserHistories histories = new UserHistories(truth.interactions(), USERS_KEPT);
        return new CollaborativeArms.Parts(
                plain,
                replay(serving, model, audiences, reader),
                new Curator(new Curator.Ports(
                        histories::of, truth.interactions(), truth.themes(), audiences, spaces, memories::pack)),
                new Curator(new Curator.Ports(
                        histories::of, truth.interactions(), truth.themes(), Audiences.NONE, spaces, memories::pack)),
                themes.current(),
                rule,
                Instant.ofEpochSecond(
                        events.stream().mapToLong(Split.Row::time).max().orElse(0)));
    }

    private void share(SqlTruth truth) {
        Propagation propagation = new Propagation(new Propagation.Parts(
                truth.catalog(),
                truth.users(),
                truth.outbox(),
                truth.themes(),
                new CountingPlanner(),
                Neighbours.NONE,
                Set.of()));
        propagation.everything(done -> progress.advanced("sharing themes", (int) Math.round(1_000 * done), 1_000));
    }

    private void write(SqlTruth truth) {
        truth.catalog().putAll(items);
        Map<String, Integer> steps = new HashMap<>();
        List<Interaction> batch = new ArrayList<>(BATCH);
        for (int at = 0; at < events.size(); at++) {
            Split.Row row = events.get(at);
            int step = steps.merge(row.user(), 1, Integer::sum);
            batch.add(new Interaction(
                    new InteractionId(row.user() + "/" + step),
                    new UserId(row.user()),
                    new ItemId(row.item()),
                    new Feedback.Liked(),
                    Instant.ofEpochSecond(row.time()),
                    null));
            if (batch.size() == BATCH || at + 1 == events.size()) {
                truth.interactions().append(batch);
                batch.clear();
                progress.advanced("writing events", at + 1, events.size());
            }
        }
    }

    private void encoded(SqlTruth truth, IndexChanges index) throws InterruptedException {
        long end = System.nanoTime() + INDEXING.toNanos();
        while (!index.awaitApplied(truth.changes().latest(), Duration.ofSeconds(1))
                || !index.awaitEncoded(Duration.ofSeconds(1))) {
            int left = (int) Math.min(index.notEncoded(), items.size());
            progress.advanced("encoding items", items.size() - left, items.size());
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the items were not encoded within " + INDEXING + "; " + left + " of "
                        + items.size() + " are left");
            }
        }
        index.fixEncoding();
    }

    // Fitted weights are for users with a history, which nobody in a dialogue between people has.
    private void train(ModelRegistry registry) {
        Vocabulary rows = Vocabulary.sorted(events.stream().map(Split.Row::item).toList());
        Map<String, Integer> users = new HashMap<>();
        Histories.Builder histories = new Histories.Builder(rows.size());
        for (Split.Row row : events) {
            int user = users.computeIfAbsent(row.user(), unseen -> users.size());
            histories.add(user, rows.row(row.item()).orElseThrow(), row.time());
        }
        TrainingOptions usual = TrainingOptions.defaults(SEED, 1);
        TrainingOptions options = kind == Kind.FIXED ? usual.withRanker(unfitted(usual.ranker())) : usual;
        ModelVersion version = ModelVersion.at(clock.instant());
        TrainingInput input = new TrainingInput(0, rows, histories.build());
        if (kind == Kind.SHARED) {
            Training.run(input, options, themes(input, options), THEMED, clock, progress)
                    .write(registry.file(THEMED));
        }
        Training.run(input, options, version, clock, progress).write(registry.file(version));
        registry.activate(version, Activation.Order.ofTraining(clock.instant()));
    }

    /// The themes of those who liked an item, as they were without the held-out events.
    private Map<Signal, Scorer> themes(TrainingInput input, TrainingOptions options) {
        Histories known =
                HeldOut.of(input.histories(), options.ranker().protocol()).known();
        return ThemeAudiences.of(items.stream().map(CatalogItem::of).toList(), input.items(), known, Optional.empty())
                .map(scorer -> Map.of(Signal.THEME, scorer))
                .orElse(Map.of());
    }

    private static WeightFit.Options unfitted(WeightFit.Options fit) {
        return new WeightFit.Options(
                false,
                fit.protocol(),
                fit.strength(),
                fit.bucketStrength(),
                fit.maximumExamples(),
                fit.recentWindow(),
                fit.recentShortWindow());
    }

    private static void mark(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Of the worlds that are there, which are folders named by a hash and marked as complete, the newest stay.
    private static void makeRoom(Path work) {
        if (!Files.isDirectory(work)) {
            return;
        }
        try (Stream<Path> all = Files.list(work)) {
            List<Path> worlds = all.filter(
                            folder -> folder.getFileName().toString().matches("[0-9a-f]{32}")
                                    && Files.exists(folder.resolve(COMPLETE)))
                    .sorted(Comparator.comparing((Path folder) ->
                                    folder.resolve(COMPLETE).toFile().lastModified())
                            .reversed())
                    .toList();
            worlds.stream().skip(KEPT - 1L).forEach(ChatWorld::remove);
        } catch (IOException e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE, "cannot look at " + work + ": " + e.getMessage(), e);
        }
    }

    // What an interrupted run left of this very world, or one too many.
    private static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE, "cannot empty " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }
}
