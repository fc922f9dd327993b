package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.Expiring;
import dev.palate.memory.erase.Kept;
import dev.palate.memory.erase.OldFiles;
import dev.palate.memory.erase.RetentionPolicy;
import dev.palate.memory.erase.RetentionStatus;
import dev.palate.memory.erase.RetentionWorker;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.spending.Spending;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is too old goes, and nothing else. Clocks are moved to where exactly so much is too old.
abstract class RetentionContract extends TruthContract {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final TurnId TURN = new TurnId("t");

    /// A worker for one kind, at the moment when whatever is older than `before` is older than a year.
    private RetentionWorker worker(Kept kept, Instant before) {
        Map<Kept, Duration> ages = new EnumMap<>(Kept.class);
        for (Kept each : Kept.values()) {
            ages.put(each, each == kept ? YEAR : Duration.ZERO);
        }
        return new RetentionWorker(
                truth().expiring(), new RetentionPolicy(ages), () -> before.plus(YEAR), truth()::sweep);
    }

    private long removed(Kept kept, Instant before) {
        try (RetentionWorker worker = worker(kept, before)) {
            long gone = worker.pass();
            RetentionStatus status = worker.status();
            assertThat(status.failure()).isNull();
            assertThat(status.running()).isFalse();
            assertThat(status.lastPass()).isEqualTo(before.plus(YEAR));
            assertThat(status.kinds())
                    .contains(new RetentionStatus.OfKind(kept.key(), YEAR.toSeconds(), gone))
                    .allMatch(
                            kind -> kind.kind().equals(kept.key()) || kind.removed() == 0 && kind.maxAgeSeconds() == 0);
            return gone;
        }
    }

    private Message say(ConversationId talk, String text) {
        return truth().conversations().append(talk, TURN, Role.USER, text, null, null);
    }

    private static SlateRecord slate(
            String id, @org.jspecify.annotations.Nullable UserId user, ConversationId talk, Instant at) {
        SlateRecord.Entry entry = new SlateRecord.Entry(new ItemId("i"), 1, 1, Map.of(), "because", List.of());
        return new SlateRecord(new SlateId(id), user, talk, at, "", "T0", List.of(entry), List.of());
    }

    @Test
    void conversationsGoByTheirLastMessageButForWhatAMemoryRestsOn() throws IOException {
        ConversationId silent = truth().conversations().start(ANN).id();
        say(silent, "kirschkuchen");
        ConversationId told = truth().conversations().start(ANN).id();
        Message ground = say(told, "I love westerns");
        Message other = say(told, "birnenkuchen");
        Memory resting = likes("m", ANN, "western")
                .draft()
                .evidence(List.of(new Evidence("message", ground.id().value(), "love westerns")))
                .build();
        memories().put(List.of(new Memories.Write(resting, Actor.AGENT, "")));
        truth().slates().put(slate("of-ann", ANN, silent, NOW));
        truth().slates().put(slate("of-nobody", null, silent, NOW));
        ConversationId fresh = truth().conversations().start(ANN).id();
        say(fresh, "new");
        Instant limit =
                truth().conversations().conversation(fresh).orElseThrow().createdAt();

        assertThat(removed(Kept.CONVERSATIONS, limit)).isEqualTo(2);

        assertThat(truth().conversations().conversation(silent)).isEmpty();
        assertThat(truth().conversations().conversation(told)).isPresent();
        assertThat(truth().conversations().message(ground.id())).isPresent();
        assertThat(truth().conversations().message(other.id())).isEmpty();
        assertThat(truth().conversations().latest(fresh, 10)).hasSize(1);
        assertThat(truth().slates().slate(new SlateId("of-ann")).orElseThrow().conversation())
                .isNull();
        assertThat(truth().slates().slate(new SlateId("of-nobody"))).isEmpty();
        assertThat(truth().memories().memory(resting.id()).orElseThrow().evidence())
                .isEqualTo(resting.evidence());
        assertThat(bytesOnDisk()).noneMatch(bytes -> bytes.contains("kirschkuchen") || bytes.contains("birnenkuchen"));
        assertThat(removed(Kept.CONVERSATIONS, limit)).as("again").isZero();

        truth().erasure(List.of()).memory(resting.id());
        assertThat(removed(Kept.CONVERSATIONS, limit))
                .as("once nothing rests on it")
                .isEqualTo(1);
        assertThat(truth().conversations().conversation(told)).isEmpty();
    }

