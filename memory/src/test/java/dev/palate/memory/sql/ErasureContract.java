package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.access.Role;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ProductQuantiser;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

abstract class ErasureContract extends TruthContract {
    private static final String WORDS = "I adore zwiebelkuchen";

    /// How many notes of its own the database adds.
    int notesOfTheDatabase() {
        return 1;
    }

    /// The places but for those that only one kind of database has.
    private List<ErasureReceipt.Place> places(ErasureReceipt receipt) {
        return receipt.places().stream()
                .filter(place -> !place.name().equals(SqliteDialect.UNUSED))
                .toList();
    }

    private void live(UserId user) {
        truth().interactions().append(List.of(rated("x-" + user, user, "i", 4, NOW)));
        Memory memory = memories()
                .put(List.of(new Memories.Write(
                        likes("m-" + user, user, "horror").draft().text(WORDS).build(), Actor.AGENT, "")))
                .getFirst();
        memories().put(List.of(new Memories.Write(memory.draft().strength(1).build(), Actor.AGENT, "")));
        Conversation talk = truth().conversations().start(user);
        truth().conversations()
                .append(talk.id(), new TurnId("t"), dev.palate.memory.conversation.Role.USER, WORDS, null, null);
        truth().slates()
                .put(new SlateRecord(new SlateId("s-" + user), null, talk.id(), NOW, "", "T0", List.of(), List.of()));
        truth().apiKeys().issue(Role.USER, user, "phone", null);
    }

    private void makeCold(UserId user) {
        Memory memory = truth().memories().memory(new MemoryId("m-" + user)).orElseThrow();
        float[] vector = new float[16];
        java.util.Arrays.fill(vector, 0.25f);
        ProductQuantiser quantiser = ProductQuantiser.train(new float[][] {vector}, 16, 1);
        long codebook = truth().coldMemories().keep("test", 1, quantiser).version();
        truth().coldMemories()
                .demote(List.of(new ColdMemories.Cold(
                        memory.id(), memory.subject(), memory.revision(), codebook, new byte[] {0, 0})));
        truth().coldMemories().add(List.of(new ColdMemories.Access(memory.subject(), memory.id(), NOW, 1)), 1);
    }

    @Test
    void aUserIsGoneFromEveryTableAndFromTheBytesOnDisk() throws IOException {
        live(ANN);
        makeCold(ANN);
        ErasureReceipt receipt = truth().erasure(List.of()).user(ANN);
        assertThat(receipt.complete()).isTrue();
        assertThat(receipt.subjectType()).isEqualTo("user");
        assertThat(places(receipt))
                .containsExactly(
                        new ErasureReceipt.Place("table outbox", 3, 0),
                        new ErasureReceipt.Place("table memory_revision", 2, 0),
                        new ErasureReceipt.Place("table cold_memory", 1, 0),
                        new ErasureReceipt.Place("table tier_access", 1, 0),
                        new ErasureReceipt.Place("table memory_evidence", 1, 0),
                        new ErasureReceipt.Place("table memory", 1, 0),
                        new ErasureReceipt.Place("table rejection", 0, 0),
                        new ErasureReceipt.Place("table consent", 0, 0),
                        new ErasureReceipt.Place("table theme_plan", 0, 0),
                        new ErasureReceipt.Place("table theme_share", 0, 0),
                        new ErasureReceipt.Place("table theme_weight", 0, 0),
                        new ErasureReceipt.Place("table theme_user", 0, 0),
                        new ErasureReceipt.Place("table interaction", 1, 0),
                        new ErasureReceipt.Place("table turn_trace", 0, 0),
                        new ErasureReceipt.Place("table slate", 1, 0),
                        new ErasureReceipt.Place("table message", 1, 0),
                        new ErasureReceipt.Place("table conversation", 1, 0),
                        new ErasureReceipt.Place("table api_key", 1, 0),
                        new ErasureReceipt.Place("table change_log", 1, 0),
                        new ErasureReceipt.Place("table users", 1, 0),
                        new ErasureReceipt.Place("derived memories", 0, 0),
                        new ErasureReceipt.Place("codebooks of few vectors", 1, 0),
                        new ErasureReceipt.Place("write-ahead log", 0, 0));
        assertThat(truth().users().user(ANN)).isEmpty();
        assertThat(bytesOnDisk())
                .noneMatch(bytes -> bytes.contains("zwiebelkuchen"))
                .isNotEmpty();
        assertThat(receipt.notes())
                .contains("back-ups made before this time still hold it; a restore of one forgets it again by the"
                        + " erasure ledger")
                .hasSize(1 + notesOfTheDatabase());
    }

