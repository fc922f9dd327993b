package dev.palate.memory.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReinforcementTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final UserId ANN = new UserId("ann");
    private static final SlateId SLATE = new SlateId("s1");

    private DataDirectory directory;
    private SqlTruth truth;
    private IndexChanges index;
    private TieredMemories tiered;
    private Reinforcement reinforcement;

    @BeforeEach
    void open(@TempDir Path folder) {
        directory = DataDirectory.open(folder.resolve("data"));
        truth = SqlTruth.open(directory, Clock.systemUTC());
        HashingEncoder encoder = new HashingEncoder();
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                encoder,
                IndexOptions.defaults());
        tiered = new TieredMemories(
                UsersFirst.of(truth), truth.coldMemories(), index, encoder, () -> NOW, new TierOptions(8 << 20));
        reinforcement = new Reinforcement(tiered, truth.slates(), () -> NOW);
    }

    @AfterEach
    void close() {
        index.close();
        truth.close();
        directory.close();
    }

    private Memory put(String id, MemoryKind kind, double polarity, boolean locked) {
        Memory memory = Memory.fresh(
                        new MemoryId(id),
                        new Subject.OfUser(ANN),
                        kind,
                        "speaks of " + id,
                        polarity,
                        Trust.STATED,
                        Slot.parse("tag:" + id),
                        List.of(new Evidence("message", "m", "words")),
                        NOW)
                .draft()
                .locked(locked)
                .build();
        return tiered.put(List.of(new Memories.Write(memory, Actor.AGENT, "stated")))
                .getFirst();
    }

    private void slate(String item, MemoryId... memories) {
        truth.slates()
                .put(new SlateRecord(
                        SLATE,
                        ANN,
                        null,
                        NOW,
                        "",
                        "T0",
                        List.of(new SlateRecord.Entry(new ItemId(item), 1, 1, Map.of(), "", List.of(memories))),
                        List.of()));
    }

    private int happened(String id, double weight) {
        return reinforcement.happened(new Reinforcement.Outcome(id, ANN, SLATE, new ItemId("i1"), weight));
    }

    private double strength(String id) {
        return truth.memories().memory(new MemoryId(id)).orElseThrow().strength();
    }

    @Test
    void anOutcomeStepsTheStrengthOfWhatMovedTheItemOnce() {
        Memory likes = put("likes", MemoryKind.PREFERENCE, 1, false);
        Memory dislikes = put("dislikes", MemoryKind.PREFERENCE, -1, false);
        slate("i1", likes.id(), dislikes.id());
        assertThat(happened("x1", 1)).isEqualTo(2);
        assertThat(strength("likes")).isCloseTo(0.54, within(1e-9));
        assertThat(strength("dislikes")).as("spoken against").isCloseTo(0.46, within(1e-9));
        assertThat(happened("x1", 1)).as("told twice").isZero();
        Revision last = truth.memories().history(likes.id()).getLast();
        assertThat(last.actor()).isEqualTo(Actor.SYSTEM);
        assertThat(last.cause()).isEqualTo("outcome s1 x1");
        assertThat(last.state().updatedAt()).isEqualTo(NOW);
        assertThat(happened("x2", -0.5)).isEqualTo(2);
        assertThat(strength("likes")).isCloseTo(0.54 - 0.05 * 0.44, within(1e-9));
        assertThat(happened("x3", 1)).as("no more by this slate").isZero();
    }

    @Test
    void whatIsLockedARuleOrOfAnotherStaysAsItIs() {
        Memory rule = put("rule", MemoryKind.CONSTRAINT, -1, false);
        Memory locked = put("locked", MemoryKind.PREFERENCE, 1, true);
        slate("i1", rule.id(), locked.id());
        assertThat(happened("x1", 1)).isZero();
        Memory likes = put("likes", MemoryKind.PREFERENCE, 1, false);
        slate("i1", likes.id());
        assertThat(happened("seen", 0.2)).as("a look tells nothing").isZero();
        assertThat(reinforcement.happened(
                        new Reinforcement.Outcome("x2", new UserId("ben"), SLATE, new ItemId("i1"), 1)))
                .as("another's slate")
                .isZero();
        assertThat(reinforcement.happened(new Reinforcement.Outcome("x3", ANN, SLATE, new ItemId("i9"), 1)))
                .isZero();
        assertThat(reinforcement.happened(
                        new Reinforcement.Outcome("x4", ANN, new SlateId("none"), new ItemId("i1"), 1)))
                .isZero();
        assertThat(strength("likes")).isEqualTo(0.5);
    }

    @Test
    void whatMovedASlateCountsAsUsedWithoutAWrite() {
        Memory likes = put("likes", MemoryKind.PREFERENCE, 1, false);
        var before = truth.changes().latest();
        reinforcement.shown(ANN, List.of(likes.id()));
        assertThat(truth.changes().latest()).isEqualTo(before);
        assertThat(truth.coldMemories().uses(List.of(likes.id()))).isEmpty();
        tiered.planner().pass();
        assertThat(truth.coldMemories().uses(List.of(likes.id()))).containsOnlyKeys(likes.id());
    }
}
