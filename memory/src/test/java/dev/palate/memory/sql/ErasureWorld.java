package dev.palate.memory.sql;

import dev.palate.memory.access.Role;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.LogFiles;
import dev.palate.memory.erase.ReportFiles;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories.Codebook;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ProductQuantiser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A store with all its places over one data directory, and a user of whom something with a canary in it is in each.
/// May be closed and opened again.
final class ErasureWorld implements AutoCloseable {
    static final UserId BEN = new UserId("ben-who-stays");
    static final Duration PATIENCE = Duration.ofSeconds(30);

    // Without vowels, so that no stemmer takes anything off.
    private static final String LETTERS = "bcdfghjklmnpqrtvwxz";
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    final Path root;
    final UserId user;
    private final Map<String, String> canaries = new LinkedHashMap<>();
    private final SplittableRandom random;
    private final HashingEncoder encoder = new HashingEncoder();
    private DataDirectory directory;
    private SqlTruth truth;
    private IndexChanges index;
    private TieredMemories tiered;
    private @Nullable Erasure erasure;
    private CanaryHunt.@Nullable Codes codes;

    ErasureWorld(Path root, long seed) {
        this.root = root;
        random = new SplittableRandom(seed);
        user = new UserId(canary("user id"));
        directory = DataDirectory.open(root);
        truth = SqlTruth.open(directory, Clock.systemUTC());
        index = openIndex();
        tiered = openTiers();
    }