    @Test
    void othersKeepWhatIsTheirs() {
        live(ANN);
        live(BEN);
        truth().erasure(List.of()).user(ANN);
        assertThat(truth().interactions().ofUser(BEN, 10)).hasSize(1);
        assertThat(truth().memories().count()).isEqualTo(1);
        assertThat(truth().conversations().page(BEN, null, 10).items()).hasSize(1);
        assertThat(truth().apiKeys().all()).hasSize(1);
        assertThat(truth().outbox().after(0, 10))
                .extracting(note -> note.topic() + " " + note.subjectId())
                .containsExactly("interaction ben", "memory ben", "memory ben", "opinion ");
    }

    @Test
    void theFeedTellsConsumersWhatToForgetAndForgetsTheUserAtTheEnd() {
        live(ANN);
        ChangeNumber before = truth().changes().latest();
        List<Change> heard = new ArrayList<>();
        ErasurePlace consumer =
                place("consumer", () -> heard.addAll(truth().changes().after(before, 10)), 0);
        String job = truth().erasure(List.of(consumer)).user(ANN).id();
        Change memory = new Change(new ChangeNumber(before.value() + 1), Change.Type.MEMORY, "m-ann", 0);
        assertThat(heard)
                .containsExactly(memory, new Change(new ChangeNumber(before.value() + 2), Change.Type.USER, "ann", 0));
        assertThat(truth().changes().after(before, 10))
                .containsExactly(memory, new Change(new ChangeNumber(before.value() + 2), Change.Type.MEMORY, job, 0));
    }

    @Test
    void theJobNamesNobodyOnceItHasEnded() {
        live(ANN);
        Erasure erasure = truth().erasure(List.of());
        String job = erasure.user(ANN).id();
        Job ended = truth().jobs().job(new JobId(job)).orElseThrow();
        assertThat(ended.kind()).isEqualTo("erase");
        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(ended.detail())
                .matches("\\d+ entries removed from \\d+ places, none found when asked again")
                .doesNotContain("ann");
        ErasureState state = erasure.latest(ANN).orElseThrow();
        assertThat(state.ended()).isTrue();
        assertThat(state.job().value()).isEqualTo(job);
        assertThat(state.steps()).contains("erasure ledger", "tables again");
        assertThat(erasure.latest(BEN)).isEmpty();
        List<String> clear = truth().database()
                .read(handle -> handle.createQuery(
                                "select coalesce(subject_id, '') || coalesce(about, '') || steps || receipt from erasure")
                        .mapTo(String.class)
                        .list());
        assertThat(clear).singleElement().asString().doesNotContain("ann");
    }

