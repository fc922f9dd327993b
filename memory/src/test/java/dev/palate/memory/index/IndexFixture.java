package dev.palate.memory.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Values and waits that the tests of this package share.
final class IndexFixture {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final IndexOptions OPTIONS =
            new IndexOptions(VectorFormat.INT8, 1, Duration.ofHours(1), 1_000_000, 2, Duration.ofHours(1));

    private IndexFixture() {}

    /// Counts what it encodes.
    static final class CountingEncoder implements TextEncoder {
        final AtomicInteger count = new AtomicInteger();
        private final TextEncoder encoder = new HashingEncoder();

        @Override
        public String version() {
            return encoder.version();
        }

        @Override
        public int dimension() {
            return encoder.dimension();
        }

        @Override
        public float[] encode(String text) {
            count.incrementAndGet();
            return encoder.encode(text);
        }

        @Override
        public void close() {}
    }

    static Item film(String id, String title, int year, String... categories) {
        return Item.of(new ItemId(id), title, year, List.of(categories));
    }

    static Item described(String id, String title, List<String> tags, String description) {
        return new Item(
                new ItemId(id), title, null, List.of("Drama"), tags, description, Map.of(), false, null, null, 0);
    }

    static List<Item> films() {
        return List.of(
                film("1", "Alien", 1979, "Horror", "Sci-Fi"),
                film("2", "Aliens", 1986, "Action", "Sci-Fi"),
                film("3", "It", 2017, "Horror"),
                film("4", "Amélie", 2001, "Comedy", "Romance"),
                film("5", "Solaris", 1972, "Drama", "Sci-Fi"),
                described("6", "Stalker", List.of("slow burn"), "A guide leads two men through the forbidden zone."));
    }

    static Subject.OfUser user(String id) {
        return new Subject.OfUser(new UserId(id));
    }

    static Memories.Write memory(String id, Subject subject, String text, String slot) {
        Memory memory = Memory.fresh(
                new MemoryId(id),
                subject,
                MemoryKind.PREFERENCE,
                text,
                1,
                Trust.STATED,
                Slot.parse(slot),
                List.of(new Evidence("message", "m1", "my own words " + id)),
                NOW);
        return new Memories.Write(memory, Actor.AGENT, "test");
    }

    static void settle(IndexChanges index) throws InterruptedException {
        assertThat(index.awaitEncoded(PATIENCE)).as("index caught up").isTrue();
    }

    static List<String> ids(List<ScoredItem> found) {
        return found.stream().map(item -> item.item().value()).toList();
    }

    static List<String> memoryIds(List<ScoredMemory> found) {
        return found.stream().map(memory -> memory.memory().value()).toList();
    }
}
