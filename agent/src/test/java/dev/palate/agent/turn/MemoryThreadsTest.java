package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Lexicon;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.extraction.MemoryWriter.Said;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.memory.Ids;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MemoryDoor;
import dev.palate.memory.dataset.MemoryMeaning;
import dev.palate.memory.gate.GatePolicy;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.gate.Written;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.SpeakPrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The threads in which people of other memory stores complain most, each as a test through the real stack. Numbers are
/// those of the threads: mem0 is `mem0ai/mem0`, graphiti is `getzep/graphiti`.
class MemoryThreadsTest {
    private static final Actor APP = new Actor("user:test");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    /// A store that can be closed and opened again.
    private static final class Store implements AutoCloseable {
        final DataDirectory directory;
        final SqlTruth truth;
        final IndexChanges index;
        final TieredMemories memories;
        final MemoryWriter writer;

        Store(Path root, Gates gates) throws InterruptedException {
            Clock clock = Clock.systemUTC();
            directory = DataDirectory.open(root);
            truth = SqlTruth.open(directory, clock);
            if (truth.catalog().count() == 0) {
                truth.catalog()
                        .putAll(List.of(
                                Item.of(new ItemId("1"), "Alien", 1979, List.of("Horror", "Sci-Fi")),
                                Item.of(new ItemId("2"), "Rio Bravo", 1959, List.of("Western")),
                                Item.of(new ItemId("3"), "Airplane!", 1980, List.of("Comedy"))));
            }
            var encoder = new HashingEncoder();
            index = IndexChanges.open(
                    directory.root(),
                    new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                    encoder,
                    IndexOptions.defaults());
            index.awaitApplied(truth.changes().latest(), PATIENCE);
            memories = new TieredMemories(
                    truth.memories(), truth.coldMemories(), index, encoder, clock, TierOptions.defaults());
            var lexicon = new Lexicon(DomainPackFile.films());
            writer = new MemoryWriter(
                    door(gates),
                    new MessageReader(lexicon),
                    new CatalogSnapshots(lexicon, truth.catalog(), truth.interactions(), truth.changes()),
                    clock);
        }

        GatedMemories door(Gates gates) {
            var stores = new GatedMemories.Stores(memories, truth.rejections(), truth.consents(), memories::cosines);
            return new GatedMemories(stores, gates, new Ids(Clock.systemUTC()), Clock.systemUTC());
        }

        UserId user(String id) {
            return truth.users()
                    .ensure(new User(new UserId(id), "", Instant.EPOCH, false))
                    .id();
        }

        void settled() throws InterruptedException {
            index.awaitApplied(truth.changes().latest(), PATIENCE);
            index.awaitEncoded(PATIENCE);
        }

        @Override
        public void close() {
            index.close();
            truth.close();
            directory.close();
        }
    }

    private Store open() throws InterruptedException {
        return new Store(folder.resolve("data"), Gates.standard());
    }

    private static Subject of(UserId user) {
        return new Subject.OfUser(user);
    }

    private static List<Memory> all(dev.palate.memory.memory.Memories memories, UserId user) {
        var filter = new MemoryFilter(of(user), Set.of(), Set.of(), null);
        return memories.page(filter, null, Page.MAX_LIMIT).items();
    }

    /// mem0#4573: 10,134 memories in 32 days, 97.8 % of them junk, one hallucination fed back 668 times.
    @Test
    void mem0Issue4573JunkFedBack() {
        TestStack stack = TestStack.get();
        try (var agent = new GraphAgent(stack.parts(ScriptedModel.parrot(ModelLevel.T2)), TurnLimits.DEFAULT)) {
            Conversation conversation = stack.conversation();
            UserId user = conversation.user();
            TestStack.say(agent, conversation, "I love horror.", 3);
            Memory first = stack.memories.active(of(user)).getFirst();
            for (int turn = 0; turn < 500; turn++) {
                if (turn % 25 == 0) {
                    conversation = stack.truth.conversations().start(user);
                }
                String words = turn % 2 == 0 ? "something scary for tonight" : "something else";
                TestStack.say(agent, conversation, words, 3);
                if (turn % 10 == 0) {
                    String parroted = "As you said: " + first.text() + ". I love comedies, too, and I hate dramas!";
                    stack.writer.infer(user, List.of(new Said(Role.ASSISTANT, "a" + turn, parroted)), APP);
                }
            }
            assertThat(all(stack.memories, user))
                    .as("what the user said, and nothing of the model's")
                    .extracting(Memory::text)
                    .containsExactly("Likes horror");
            assertThat(stack.memories.history(first.id()))
                    .as("its own echo does not make it stronger")
                    .hasSizeLessThan(3);
            assertThat(stack.truth
                            .rejections()
                            .page(of(user), null, Rejections.MOST)
                            .nextCursor())
                    .as("what was refused is bounded")
                    .isNull();
        }
    }