    @Test
    void aMemoryIsGoneFromTablesSlatesAndBytesAndWhatRestedOnItToo() throws IOException {
        live(ANN);
        live(BEN);
        MemoryId erased = new MemoryId("m-ann");
        Memory namesake = likes("ann", BEN, "drama");
        memories().put(List.of(new Memories.Write(namesake, Actor.AGENT, "")));
        assertThat(namesake.evidence().getFirst().id())
                .as("a message by the id of the memory")
                .isEqualTo("m-ann");
        Memory derived = likes("profile", ANN, "comedy")
                .draft()
                .evidence(List.of(new Evidence("memory", "m-ann", "")))
                .build();
        memories().put(List.of(new Memories.Write(derived, Actor.AGENT, "")));
        SlateRecord.Entry moved = new SlateRecord.Entry(
                new ItemId("i"), 1, 0.5, Map.of("taste", 0.5), "Because " + WORDS, List.of(erased, new MemoryId("x")));
        truth().slates().put(new SlateRecord(new SlateId("s"), ANN, null, NOW, "", "T0", List.of(moved), List.of()));
        Erasure erasure = truth().erasure(List.of());
        ErasureReceipt receipt = erasure.memory(erased).orElseThrow();
        assertThat(receipt.complete()).isTrue();
        assertThat(receipt.subjectType()).isEqualTo("memory");
        assertThat(places(receipt))
                .containsExactly(
                        new ErasureReceipt.Place("table memory_revision", 2, 0),
                        new ErasureReceipt.Place("table memory_evidence", 1, 0),
                        new ErasureReceipt.Place("table memory", 1, 0),
                        new ErasureReceipt.Place("table outbox", 2, 0),
                        new ErasureReceipt.Place("table rejection", 0, 0),
                        new ErasureReceipt.Place("derived memories", 1, 0),
                        new ErasureReceipt.Place("reasons on slates", 1, 0),
                        new ErasureReceipt.Place("traces of turns", 0, 0),
                        new ErasureReceipt.Place("write-ahead log", 0, 0));
        assertThat(truth().memories().memory(derived.id())).as("rested on it").isEmpty();
        SlateRecord.Entry shown =
                truth().slates().slate(new SlateId("s")).orElseThrow().entries().getFirst();
        assertThat(shown.memories()).containsExactly(new MemoryId("x"));
        assertThat(shown.reason()).isEmpty();
        assertThat(truth().memories().memory(namesake.id())).isPresent();
        assertThat(erasure.memory(erased)).isEmpty();
        assertThat(truth().memories().memory(new MemoryId("m-ben"))).isPresent();
    }

    private Rejection refused(String id, UserId user, String quote, String message) {
        Proposal proposal = new Proposal(
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                "Likes something",
                1,
                Trust.STATED,
                null,
                quote,
                "I said: " + quote,
                message,
                dev.palate.memory.conversation.Role.USER);
        return Rejection.of(
                id,
                proposal,
                "quota",
                "p1",
                truth().users().user(user).orElseThrow().createdAt());
    }

    private static Memory held(String id, UserId user, String words, String message) {
        return likes(id, user, "drama")
                .draft()
                .text(words)
                .evidence(List.of(new Evidence("message", message, words)))
                .status(MemoryStatus.QUARANTINED)
                .build();
    }

    private List<String> refusedOf(UserId user) {
        return truth().rejections().page(new Subject.OfUser(user), null, 10).items().stream()
                .map(Rejection::id)
                .sorted()
                .toList();
    }

    @Test
    void whatHoldsTheWordsOfAMemoryGoesWithIt() throws IOException {
        live(ANN);
        live(BEN);
        truth().rejections()
                .add(List.of(
                        refused("same-message", ANN, "and musicals as well", "m-m-ann"),
                        refused("same-words", ANN, "i adore  ZWIEBELKUCHEN", ""),
                        refused("others-words", ANN, "I love long winters", "elsewhere"),
                        refused("of-ben", BEN, WORDS, "m-m-ann")));
        memories()
                .put(List.of(
                        new Memories.Write(
                                held("held-words", ANN, "truly, I adore zwiebelkuchen", ""), Actor.AGENT, ""),
                        new Memories.Write(held("held-message", ANN, "hates snow", "m-m-ann"), Actor.AGENT, ""),
                        new Memories.Write(held("held-other", ANN, "hates rain", "elsewhere"), Actor.AGENT, "")));
        Erasure erasure = truth().erasure(List.of());
        ErasureReceipt receipt = erasure.memory(new MemoryId("m-ann")).orElseThrow();
        assertThat(receipt.complete()).as(receipt.toString()).isTrue();
        assertThat(receipt.places())
                .contains(
                        new ErasureReceipt.Place("table rejection", 2, 0),
                        new ErasureReceipt.Place("quarantined proposals", 2, 0));
        assertThat(refusedOf(ANN)).containsExactly("others-words");
        assertThat(refusedOf(BEN)).containsExactly("of-ben");
        assertThat(truth().memories().memory(new MemoryId("held-words"))).isEmpty();
        assertThat(truth().memories().memory(new MemoryId("held-message"))).isEmpty();
        assertThat(truth().memories().memory(new MemoryId("held-other"))).isPresent();
        assertThat(erasure.page(ANN, null, 10).items())
                .as("what was held back has an erasure of its own")
                .hasSize(3)
                .anyMatch(state -> state.ended() && state.job().value().equals(receipt.id()))
                .anyMatch(state -> !state.ended());
        assertThat(erasure.page(BEN, null, 10).items()).isEmpty();
        assertThat(erasure.page(null, null, 2).nextCursor()).isNotNull();
        JobId job = new JobId(receipt.id());
        assertThat(erasure.state(job, ANN)).isPresent();
        assertThat(erasure.state(job, BEN)).isEmpty();
    }

