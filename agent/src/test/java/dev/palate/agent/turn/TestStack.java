package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Lexicon;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.PackThemes;
import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.extraction.PolicyReplay;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.DatasetReader;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.IndexedItems;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.candidate.UserMemories;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.Recommender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// The real stack over the shipped films, or the shipped shop, opened once for all tests of the module: truth
/// in SQLite, index, tiers,
/// recommender with item neighbours and transitions. Each test talks as users of its own.
final class TestStack implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final AtomicInteger USERS = new AtomicInteger();

    final SqlTruth truth;
    final IndexChanges index;
    final TieredMemories memories;
    final Recommender recommender;
    final Sources sources;
    final CatalogSnapshots snapshots;
    final MessageReader reader;
    final MemoryWriter writer;
    final Erasure erasure;
    final Ids ids;
    final TraceRecorder traces;
    final Clock clock = Clock.systemUTC();

    private final DataDirectory directory;
    private final Deque<Runnable> opened = new ArrayDeque<>();

    private static final class Holder {
        static final TestStack STACK = open(new MovieLensReader(dataset("ml-latest-small")), DomainPackFile.films());
    }

    private static final class ShopHolder {
        static final TestStack STACK = open(new JsonLinesReader(dataset("small-shop")), DomainPackFile.shop());
    }

    static TestStack get() {
        return Holder.STACK;
    }

    /// Over the shipped shop, where nobody has bought anything yet.
    static TestStack shop() {
        return ShopHolder.STACK;
    }

    /// The shipped shop of a test's own.
    static TestStack ownShop() {
        return open(new JsonLinesReader(dataset("small-shop")), DomainPackFile.shop());
    }

    /// The shipped films that most people rated, and all of those named, in a stack of a test's own that is closed with
    /// it, in memory where there is room.
    static TestStack ownFilms(int most, Collection<String> named) {
        try {
            Path folder = Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "palate-turn-test")
                    : Files.createTempDirectory("palate-turn-test");
            Path films = Files.createTempDirectory("palate-turn-films");
            FewFilms.write(dataset("ml-latest-small"), films, most, named);
            TestStack stack = open(folder, new MovieLensReader(films), DomainPackFile.films());
            stack.opened.addLast(() -> delete(films));
            return stack;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Over a catalog of a test's own.
    static TestStack of(DatasetReader reader, DomainPack pack) {
        return open(reader, pack);
    }

    private static Path dataset(String name) {
        return Path.of(System.getProperty("palate.project.root", ".."))
                .resolve("datasets")
                .resolve(name);
    }

    private static TestStack open(DatasetReader reader, DomainPack pack) {
        try {
            Path folder = Files.createTempDirectory("palate-turn-test");
            // Shared by all tests of a process, so that no test can delete it.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return open(folder, reader, pack);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestStack open(Path folder, DatasetReader reader, DomainPack pack) {
        try {
            return new TestStack(folder, reader, pack);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left " + folder + " behind: " + e.getMessage());
        }
    }

    @SuppressWarnings("StaticAssignmentInConstructor")
    private TestStack(Path folder, DatasetReader dataset, DomainPack pack) throws InterruptedException {
        directory = DataDirectory.open(folder);
        opened.push(directory::close);
        truth = SqlTruth.open(directory, clock);
        opened.push(truth::close);
        ids = new Ids(clock);
        traces = new TraceRecorder(truth.traces(), 100_000);
        opened.push(traces::close);
        var target = new DatasetImport.Target(
                truth.catalog(), truth.users(), truth.interactions(), truth.jobs(), directory.logs());
        new DatasetImport(target, clock, 0.01).run(dataset, (phase, done, total) -> {});
        var encoder = new HashingEncoder();
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                encoder,
                IndexOptions.defaults());
        opened.push(index::close);
        index.awaitApplied(truth.changes().latest(), Duration.ofMinutes(1));
        index.awaitEncoded(Duration.ofMinutes(1));
        memories = new TieredMemories(truth.memories(), index, encoder, clock, TierOptions.defaults());
        erasure = truth.erasure(List.of(memories.erasurePlace(), memories.codebooksErasure(), index));
        var lexicon = new Lexicon(pack);
        snapshots = new CatalogSnapshots(lexicon, truth.catalog(), truth.interactions(), truth.changes());
        reader = new MessageReader(lexicon);
        writer = writer(Gates.standard());
        var items = new IndexedItems(index.items());
        sources = new Sources(model(), items, encoder, index::encoding, items, new PackThemes(snapshots));
        recommender = recommender(Freshness.Options.DEFAULT);
    }

    FusedRecommender recommender(Freshness.Options options) {
        var freshness = new Freshness(
                truth.catalog(),
                truth.interactions(),
                truth.changes(),
                new UserHistories(truth.interactions(), 1_000),
                clock,
                options);
        opened.push(freshness::close);
        var made = new FusedRecommender(
                truth.catalog(),
                freshness,
                UserMemories.of(
                        user -> memories.active(new Subject.OfUser(user)),
                        user -> memories.standing(new Subject.OfUser(user))),
                sources,
                clock,
                FusedRecommender.Options.DEFAULT);
        opened.push(made::close);
        return made;
    }

    private CollaborativeModel model() {
        List<ItemId> items = new ArrayList<>();
        Map<ItemId, Integer> rows = new HashMap<>();
        truth.catalog().scan(item -> {
            rows.put(item.id(), items.size());
            items.add(item.id());
        });
        Map<UserId, Integer> users = new HashMap<>();
        var histories = new Histories.Builder(items.size());
        truth.interactions()
                .scan(event -> histories.add(
                        users.computeIfAbsent(event.user(), user -> users.size()),
                        rows.getOrDefault(event.item(), 0),
                        event.at().toEpochMilli()));
        if (users.isEmpty()) {
            return Optional::empty;
        }
        Histories built = histories.build();
        CollaborativeModel.Loaded loaded = CollaborativeModel.Loaded.of(
                "test-1",
                items,
                Map.of(
                        "knn", ItemKnn.fit(built, ItemKnn.Options.DEFAULT).scorer(HistoryDecay.of(0.6)),
                        "transitions",
                                Transitions.fit(built, Transitions.Options.DEFAULT)
                                        .scorer(Transitions.DECAY)
                                        .logarithmic()));
        return () -> Optional.of(loaded);
    }

    /// Ends everything and removes the folder.
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
        delete(directory.root());
    }

    MemoryWriter writer(Gates gates) {
        return new MemoryWriter(door(gates), reader, snapshots, clock);
    }

    PolicyReplay replay(Gates gates) {
        return new PolicyReplay(door(gates), truth.conversations(), reader, snapshots);
    }

    GatedMemories door(Gates gates) {
        var stores = new GatedMemories.Stores(memories, truth.rejections(), truth.consents(), memories::cosines);
        return new GatedMemories(stores, gates, ids, clock);
    }

    AgentParts parts(LanguageModel model) {
        return parts(model, recommender);
    }

    AgentParts parts(LanguageModel model, Recommender chosen) {
        return parts(model, chosen, LlmRanker.off());
    }

    AgentParts parts(LanguageModel model, Recommender chosen, LlmRanker ranker) {
        return new AgentParts(
                truth.catalog(),
                truth.conversations(),
                memories,
                subject -> {
                    erasure.begin(subject);
                    memories.forgotten(subject);
                },
                truth.slates(),
                new dev.palate.memory.tier.Reinforcement(memories, truth.slates(), clock),
                chosen,
                snapshots,
                reader,
                writer,
                model,
                PromptLibrary.load(),
                ids,
                truth.changes(),
                Optional.of(traces),
                clock,
                ranker,
                Optional.empty(),
                truth.digests());
    }

    Conversation conversation() {
        return truth.conversations().start(new UserId("talker-" + USERS.incrementAndGet()));
    }

    Item item(String id) {
        return truth.catalog().item(new ItemId(id)).orElseThrow();
    }

    /// Says one message and returns the events of the turn.
    static List<TurnEvent> say(ChatAgent agent, Conversation conversation, String text, int size) {
        return say(agent, new TurnRequest(conversation.id(), text, size, TurnRequest.UseModels.AUTO));
    }

    static List<TurnEvent> say(ChatAgent agent, TurnRequest request) {
        List<TurnEvent> events = new ArrayList<>();
        Turn turn = agent.start(request, event -> {
            synchronized (events) {
                events.add(event);
            }
        });
        try {
            turn.done().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the turn did not end", e);
        }
        synchronized (events) {
            return List.copyOf(events);
        }
    }
}