    @Test
    void slatesGoByTheirTime() {
        ConversationId talk = truth().conversations().start(ANN).id();
        truth().slates().put(slate("old", ANN, talk, NOW.minusSeconds(1)));
        truth().slates().put(slate("new", ANN, talk, NOW));
        assertThat(removed(Kept.SLATES, NOW)).isEqualTo(1);
        assertThat(truth().slates().slate(new SlateId("old"))).isEmpty();
        assertThat(truth().slates().slate(new SlateId("new"))).isPresent();
    }

    @Test
    void whatModelsTookGoesByTheDay() {
        LocalDate day = LocalDate.parse("2026-03-01");
        for (int back = 0; back < 4; back++) {
            for (String model : List.of("big", "small")) {
                truth().modelSpending()
                        .add(new Spending(day.minusDays(back), "ranking", model, "SPEAK", 1, 0, 10, 0, 5, 100));
            }
        }
        Instant noon = day.minusDays(1).atTime(12, 0).toInstant(ZoneOffset.UTC);
        assertThat(removed(Kept.SPENDING, noon))
                .as("the day at the age itself is not over")
                .isEqualTo(2);
        assertThat(truth().modelSpending().of(day.minusDays(3))).isEmpty();
        assertThat(truth().modelSpending().of(day.minusDays(2))).isEmpty();
        assertThat(truth().modelSpending().of(day.minusDays(1))).hasSize(2);
        assertThat(truth().modelSpending().of(day)).hasSize(2);
        assertThat(removed(Kept.SPENDING, noon)).as("again").isZero();
    }

    private static Rejection refused(String id, UserId user, Instant at) {
        Proposal proposal = new Proposal(
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                "Likes something",
                1,
                Trust.STATED,
                null,
                "I like something",
                "",
                "",
                Role.USER);
        return Rejection.of(id, proposal, "quota", "p1", at);
    }

    /// More than a batch, and a pass that was ended in between.
    @Test
    void aPassThatWasEndedGoesOnWithTheNext() {
        for (int user = 0; user < 10; user++) {
            truth().users().ensure(new User(new UserId("u" + user), "", NOW, false));
            List<Rejection> refused = new ArrayList<>();
            for (int i = 0; i < 31; i++) {
                Instant at = i == 30 ? NOW : NOW.minusSeconds(i + 1L);
                refused.add(refused("r" + user + "-" + i, new UserId("u" + user), at));
            }
            UsersFirst.ensure(truth(), new UserId("u" + user));
            truth().rejections().add(refused);
        }
        Expiring rejections = truth().expiring().stream()
                .filter(kind -> kind.kept() == Kept.REJECTIONS)
                .findFirst()
                .orElseThrow();
        assertThat(rejections.expire(NOW, 100)).isEqualTo(100);
        assertThat(count("rejection")).isEqualTo(210);
        assertThat(count("rejection where at < " + Times.column(NOW.minusSeconds(20))))
                .as("the oldest went first")
                .isZero();
        reopen();
        assertThat(removed(Kept.REJECTIONS, NOW)).isEqualTo(200);
        assertThat(count("rejection")).as("of that very moment").isEqualTo(10);
    }

    private long count(String table) {
        return truth().database()
                .read(handle -> handle.createQuery("select count(*) from " + table)
                        .mapTo(Long.class)
                        .one());
    }

    private Memory put(Memory memory) {
        return memories()
                .put(List.of(new Memories.Write(memory, Actor.AGENT, "")))
                .getFirst();
    }

    private Memory put(String id, MemoryStatus status, MemoryKind kind, boolean locked, List<Evidence> evidence) {
        return put(Memory.fresh(
                        new MemoryId(id),
                        new Subject.OfUser(ANN),
                        kind,
                        "Remembers " + id,
                        0.5,
                        Trust.STATED,
                        null,
                        evidence,
                        NOW)
                .draft()
                .status(status)
                .locked(locked)
                .updatedAt(id.equals("last") ? NOW : NOW.minusSeconds(1))
                .build());
    }

