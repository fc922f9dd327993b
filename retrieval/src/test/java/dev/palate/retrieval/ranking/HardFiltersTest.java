package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.candidate.NumberRange;
import dev.palate.retrieval.candidate.Themes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HardFiltersTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final long SEED = Long.getLong("test.seed", 11L);
    private static final List<String> WORDS = List.of("Drama", "Horror", "Sci-Fi", "Western");
    private static final List<String> TAGS = List.of("slasher", "Space", "slow");
    private static final Themes THEMES = new Themes() {
        @Override
        public Optional<Theme> theme(String id) {
            return id.equals("slasher")
                    ? Optional.of(new Theme(id, Set.of("Slasher"), Set.of("friday the 13th"), Set.of(new ItemId("i3"))))
                    : Optional.empty();
        }

        @Override
        public Optional<Theme> person(String name) {
            return name.equals("otto nurmi")
                    ? Optional.of(new Theme(
                            "person",
                            Set.of(),
                            Set.of(),
                            Set.of(new ItemId("I11"), new ItemId("I12"), new ItemId("gone"))))
                    : Optional.empty();
        }
    };

    @Test
    void rowsAndItemsAreJudgedAlikeAndTheIndexLetsNoLessThrough() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            items.add(item(
                    "I" + i,
                    random.nextInt(30) == 0 ? "Friday the 13th Part " + i : "Film " + i,
                    random.nextInt(10) == 0 ? null : 1950 + random.nextInt(70),
                    List.of(WORDS.get(random.nextInt(4))),
                    random.nextBoolean() ? List.of(TAGS.get(random.nextInt(3))) : List.of(),
                    random.nextInt(10) == 0));
        }
        CatalogSnapshot catalog = CatalogSnapshot.of(items);
        int admitted = 0;
        for (int round = 0; round < 300; round++) {
            HardFilters filters = random(random);
            BitSet rows = filters.rows(catalog);
            for (int row = 0; row < catalog.size(); row++) {
                Item item = catalog.item(row);
                boolean admits = filters.admits(item);
                assertThat(rows.get(row))
                        .as("seed %d, round %d, %s", SEED, round, item)
                        .isEqualTo(admits);
                if (admits) {
                    admitted++;
                    Integer year = item.year();
                    Integer min = filters.coarse().minYear();
                    Integer max = filters.coarse().maxYear();
                    assertThat(min == null || (year != null && year >= min)).isTrue();
                    assertThat(max == null || (year != null && year <= max)).isTrue();
                    assertThat(filters.coarse().excludedIds()).doesNotContain(item.id());
                }
            }
        }
        assertThat(admitted).isGreaterThan(1_000);
    }

    private static HardFilters random(SplittableRandom random) {
        HardFilters.Builder filters = HardFilters.at(NOW);
        List<Memory> memories = new ArrayList<>();
        String[] slots = {
            "genre:horror", "tag:space", "theme:slasher", "title:i7", "person:otto nurmi", "era:1980-1989", "era:-1999"
        };
        for (String slot : slots) {
            if (random.nextInt(4) == 0) {
                memories.add(memory(
                        slot,
                        random.nextBoolean() ? MemoryKind.CONSTRAINT : MemoryKind.PREFERENCE,
                        random.nextInt(3) - 1,
                        random.nextBoolean() ? Trust.STATED : Trust.INFERRED));
            }
        }
        filters.memories(memories, THEMES);
        if (random.nextInt(3) == 0) {
            filters.requireYears(1960, 2000).excludeYears(1970, 1975);
        }
        if (random.nextInt(3) == 0) {
            filters.requireCategories(Set.of("western"));
        }
        if (random.nextInt(3) == 0) {
            filters.requireAnyTag(Set.of("slow", "space")).excludeItems(Set.of(new ItemId("I5"), new ItemId("I9")));
        }
        if (random.nextInt(3) == 0) {
            filters.requireNumbers(Set.of(new NumberRange("price", 10, 60)));
        }
        return filters.build();
    }

    @Test
    void onlyWhatAnOperatorOrTheUserSaidBinds() {
        Item horror = item("a", "A", 1990, List.of("Horror"), List.of(), false);
        for (Trust trust : Trust.values()) {
            boolean binds = trust == Trust.OPERATOR || trust == Trust.STATED;
            assertThat(bound(memory("genre:horror", MemoryKind.PREFERENCE, -1, trust))
                            .admits(horror))
                    .as(trust.key())
                    .isEqualTo(!binds);
        }
    }

    @Test
    void aLikingBindsNothingButAConstraintWithPositivePolarityRequires() {
        Item horror = item("a", "A", 1990, List.of("Horror"), List.of(), false);
        Item drama = item("b", "B", 1990, List.of("Drama"), List.of(), false);
        HardFilters liking = bound(memory("genre:horror", MemoryKind.PREFERENCE, 1, Trust.STATED));
        HardFilters only = bound(memory("genre:horror", MemoryKind.CONSTRAINT, 1, Trust.STATED));
        assertThat(liking.admits(drama)).isTrue();
        assertThat(only.admits(horror)).isTrue();
        assertThat(only.admits(drama)).isFalse();
    }

    @Test
    void aThemeCoversItsTagsItsTitlePhrasesAsWholeWordsAndItsItems() {
        HardFilters filters = bound(memory("theme:slasher", MemoryKind.CONSTRAINT, -1, Trust.STATED));
        assertThat(filters.admits(item("a", "A", 1990, List.of(), List.of("SLASHER"), false)))
                .isFalse();
        assertThat(filters.admits(item("b", "Friday the 13th: Part 2", 1981, List.of(), List.of(), false)))
                .isFalse();
        assertThat(filters.admits(item("c", "Friday the 13ths", 1981, List.of(), List.of(), false)))
                .isTrue();
        assertThat(filters.admits(item("i3", "C", 1990, List.of(), List.of(), false)))
                .isFalse();
    }

    @Test
    void anUnknownThemeExcludesItsNameAsCategoryOrTag() {
        HardFilters filters = bound(memory("theme:western", MemoryKind.CONSTRAINT, -1, Trust.STATED));
        assertThat(filters.admits(item("a", "A", 1990, List.of("Western"), List.of(), false)))
                .isFalse();
        assertThat(filters.admits(item("b", "B", 1990, List.of("Drama"), List.of(), false)))
                .isTrue();
    }

    @Test
    void aTitleSlotMeansTheItemWhateverTheCaseOfItsId() {
        HardFilters filters = bound(memory("title:TT-7", MemoryKind.PREFERENCE, -1, Trust.STATED));
        assertThat(filters.admits(item("TT-7", "A", 1990, List.of(), List.of(), false)))
                .isFalse();
    }

    @Test
    void aMutedMemoryBindsNothing() {
        Memory muted = memory("genre:horror", MemoryKind.CONSTRAINT, -1, Trust.STATED)
                .draft()
                .muted(true)
                .build();
        assertThat(bound(muted).admits(item("a", "A", 1990, List.of("Horror"), List.of(), false)))
                .isTrue();
    }

    @Test
    void aRequiredEraLeavesOutItemsWithoutAYear() {
        HardFilters filters = bound(memory("era:-1999", MemoryKind.CONSTRAINT, 0, Trust.STATED));
        assertThat(filters.admits(item("a", "A", null, List.of(), List.of(), false)))
                .isFalse();
        assertThat(filters.admits(item("b", "B", 1999, List.of(), List.of(), false)))
                .isTrue();
        assertThat(filters.admits(item("c", "C", 2000, List.of(), List.of(), false)))
                .isFalse();
    }

    private static HardFilters bound(Memory memory) {
        return HardFilters.at(NOW).memories(List.of(memory), THEMES).build();
    }

    private static Memory memory(String slot, MemoryKind kind, double polarity, Trust trust) {
        return Memory.fresh(
                new MemoryId("m"),
                new Subject.OfUser(new UserId("u")),
                kind,
                "text",
                polarity,
                trust,
                Slot.parse(slot),
                List.of(),
                NOW);
    }

    private static Item item(
            String id,
            String title,
            @Nullable Integer year,
            List<String> categories,
            List<String> tags,
            boolean hidden) {
        int price = Math.floorMod(id.hashCode(), 100);
        String text = price == 0 ? "on request" : String.valueOf(price);
        return new Item(
                new ItemId(id), title, year, categories, tags, "", Map.of("price", text), hidden, null, null, 0);
    }
}