    private IndexChanges openIndex() {
        IndexChanges.Sources sources =
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories());
        return IndexChanges.open(directory.root(), sources, encoder, IndexOptions.defaults());
    }

    private TieredMemories openTiers() {
        return new TieredMemories(
                UsersFirst.of(truth), truth.coldMemories(), index, encoder, Clock.systemUTC(), TierOptions.defaults());
    }

    void reopen() {
        directory = DataDirectory.open(root);
        truth = SqlTruth.open(directory, Clock.systemUTC());
        index = openIndex();
        tiered = openTiers();
        erasure = null;
    }

    SqlTruth truth() {
        return truth;
    }

    TieredMemories tiered() {
        return tiered;
    }

    /// The conversations of the user, latest first.
    List<ConversationId> talks() {
        return truth.conversations().page(user, null, 10).items().stream()
                .map(Conversation::id)
                .toList();
    }

    /// A gate refuses something of the newest message of the conversation.
    void refuse(ConversationId talk) {
        String message = truth.conversations().latest(talk, 1).getFirst().id().value();
        Rejection refused = rejection("r2", canary("refused in a talk"), message);
        truth.rejections().add(List.of(refused));
    }

    /// An erasure over all places and those given.
    Erasure erasure(List<ErasurePlace> more, Consumer<String> stepped) {
        return erasure(Set.of(), more, stepped);
    }

    /// An erasure over all places but those named.
    Erasure erasure(Set<String> but, Consumer<String> stepped) {
        return erasure(but, List.of(), stepped);
    }

    private Erasure erasure(Set<String> but, List<ErasurePlace> more, Consumer<String> stepped) {
        List<ErasurePlace> places = new ArrayList<>(List.of(
                tiered.erasurePlace(),
                tiered.codebooksErasure(),
                index,
                ReportFiles.rejectedRows(directory.logs()),
                ReportFiles.exports(directory.exports()),
                new LogFiles(directory.logs())));
        places.removeIf(place -> but.contains(place.name()));
        places.addAll(more);
        Erasure made = truth.erasure(places, stepped);
        erasure = made;
        return made;
    }

    Map<String, String> canaries() {
        return Map.copyOf(canaries);
    }

    private String canary(String what) {
        StringBuilder canary = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            canary.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        canaries.put(canary.toString(), what);
        return canary.toString();
    }

    private String words() {
        return canaries.entrySet().stream()
                .filter(entry -> entry.getValue().equals("memory text"))
                .map(entry -> "loves " + entry.getKey() + " films")
                .findFirst()
                .orElseThrow();
    }

    /// The codes of the user's cold memory, as they are stored and as they are decoded.
    CanaryHunt.Codes codes() {
        return Objects.requireNonNull(codes, "nothing was planted");
    }

    /// One memory of the user goes cold, coded by a codebook that was learnt from its vector among few.
    private void chill() {
        Memory memory = truth.memories().memory(new MemoryId("m2")).orElseThrow();
        float[] vector = encoder.encode(memory.text());
        SplittableRandom nobody = new SplittableRandom(1);
        float[][] rows = new float[300][encoder.dimension()];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (nobody.nextGaussian() / Math.sqrt(row.length));
            }
        }
        rows[7] = vector;
        ProductQuantiser quantiser = ProductQuantiser.train(rows, encoder.dimension(), 1);
        Codebook codebook = truth.coldMemories().keep(encoder.version(), rows.length, quantiser);
        byte[] code = quantiser.encode(vector);
        Subject subject = memory.subject();
        int made = truth.coldMemories()
                .demote(List.of(new Cold(memory.id(), subject, memory.revision(), codebook.version(), code)));
        if (made != 1) {
            throw new IllegalStateException("the memory did not go cold");
        }
        codes = new CanaryHunt.Codes(quantiser, code, vector);
    }

    /// The vector of the text of the memory.
    List<float[]> vectors() {
        return List.of(encoder.encode(words()));
    }

    /// Puts something of the user everywhere, and something of another beside it.
    void plant() throws IOException, InterruptedException {
        truth.catalog().put(Item.of(new ItemId("i"), "Alien", 1979, List.of("Horror")));
        truth.users().put(new User(user, canary("user name"), NOW, false));
        Memory first = memory("m1", user, "likes " + canary("earlier revision"), canary("quote"), canary("slot"));
        UsersFirst.of(truth)
                .put(List.of(
                        write(first, canary("cause")),
                        write(memory("b1", BEN, "likes quiet westerns", "I said so", "western"), "")));
        canary("memory text");
        Memory stored = truth.memories().memory(first.id()).orElseThrow();
        UsersFirst.of(truth)
                .put(List.of(
                        write(stored.draft().text(words()).build(), ""),
                        write(memory("b2", BEN, "likes loud musicals", "I sang so", "musical"), "")));
        UsersFirst.of(truth)
                .put(List.of(
                        write(memory("m2", user, "loves " + canary("cold text") + " too", "I did say", "noir"), "")));
        Interaction rated = new Interaction(
                new InteractionId(canary("interaction id")), user, new ItemId("i"), new Feedback.Rated(4), NOW, null);
        truth.interactions().append(List.of(rated));
        ThemeVocabulary vocabulary = ThemeVocabulary.of(truth.catalog(), Set.of());
        ThemeDelta given = new ThemeDelta(
                new Subject.OfItem(rated.item()),
                vocabulary.theme("category:horror").orElseThrow(),
                1);
        truth.themes()
                .apply(List.of(
                        new ThemeWeights.Planned(new ThemePlan(rated.id(), user, rated.item(), List.of(given)), 0)));
        talk();
        truth.rejections().add(List.of(rejection("r1", canary("rejected memory"), "msg")));
        truth.apiKeys().issue(Role.USER, user, canary("key name"), null);
        Files.writeString(
                directory.logs().resolve("import-1.rejected.tsv"),
                "file\tline\twhose\treason\nratings.csv\t3\tuser:" + user + "\trating must be a number, was "
                        + canary("rejected row") + "\n");
        Files.writeString(directory.logs().resolve("server.log"), "turn of user " + user + " took 3 ms\n");
        Files.writeString(
                directory.exports().resolve("users.json"),
                "{\"palate_export\":1,\"user_id\":\"" + user + "\",\"words\":\"" + canary("export") + "\"}");
        chill();
        settle();
        tiered.pack(new Subject.OfUser(user));
        tiered.pack(new Subject.OfUser(BEN));
    }

    private void talk() {
        Conversation talk = truth.conversations().start(user);
        var message = truth.conversations()
                .append(
                        talk.id(),
                        new TurnId("t1"),
                        dev.palate.memory.conversation.Role.USER,
                        canary("chat message"),
                        null,
                        null);
        truth.conversations()
                .keep(talk.id(), "{\"wish\":\"" + canary("conversation state") + "\"}", canary("conversation title"));
        TraceHead head = new TraceHead(
                new TurnId("t1"),
                talk.id(),
                user,
                message.id(),
                NOW,
                "recommend",
                "T0",
                "stop",
                1_000,
                "",
                "",
                1,
                new SlateId("s1"),
                TraceHead.Tokens.NONE);
        TraceStep step = new TraceStep(
                "understand", 0, 10, "{\"words\":\"" + canary("trace") + "\"}", "{\"memories\":[\"m1@1\"]}", false);
        truth.traces().put(List.of(new TurnTrace(head, List.of(step), Set.of(new MemoryId("m1")), Set.of(), 0)));
        SlateRecord.Entry entry = new SlateRecord.Entry(
                new ItemId("i"), 1, 1, Map.of(), canary("slate reason"), List.of(new MemoryId("m1")));
        truth.slates()
                .put(new SlateRecord(new SlateId("s1"), user, talk.id(), NOW, "", "T0", List.of(entry), List.of()));
    }

    private Rejection rejection(String id, String text, String source) {
        Proposal proposal = new Proposal(
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                text,
                1,
                Trust.STATED,
                null,
                canary("rejected quote"),
                "",
                source,
                dev.palate.memory.conversation.Role.USER);
        return Rejection.of(id, proposal, "quota", "p1", Clock.systemUTC().instant());
    }

    private static Memory memory(String id, UserId user, String text, String quote, String slot) {
        return Memory.fresh(
                new MemoryId(id),
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                text,
                1,
                Trust.STATED,
                new Slot("genre", slot),
                List.of(new Evidence("message", "msg-" + id, quote)),
                NOW);
    }

    private static Memories.Write write(Memory memory, String cause) {
        return new Memories.Write(memory, Actor.AGENT, cause);
    }

    /// Waits for the index.
    void settle() throws InterruptedException {
        if (!index.awaitEncoded(PATIENCE)) {
            throw new IllegalStateException("the index did not catch up");
        }
    }

    /// The queries that find something of the user.
    Set<String> found() throws InterruptedException {
        settle();
        Set<String> found = new TreeSet<>();
        MemoryFilter every = new MemoryFilter(null, Set.of(), Set.of(), null);
        Subject subject = new Subject.OfUser(user);
        note(found, "user", truth.users().user(user).isPresent());
        note(found, "memory", truth.memories().memory(new MemoryId("m1")).isPresent());
        note(found, "history", !truth.memories().history(new MemoryId("m1")).isEmpty());
        note(
                found,
                "words in the table",
                canaries.keySet().stream()
                        .anyMatch(canary -> !truth.memories()
                                .page(new MemoryFilter(null, Set.of(), Set.of(), canary), null, 10)
                                .items()
                                .isEmpty()));
        note(
                found,
                "words in the index",
                canaries.keySet().stream()
                        .anyMatch(canary ->
                                !index.memories().search(canary, every, 10).isEmpty()));
        note(
                found,
                "vector in the index",
                index.memories().nearest(vectors().getFirst(), every, 10).stream()
                        .anyMatch(hit -> hit.score() > 0.99));
        note(
                found,
                "recall",
                !tiered.recall(subject, words(), 5, PATIENCE).memories().isEmpty());
        note(
                found,
                "themes",
                truth.themes().itemsChangedAfter(0, 10).stream().anyMatch(change -> change.contributors() > 0));
        note(found, "interactions", !truth.interactions().ofUser(user, 10).isEmpty());
        note(
                found,
                "conversations",
                !truth.conversations().page(user, null, 10).items().isEmpty());
        note(found, "trace", truth.traces().trace(new TurnId("t1")).isPresent());
        note(found, "slate", truth.slates().slate(new SlateId("s1")).isPresent());
        note(
                found,
                "rejections",
                !truth.rejections().page(subject, null, 10).items().isEmpty());
        note(found, "key", truth.apiKeys().all().stream().anyMatch(key -> user.equals(key.user())));
        return found;
    }

    private static void note(Set<String> found, String what, boolean there) {
        if (there) {
            found.add(what);
        }
    }

    /// How many memories of the user the hot tier holds.
    long hot() {
        return tiered.erasurePlace().remaining(user);
    }

    @Override
    public void close() {
        if (erasure != null) {
            erasure.close();
        }
        index.close();
        truth.close();
        directory.close();
    }
}