    @Test
    void memoriesGoByStatusAndKindButForLockedUsedAndNeededOnes() throws Exception {
        put("held", MemoryStatus.QUARANTINED, MemoryKind.PREFERENCE, false, List.of());
        put("locked", MemoryStatus.QUARANTINED, MemoryKind.PREFERENCE, true, List.of());
        put("past", MemoryStatus.SUPERSEDED, MemoryKind.PREFERENCE, false, List.of());
        put("over", MemoryStatus.EXPIRED, MemoryKind.EPISODE, false, List.of());
        put("needed", MemoryStatus.SUPERSEDED, MemoryKind.TRAIT, false, List.of());
        put("needs", MemoryStatus.ACTIVE, MemoryKind.TRAIT, false, List.of(new Evidence("memory", "needed", "")));
        put("seen", MemoryStatus.ACTIVE, MemoryKind.EPISODE, false, List.of());
        put("used", MemoryStatus.ACTIVE, MemoryKind.EPISODE, false, List.of());
        put("likes", MemoryStatus.ACTIVE, MemoryKind.PREFERENCE, false, List.of());
        put("last", MemoryStatus.ACTIVE, MemoryKind.EPISODE, false, List.of());
        Instant limit = NOW;
        truth().coldMemories()
                .add(
                        List.of(new ColdMemories.Access(
                                new Subject.OfUser(ANN), new MemoryId("used"), limit.plusSeconds(5), 1)),
                        1);
        assertThat(removed(Kept.QUARANTINED, limit)).isEqualTo(1);
        assertThat(there()).contains("locked").doesNotContain("held");
        assertThat(removed(Kept.SUPERSEDED, limit)).isEqualTo(2);
        assertThat(there()).contains("needed").doesNotContain("past", "over");
        assertThat(removed(Kept.EPISODES, limit)).isEqualTo(1);
        assertThat(there()).containsExactlyInAnyOrder("locked", "needed", "needs", "used", "likes", "last");
        assertThat(removed(Kept.PREFERENCES, limit)).isEqualTo(1);
        try (Erasure erasure = truth().erasure(List.of())) {
            erasure.start();
            assertThat(truth().jobs().page(null, 10).items())
                    .hasSize(5)
                    .allSatisfy(job -> assertThat(erasure.await(job.id(), ErasureWorld.PATIENCE)
                                    .orElseThrow()
                                    .receipt())
                            .matches(ErasureReceipt::complete));
        }
    }