    @Test
    void theReceiptOfAMemorySaysWhereItsWordsStillStand() {
        live(ANN);
        Conversation talk = truth().conversations().start(ANN);
        String message = truth().conversations()
                .append(talk.id(), new TurnId("t2"), dev.palate.memory.conversation.Role.USER, WORDS, null, null)
                .id()
                .value();
        Memory said = likes("said", ANN, "drama")
                .draft()
                .evidence(List.of(new Evidence("message", message, WORDS)))
                .build();
        memories().put(List.of(new Memories.Write(said, Actor.AGENT, "")));
        ErasureReceipt receipt = truth().erasure(List.of()).memory(said.id()).orElseThrow();
        assertThat(receipt.notes())
                .contains("the message it came from stays in the conversation; the words still stand in conversation "
                        + talk.id() + "; deleting the conversation or erasing the user removes them");
        assertThat(truth().conversations().messages(talk.id(), null, 10).items())
                .hasSize(1);
    }

    @Test
    void aConversationGoesWithWhatWasRefusedOfItAndTheRestStays() throws IOException {
        live(ANN);
        live(BEN);
        ConversationId talk =
                truth().conversations().page(ANN, null, 10).items().getFirst().id();
        MessageId message = truth().conversations().latest(talk, 1).getFirst().id();
        Memory quoting = likes("q", ANN, "western")
                .draft()
                .evidence(List.of(new Evidence("message", message.value(), "I adore much")))
                .build();
        memories().put(List.of(new Memories.Write(quoting, Actor.AGENT, "")));
        truth().rejections()
                .add(List.of(
                        refused("of-talk", ANN, "adoring kirschkuchen", message.value()),
                        refused("of-another", ANN, "something else", "other")));
        String words = "birnenkuchen";
        truth().conversations().keep(talk, "{\"wish\":\"" + words + "\"}", words);
        Erasure erasure = truth().erasure(List.of());
        ErasureReceipt receipt = erasure.conversation(talk).orElseThrow();
        assertThat(receipt.complete()).as(receipt.toString()).isTrue();
        assertThat(receipt.subjectType()).isEqualTo("conversation");
        assertThat(places(receipt))
                .containsExactly(
                        new ErasureReceipt.Place("table rejection", 1, 0),
                        new ErasureReceipt.Place("table turn_trace", 0, 0),
                        new ErasureReceipt.Place("table message", 1, 0),
                        new ErasureReceipt.Place("table conversation", 1, 0),
                        new ErasureReceipt.Place("slates of the conversation", 1, 0),
                        new ErasureReceipt.Place("write-ahead log", 0, 0));
        assertThat(receipt.notes())
                .contains("memories made of its messages stay, with the words they quote: 1; delete them to forget"
                        + " these too");
        assertThat(truth().conversations().conversation(talk)).isEmpty();
        assertThat(truth().conversations().message(message)).isEmpty();
        assertThat(truth().slates().slate(new SlateId("s-ann")))
                .as("a list that was nobody's")
                .isEmpty();
        assertThat(refusedOf(ANN)).containsExactly("of-another");
        assertThat(truth().memories().memory(quoting.id())).isPresent();
        assertThat(truth().conversations().page(BEN, null, 10).items()).hasSize(1);
        assertThat(bytesOnDisk()).noneMatch(bytes -> bytes.contains("kirschkuchen") || bytes.contains(words));
        assertThat(erasure.conversation(talk)).isEmpty();
        JobId job = new JobId(receipt.id());
        assertThat(erasure.state(job, ANN)).isPresent();
        assertThat(erasure.state(job, BEN)).isEmpty();
    }