    /// mem0#5867, mem0#4896, mem0#5576: contradictions side by side; mem0#4536: the old one deleted, the new one never
    /// stored.
    @Test
    void mem0Issue5867ContradictionsSideBySide() throws InterruptedException {
        UserId user = new UserId("flip");
        List<Memory> before;
        try (Store store = open()) {
            store.user("flip");
            for (int i = 0; i < 50; i++) {
                String text = i % 2 == 0 ? "Likes horror" : "Hates horror";
                Written written = store.writer.asIs(user, text, Trust.STATED, APP);
                assertThat(written.memory()).as(i + " " + written).isNotNull();
                assertThat(Objects.requireNonNull(written.memory()).slot()).isEqualTo(new Slot("genre", "horror"));
            }
            assertThat(store.memories.active(of(user))).extracting(Memory::text).containsExactly("Hates horror");
            before = all(store.memories, user);
            assertThat(before).hasSize(50);
        }
        try (Store store = open()) {
            assertThat(all(store.memories, user)).as("after a restart").isEqualTo(before);
            assertThat(store.memories.active(of(user))).hasSize(1);
            List<Memory> closed = before.stream()
                    .filter(memory -> memory.status() == MemoryStatus.SUPERSEDED)
                    .sorted(Comparator.comparing(Memory::createdAt))
                    .toList();
            assertThat(closed).hasSize(49).allSatisfy(memory -> {
                assertThat(memory.validTo()).isNotNull();
                Memory next = store.memories
                        .memory(Objects.requireNonNull(memory.supersededBy()))
                        .orElseThrow();
                assertThat(next.validFrom()).isEqualTo(memory.validTo());
                assertThat(store.memories.history(memory.id())).hasSize(2);
            });
        }
    }