    private List<String> there() {
        return truth().database()
                .read(handle -> handle.createQuery("select id from memory order by id")
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void revisionsGoUpToTheStateAtTheAge() {
        List<Instant> times = new ArrayList<>();
        Memory memory = likes("m", ANN, "horror");
        for (int i = 0; i < 5; i++) {
            memory = put(memory.draft().strength(0.1 * (i + 1)).build());
            times.add(truth().memories().history(memory.id()).getLast().recordedAt());
        }
        put(likes("n", ANN, "western"));
        Instant limit = times.get(3);
        Memory then = truth().memories().memory(memory.id(), times.get(2)).orElseThrow();
        assertThat(removed(Kept.REVISIONS, limit)).isEqualTo(2);
        assertThat(truth().memories().history(memory.id()))
                .extracting(Revision::recordedAt)
                .containsExactly(times.get(2), times.get(3), times.get(4));
        assertThat(truth().memories().memory(memory.id(), times.get(2))).hasValue(then);
        assertThat(truth().memories().memory(memory.id(), times.get(1))).isEmpty();
        assertThat(truth().memories().memory(memory.id())).hasValue(memory);
        assertThat(truth().memories().history(new MemoryId("n"))).hasSize(1);
    }

    /// More states and memories than are read at a time, beside a plain reckoning of what must stay.
    @Test
    void revisionsOfManyMemoriesGoInPages() {
        for (int round = 0; round < 3; round++) {
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = 0; i < 1_500; i++) {
                int states = round;
                MemoryId id = new MemoryId("m" + i);
                Memory memory = truth().memories().memory(id).orElseGet(() -> likes(id.value(), ANN, "g" + id));
                if (round == 0 || id.value().hashCode() % (round + 1) == 0) {
                    writes.add(new Memories.Write(
                            memory.draft().strength(0.2 * (states + 1)).build(), Actor.AGENT, ""));
                }
            }
            memories().put(writes);
        }
        Instant limit = TickingClock.START.plus(Duration.ofDays(1));
        long all = count("memory_revision");
        long newest = count("memory");
        assertThat(all).isGreaterThan(newest + 400);
        assertThat(removed(Kept.REVISIONS, limit)).isEqualTo(all - newest);
        assertThat(count("memory_revision r where not exists (select 1 from memory m where m.id = r.memory_id"
                        + " and m.revision = r.revision)"))
                .isZero();
    }

    @Test
    void jobsAndReceiptsGoOnceTheyHaveEnded() {
        Job done = truth().jobs().start("import", "");
        truth().jobs().update(done.id(), JobStatus.SUCCEEDED, 1, "");
        Job running = truth().jobs().start("import", "");
        live(ANN);
        ErasureReceipt receipt = truth().erasure(List.of()).user(ANN);
        Instant limit = truth().jobs().start("import", "").createdAt();
        assertThat(removed(Kept.JOBS, limit)).isEqualTo(1);
        assertThat(truth().jobs().job(done.id())).isEmpty();
        assertThat(truth().jobs().job(running.id())).isPresent();
        dev.palate.memory.job.JobId erased = new dev.palate.memory.job.JobId(receipt.id());
        assertThat(truth().erasure(List.of()).state(erased)).isPresent();
        assertThat(removed(Kept.RECEIPTS, limit)).isEqualTo(1);
        assertThat(truth().erasure(List.of()).state(erased)).isEmpty();
        assertThat(truth().jobs().job(erased)).isEmpty();
    }

    private void live(UserId user) {
        truth().interactions().append(List.of(rated("x-" + user, user, "i", 4, NOW)));
    }

    @Test
    void whatIsKeptForeverStays() {
        say(truth().conversations().start(ANN).id(), "hello");
        truth().rejections().add(List.of(refused("r", ANN, NOW)));
        put(likes("m", ANN, "horror"));
        Map<Kept, Duration> ages = new EnumMap<>(Kept.class);
        for (Kept kept : Kept.values()) {
            ages.put(kept, Duration.ZERO);
        }
        AtomicInteger after = new AtomicInteger();
        try (RetentionWorker worker = new RetentionWorker(
                truth().expiring(),
                new RetentionPolicy(ages),
                () -> NOW.plus(Duration.ofDays(30_000)),
                after::incrementAndGet)) {
            assertThat(worker.pass()).isZero();
        }
        assertThat(after).hasValue(0);
        assertThat(count("message") + count("rejection") + count("memory")).isEqualTo(3);
    }

    @Test
    void filesGoByTheirLastChange() throws IOException {
        Path exports = Files.createDirectories(folder.resolve("exports"));
        Path old = file(exports.resolve("old.json"), NOW.minusSeconds(1));
        Path fresh = file(exports.resolve("new.json"), NOW);
        Path logs = Files.createDirectories(folder.resolve("logs"));
        Path report = file(logs.resolve("import-1.rejected.tsv"), NOW.minusSeconds(1));
        Path log = file(logs.resolve("palate.log"), NOW.minusSeconds(1));
        assertThat(OldFiles.exports(exports).expire(NOW, 10)).isEqualTo(1);
        assertThat(OldFiles.reports(logs).expire(NOW, 10)).isEqualTo(1);
        assertThat(old).doesNotExist();
        assertThat(report).doesNotExist();
        assertThat(fresh).exists();
        assertThat(log).exists();
        assertThat(OldFiles.exports(folder.resolve("none")).expire(NOW, 10)).isZero();
    }

    private static Path file(Path path, Instant at) throws IOException {
        Files.writeString(path, "x");
        return Files.setLastModifiedTime(path, FileTime.from(at));
    }
}