    @Test
    void allMemoriesOfAUserGoAndTheRestStays() {
        live(ANN);
        live(BEN);
        makeCold(ANN);
        truth().rejections().add(List.of(refused("r", ANN, "I love long winters", "")));
        ErasureReceipt receipt = truth().erasure(List.of()).memories(new Subject.OfUser(ANN));
        assertThat(receipt.complete()).as(receipt.toString()).isTrue();
        assertThat(receipt.subjectType()).isEqualTo("memories");
        assertThat(places(receipt))
                .containsExactly(
                        new ErasureReceipt.Place("table memory_revision", 2, 0),
                        new ErasureReceipt.Place("table memory_evidence", 1, 0),
                        new ErasureReceipt.Place("table cold_memory", 1, 0),
                        new ErasureReceipt.Place("table tier_access", 1, 0),
                        new ErasureReceipt.Place("table outbox", 2, 0),
                        new ErasureReceipt.Place("table rejection", 1, 0),
                        new ErasureReceipt.Place("table memory", 1, 0),
                        new ErasureReceipt.Place("derived memories", 0, 0),
                        new ErasureReceipt.Place("reasons on slates", 0, 0),
                        new ErasureReceipt.Place("traces of turns", 0, 0),
                        new ErasureReceipt.Place("codebooks of few vectors", 1, 0),
                        new ErasureReceipt.Place("write-ahead log", 0, 0));
        assertThat(truth().memories().count()).isEqualTo(1);
        ColdMemories.Codebook blank = truth().coldMemories().newest("test").orElseThrow();
        assertThat(blank.sample()).isZero();
        assertThat(blank.quantiser().values()).containsOnly(0f);
        assertThat(truth().conversations().page(ANN, null, 10).items()).hasSize(1);
        assertThat(truth().interactions().ofUser(ANN, 10)).hasSize(1);
        assertThat(truth().erasure(List.of()).page(ANN, null, 10).items()).hasSize(1);
    }

    /// A database from before an erasure, which is what a restore brings: the ledger is told to one that has not heeded
    /// it.
    @Test
    void aLedgerForgetsAgainWhatADatabaseFromBeforeItHolds() {
        ErasureLedger ledger = ErasureLedger.open(folder.resolve("ledger"));
        live(ANN);
        live(BEN);
        Instant erased = truth().memories()
                .memory(new MemoryId("m-ben"))
                .orElseThrow()
                .createdAt()
                .plusSeconds(1);
        Memory later = Memory.fresh(
                new MemoryId("later"),
                new Subject.OfUser(BEN),
                MemoryKind.TRAIT,
                "Came after",
                0,
                Trust.STATED,
                null,
                List.of(),
                erased.plusSeconds(1));
        memories().put(List.of(new Memories.Write(later, Actor.AGENT, "")));
        ledger.append("user", "ann", Instant.parse("2100-01-01T00:00:00Z"));
        ledger.append("memories", "user/ben", erased);
        assertThat(truth().apply(ledger)).isEqualTo(2);
        assertThat(truth().users().user(ANN)).isEmpty();
        assertThat(truth().memories().memory(new MemoryId("m-ben"))).isEmpty();
        assertThat(truth().memories().memory(later.id())).isPresent();
        assertThat(truth().conversations().page(BEN, null, 10).items()).hasSize(1);
        assertThat(truth().apply(ledger)).as("heeded").isZero();
    }

    @Test
    void whatRestedOnAUserGoesWithTheUser() {
        live(ANN);
        Memory ofItem = Memory.fresh(
                new MemoryId("of-item"),
                new Subject.OfItem(new ItemId("i")),
                MemoryKind.TRAIT,
                "Funny",
                1,
                Trust.INFERRED,
                null,
                List.of(new Evidence("interaction", "x-ann", "")),
                NOW);
        memories().put(List.of(new Memories.Write(ofItem, Actor.AGENT, "")));
        Erasure erasure = truth().erasure(List.of());
        ErasureReceipt receipt = erasure.user(ANN);
        assertThat(receipt.places()).contains(new ErasureReceipt.Place("derived memories", 1, 0));
        assertThat(truth().memories().memory(ofItem.id())).isEmpty();
        assertThat(truth().memories().count()).isZero();
    }