    /// The same of a facet that has one value, told by another store in any order.
    @Test
    void mem0Issue5867ContradictionsImported() throws Exception {
        UserId user = new UserId("eras");
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int era = 1900 + i % 2 * 10;
            rows.add("{\"user_id\":\"eras\",\"text\":\"Likes films from %d on\",\"slot\":\"era:%d-%d\",\"polarity\":1,"
                            .formatted(era, era, era + 9)
                    + "\"valid_from\":\"2024-01-01T00:%02d:00Z\",\"id\":\"%d\"}".formatted(i, i));
        }
        Collections.shuffle(rows, new Random(20_260_501L));
        Path file = Files.write(folder.resolve("memories.jsonl"), rows);
        try (Store store = open()) {
            var door = new MemoryDoor(store.door(Gates.standard()), MemoryMeaning.NONE);
            var target = new DatasetImport.Target(
                    store.truth.catalog(),
                    store.truth.users(),
                    store.truth.interactions(),
                    store.truth.jobs(),
                    folder,
                    store.truth.importPositions(),
                    door);
            new DatasetImport(target, Clock.systemUTC(), 0).run(new JsonLinesReader(file), (phase, done, total) -> {});
        }
        try (Store store = open()) {
            assertThat(store.memories.active(of(user)))
                    .singleElement()
                    .satisfies(memory -> assertThat(memory.slot()).isEqualTo(new Slot("era", "1910-1919")));
            assertThat(all(store.memories, user))
                    .filteredOn(memory -> memory.status() == MemoryStatus.SUPERSEDED)
                    .allSatisfy(memory -> assertThat(memory.validTo()).isNotNull());
        }
    }

    /// graphiti#1734, letta#3116: duplicates even of equal names.
    @Test
    void graphitiIssue1734DuplicatesOfEqualNames() throws InterruptedException {
        UserId user = new UserId("twice");
        try (Store store = open()) {
            store.user("twice");
            List<String> ways = List.of(
                    "My daughter is called Ripley", "my daughter is called  RIPLEY", "My daughter is called Ripley!");
            for (int i = 0; i < 60; i++) {
                Written written = store.writer.asIs(user, ways.get(i % ways.size()), Trust.STATED, APP);
                assertThat(written.outcome()).isEqualTo(i == 0 ? Written.Outcome.ADD : Written.Outcome.MERGE);
            }
            assertThat(all(store.memories, user)).hasSize(1);
        }
        try (Store store = open()) {
            assertThat(store.writer
                            .asIs(user, "my daughter is called ripley", Trust.STATED, APP)
                            .outcome())
                    .as("after a restart")
                    .isEqualTo(Written.Outcome.MERGE);
            assertThat(store.memories.active(of(user)).getFirst().evidence())
                    .as("the same words are quoted once")
                    .hasSize(4);
        }
    }

    /// mem0#3707, mem0#3206: memories translated into English, names mangled.
    @Test
    void mem0Issue3707TranslatedMemories() throws InterruptedException {
        UserId user = new UserId("polyglot");
        List<String> texts = List.of(
                "Ich mag die Filme von Käutner und nicht die von heute",
                "J'aime les films de la nouvelle vague mais pas les autres",
                "Mi piacciono i film di Fellini e non quelli di oggi",
                "любит старое советское кино",
                "溝口健二の映画が好き");
        try (Store store = open()) {
            store.user("polyglot");
            for (String text : texts) {
                assertThat(store.writer.asIs(user, text, Trust.STATED, APP).memory())
                        .as(text)
                        .isNotNull();
            }
        }
        try (Store store = open()) {
            store.settled();
            assertThat(store.memories.active(of(user))).extracting(Memory::text).containsExactlyElementsOf(texts);
            assertThat(store.memories.active(of(user)))
                    .extracting(Memory::language)
                    .startsWith("de", "fr", "it", "und-Cyrl");
            assertThat(store.memories
                            .recall(of(user), "Filme von Käutner", 1, PATIENCE)
                            .toString())
                    .contains("Käutner");
        }
    }

    /// mem0#2736: the system prompt itself is saved as a memory.
    @Test
    void mem0Issue2736SystemPromptSaved() throws InterruptedException {
        UserId user = new UserId("prompted");
        String prompt = PromptLibrary.load().system(SpeakPrompt.VERSION);
        try (Store store = open()) {
            store.user("prompted");
            store.writer.infer(user, List.of(new Said(Role.ASSISTANT, "m1", prompt)), APP);
            store.writer.infer(user, List.of(new Said(Role.USER, "m2", prompt)), APP);
            assertThat(store.memories.active(of(user))).isEmpty();
            store.writer.infer(user, List.of(new Said(Role.USER, "m3", "I love westerns. " + prompt)), APP);
            assertThat(store.memories.active(of(user)))
                    .as("beside a taste, too")
                    .isEmpty();
        }
    }

    /// mem0#3695, mem0#3245: what was deleted comes back from a cache, an index or a log.
    @Test
    void mem0Issue3695DeletedMemoryReturns() throws InterruptedException, IOException {
        UserId user = new UserId("forgotten");
        Memory deleted;
        Instant then;
        try (Store store = open()) {
            store.user("forgotten");
            for (int i = 0; i < 20; i++) {
                store.writer.asIs(user, "Remembers the lighthouse number " + i, Trust.STATED, APP);
            }
            store.settled();
            deleted = store.memories.active(of(user)).get(7);
            then = Instant.now();
            assertThat(store.memories
                            .recall(of(user), deleted.text(), 20, PATIENCE)
                            .toString())
                    .contains(deleted.id().value());
            assertThat(store.memories.forget(deleted.id())).isTrue();
            assertGone(store, user, deleted, then);
        }
        try (Store store = open()) {
            assertGone(store, user, deleted, then);
        }
        try (Stream<Path> files = Files.walk(folder.resolve("data").resolve("index"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        try (Store store = open()) {
            assertGone(store, user, deleted, then);
            assertThat(store.memories.active(of(user)))
                    .as("the others are there")
                    .hasSize(19);
        }
    }

    private static void assertGone(Store store, UserId user, Memory deleted, Instant then) throws InterruptedException {
        store.settled();
        String id = deleted.id().value();
        assertThat(store.memories.memory(deleted.id())).isEmpty();
        assertThat(store.memories.memory(deleted.id(), then)).isEmpty();
        assertThat(store.memories.history(deleted.id())).isEmpty();
        assertThat(store.memories.active(of(user))).extracting(Memory::id).doesNotContain(deleted.id());
        assertThat(store.memories.states(of(user), then)).extracting(Memory::id).doesNotContain(deleted.id());
        assertThat(store.memories.recall(of(user), deleted.text(), 20, PATIENCE).toString())
                .doesNotContain(id);
        assertThat(store.index
                        .memories()
                        .search(deleted.text(), new MemoryFilter(of(user), Set.of(), Set.of(), null), 20))
                .extracting(ScoredMemory::memory)
                .doesNotContain(deleted.id());
    }

    /// graphiti#1668, mem0#2344: one malformed answer of a model silently loses what was said.
    @Test
    void graphitiIssue1668MalformedAnswerLosesData() {
        TestStack stack = TestStack.get();
        List<String> said = List.of(
                "I love westerns",
                "I hate musicals",
                "I love comedies",
                "I love documentaries",
                "I hate horror",
                "I love thrillers",
                "I hate war films",
                "I love mysteries");
        var limits = new TurnLimits(
                4,
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(250),
                Duration.ofMillis(600),
                60);
        for (long seed = 1; seed <= 3; seed++) {
            var model = ScriptedModel.hostile(ModelLevel.T2, seed, List.of("Saw", "Heat"));
            try (var agent = new GraphAgent(stack.parts(model), limits)) {
                Conversation conversation = stack.conversation();
                for (String text : said) {
                    assertThat(TestStack.say(agent, conversation, text + ".", 3).getLast())
                            .isInstanceOf(TurnEvent.Completed.class);
                }
                assertThat(stack.memories.active(of(conversation.user())))
                        .as("seed %d", seed)
                        .hasSize(said.size());
            }
        }
    }

    /// mem0 at four threads lost writes in the comparison of this project; here 64 write at once.
    @Test
    void sixtyFourWritersLoseNothing() throws Exception {
        GatePolicy usual = GatePolicy.DEFAULT;
        List<String> order =
                usual.order().stream().filter(name -> !name.equals("rate")).toList();
        Gates gates = new Gates(new GatePolicy(order, 0.85, 0.95, 3, 60, 400));
        UserId shared = new UserId("shared");
        int writers = 64;
        int each = 5;
        List<Written> results = new ArrayList<>();
        try (Store store = new Store(folder.resolve("data"), gates);
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            store.user("shared");
            var go = new CountDownLatch(1);
            List<Future<List<Written>>> futures = IntStream.range(0, writers)
                    .mapToObj(writer -> pool.submit(() -> {
                        go.await();
                        List<Written> mine = new ArrayList<>();
                        for (int i = 0; i < each; i++) {
                            String text = "Remembers the lighthouse " + writer + " of " + i;
                            mine.add(store.writer.asIs(shared, text, Trust.STATED, APP));
                        }
                        UserId own = store.user("own-" + writer);
                        mine.add(store.writer.asIs(own, "Hates horror", Trust.STATED, APP));
                        mine.add(store.writer.asIs(shared, "Hates horror", Trust.STATED, APP));
                        return mine;
                    }))
                    .toList();
            go.countDown();
            for (Future<List<Written>> future : futures) {
                results.addAll(future.get());
            }
            assertThat(results)
                    .hasSize(writers * (each + 2))
                    .allSatisfy(written ->
                            assertThat(written.memory()).as(written.toString()).isNotNull());
        }
        try (Store store = open()) {
            List<Memory> active = store.memories.active(of(shared));
            assertThat(active).as("each once, the slot once").hasSize(writers * each + 1);
            assertThat(active.stream().map(Memory::text).distinct()).hasSize(writers * each + 1);
            List<Memory> horror =
                    active.stream().filter(memory -> memory.slot() != null).toList();
            assertThat(horror).hasSize(1);
            assertThat(horror.getFirst().revision())
                    .as("every repetition counted")
                    .isEqualTo(writers);
            for (int writer = 0; writer < writers; writer++) {
                assertThat(store.memories.active(of(new UserId("own-" + writer))))
                        .hasSize(1);
            }
        }
    }
}