    @Test
    void whatRestedOnItInAnEarlierRevisionGoesInTheSameCommitAndSoOn() {
        live(ANN);
        Memory first = resting("p1", "m-ann");
        Memory second = resting("p2", "p1");
        memories()
                .put(List.of(
                        new Memories.Write(first, Actor.SYSTEM, ""), new Memories.Write(second, Actor.SYSTEM, "")));
        Memory later = truth().memories().memory(first.id()).orElseThrow();
        memories()
                .put(List.of(
                        new Memories.Write(later.draft().evidence(List.of()).build(), new Actor("operator:k"), "")));
        ChangeNumber before = truth().changes().latest();
        assertThat(truth().memories().forget(new MemoryId("m-ann"))).isTrue();
        assertThat(truth().memories().count()).isZero();
        assertThat(truth().changes().after(before, 10)).extracting(Change::id).containsExactly("p2", "p1", "m-ann");
        long rows = truth().database()
                .read(handle -> handle.createQuery("select count(*) from memory_evidence")
                        .mapTo(Long.class)
                        .one());
        assertThat(rows).isZero();
        try (Erasure erasure = truth().erasure(List.of())) {
            erasure.start();
            assertThat(truth().jobs().page(null, 10).items()).hasSize(3).allSatisfy(job -> {
                ErasureState state = erasure.await(job.id(), java.time.Duration.ofSeconds(20))
                        .orElseThrow();
                assertThat(state.receipt()).matches(ErasureReceipt::complete);
            });
        }
    }

    @Test
    void nothingCanRestOnWhatIsGone() {
        live(ANN);
        truth().memories().forget(new MemoryId("m-ann"));
        assertThatThrownBy(() -> memories().put(List.of(new Memories.Write(resting("p", "m-ann"), Actor.SYSTEM, ""))))
                .hasMessage("memory p cannot rest on memory m-ann, which is gone; leave it out of the evidence");
    }

    private static Memory resting(String id, String on) {
        return Memory.fresh(
                new MemoryId(id),
                new Subject.OfUser(ANN),
                MemoryKind.TRAIT,
                "Rests on another",
                0,
                Trust.INFERRED,
                null,
                List.of(new Evidence("memory", on, "")),
                NOW);
    }

    @Test
    void whatIsWrittenWhileAnErasureRunsGoesToo() {
        live(ANN);
        AtomicBoolean wrote = new AtomicBoolean();
        ErasurePlace late = place(
                "late",
                () -> {
                    if (!wrote.getAndSet(true)) {
                        truth().interactions().append(List.of(rated("late", ANN, "i", 4, NOW)));
                    }
                },
                0);
        ErasureReceipt receipt = truth().erasure(List.of(late)).user(ANN);
        assertThat(receipt.complete()).as(receipt.toString()).isTrue();
        assertThat(receipt.notes()).contains("4 entries written while it ran were erased too");
        assertThat(truth().users().user(ANN)).isEmpty();
        assertThat(truth().interactions().count()).isZero();
    }

    @Test
    void otherPlacesAreAskedAgainAndStandOnTheReceipt() {
        ErasurePlace leaky = place("leaky cache", () -> {}, 1);
        ErasureReceipt receipt = truth().erasure(List.of(leaky)).user(ANN);
        assertThat(receipt.places()).contains(new ErasureReceipt.Place("leaky cache", 3, 1));
        assertThat(receipt.complete()).isFalse();
        assertThat(truth().changes().latest()).as("nobody was there").isEqualTo(ChangeNumber.NONE);
    }

    static ErasurePlace place(String name, Runnable erased, long remaining) {
        return new ErasurePlace() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long erase(UserId user) {
                erased.run();
                return 3;
            }

            @Override
            public long remaining(UserId user) {
                return remaining;
            }
        };
    }
}
