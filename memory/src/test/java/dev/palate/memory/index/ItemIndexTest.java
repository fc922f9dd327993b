package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.described;
import static dev.palate.memory.index.IndexFixture.film;
import static dev.palate.memory.index.IndexFixture.ids;
import static dev.palate.memory.index.IndexFixture.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.HashingEncoder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ItemIndexTest {
    private final HashingEncoder encoder = new HashingEncoder();
    private TestTruth truth;
    private IndexChanges changes;
    private ItemIndex index;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        truth = new TestTruth(directory.resolve("truth"));
        truth.putAll(IndexFixture.films());
        changes = IndexChanges.open(directory, truth.sources(), encoder, IndexFixture.OPTIONS);
        index = changes.items();
        settle(changes);
    }

    @AfterEach
    void close() {
        changes.close();
        truth.close();
    }

    @Test
    void wordsAreFoundInEveryField() {
        assertThat(ids(index.search("solaris", ItemFilter.ALL, 5))).containsExactly("5");
        assertThat(ids(index.search("sci-fi", ItemFilter.ALL, 5))).containsExactlyInAnyOrder("1", "2", "5");
        assertThat(ids(index.search("slowly burning", ItemFilter.ALL, 5))).contains("6");
        assertThat(ids(index.search("guides through zones", ItemFilter.ALL, 5))).contains("6");
        assertThat(ids(index.search("amelie", ItemFilter.ALL, 5))).containsExactly("4");
        assertThat(ids(index.search("AMÉLIE", ItemFilter.ALL, 5))).containsExactly("4");
    }

    @Test
    void theTitleThatIsTheWordsWins() {
        assertThat(ids(index.search("Alien", ItemFilter.ALL, 5))).startsWith("1");
        assertThat(ids(index.search("Aliens", ItemFilter.ALL, 5))).startsWith("2");
        assertThat(ids(index.search("it", ItemFilter.ALL, 5))).startsWith("3");
    }

    @Test
    void wordsAreNoQueryLanguage() {
        assertThat(ids(index.search("title:alien AND (year:[1 TO *] \"", ItemFilter.ALL, 5)))
                .contains("1");
        assertThat(index.search(" ?! ", ItemFilter.ALL, 5)).isEmpty();
        assertThat(index.search("zzz ".repeat(5_000), ItemFilter.ALL, 5)).isEmpty();
    }

    @Test
    void filtersHoldForWordsAndVectorsAlike() {
        assertBoth(ItemFilter.ALL.withRequiredCategories(Set.of("SCI-FI")), "1", "2", "5");
        assertBoth(ItemFilter.ALL.withRequiredCategories(Set.of("Sci-Fi", "Horror")), "1");
        assertBoth(ItemFilter.ALL.withAnyCategories(Set.of("Horror", "Romance")), "1", "3", "4");
        assertBoth(ItemFilter.ALL.withExcludedCategories(Set.of("sci-fi")), "3", "4", "6");
        assertBoth(ItemFilter.ALL.withExcludedTags(Set.of("Slow Burn")), "1", "2", "3", "4", "5");
        assertBoth(ItemFilter.ALL.withYears(1979, 2001), "1", "2", "4");
        assertBoth(ItemFilter.ALL.withYears(null, 1979), "1", "5");
        assertBoth(ItemFilter.ALL.withExcludedIds(Set.of(new ItemId("1"), new ItemId("6"))), "2", "3", "4", "5");
    }

    private void assertBoth(ItemFilter filter, String... expected) {
        String all = "alien horror amelie solaris stalker";
        assertThat(ids(index.search(all, filter, 10))).containsExactlyInAnyOrder(expected);
        assertThat(ids(index.nearest(encoder.encode(all), filter, 10))).containsExactlyInAnyOrder(expected);
    }

    @Test
    void whatMayNotBeShownIsFilteredToTheMillisecond() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        Item alien = truth.item(new ItemId("1")).orElseThrow();
        truth.put(timed(alien, false, noon, null));
        truth.put(timed(truth.item(new ItemId("2")).orElseThrow(), false, null, noon));
        truth.put(timed(
                truth.item(new ItemId("5")).orElseThrow(), true, Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z")));
        settle(changes);
        assertThat(sciFiAt(noon)).containsExactly("1");
        assertThat(sciFiAt(noon.minusMillis(1))).containsExactly("2");
        assertThat(ids(index.search("sci-fi", ItemFilter.ALL, 5))).hasSize(3);
    }

    private List<String> sciFiAt(Instant time) {
        return ids(index.search("sci-fi", ItemFilter.visibleAt(time), 5));
    }

    private static Item timed(Item item, boolean hidden, @Nullable Instant from, @Nullable Instant to) {
        return new Item(
                item.id(),
                item.title(),
                item.year(),
                item.categories(),
                item.tags(),
                item.description(),
                Map.of(),
                hidden,
                from,
                to,
                item.revision());
    }

    @Test
    void vectorsAreThoseOfTheItemText() {
        float[] solaris = encoder.encode("Solaris (1972). Drama, Sci-Fi");
        assertThat(index.vector(new ItemId("5")))
                .hasValueSatisfying(raw -> assertThat(raw).containsExactly(solaris));
        ScoredItem nearest = index.nearest(solaris, ItemFilter.ALL, 3).getFirst();
        assertThat(nearest.item().value()).isEqualTo("5");
        assertThat(nearest.score()).isCloseTo(1, within(1e-5f));
        assertThat(index.vector(new ItemId("99"))).isEmpty();
    }

    @Test
    void theMatrixHoldsEveryVectorOnce() {
        ItemVectors vectors = index.vectors();
        assertThat(vectors.size()).isEqualTo(6);
        assertThat(vectors).isSameAs(index.vectors());
        for (ItemId id : vectors.ids()) {
            int row = vectors.row(id).orElseThrow();
            assertThat(vectors.vector(row)).isEqualTo(index.vector(id).orElseThrow());
        }
        assertThat(ids(vectors.nearest(encoder.encode("Solaris (1972). Drama, Sci-Fi"), 1, row -> true)))
                .containsExactly("5");
        ItemVectors centred = vectors.centred(changes.fixEncoding());
        assertThat(centred.ids()).isEqualTo(vectors.ids());
        assertThat(centred.matrix()).isNotEqualTo(vectors.matrix());
    }

    @Test
    void aDeletedOrChangedItemIsNotFoundAsItWas() throws Exception {
        truth.delete(new ItemId("5"));
        truth.put(film("1", "Alien Reborn", 1979, "Horror"));
        settle(changes);
        assertThat(index.search("solaris", ItemFilter.ALL, 5)).isEmpty();
        assertThat(ids(index.search("reborn", ItemFilter.ALL, 5))).containsExactly("1");
        assertThat(index.count()).isEqualTo(5);
        assertThat(index.vector(new ItemId("1")))
                .hasValueSatisfying(raw -> assertThat(raw).isEqualTo(encoder.encode("Alien Reborn (1979). Horror")));
    }

    @Test
    void theSameItemsScoreTheSameWhateverWasReplacedOrDeletedBefore() throws Exception {
        List<String> queries = List.of("sci-fi", "horror", "alien drama forbidden", "it", "long night");
        List<Item> more = new ArrayList<>();
        for (int number = 10; number < 40; number++) {
            String words = "one night, ".repeat(number % 5) + "long";
            more.add(described(Integer.toString(number), "Night " + number, List.of("night"), words));
        }
        truth.putAll(more);
        settle(changes);
        List<List<ScoredItem>> before = searched(queries);
        // What is replaced stays in its segment as deleted documents.
        Item alien = truth.item(new ItemId("1")).orElseThrow();
        truth.put(film("1", "Alien Reborn of the Horror", 1979, "Horror"));
        truth.put(described("10", "A day", List.of("day"), "Short."));
        truth.putAll(List.of(
                film("7", "Alien Drama", 1999, "Drama", "Horror"),
                described("8", "Horror", List.of("horror"), "It is forbidden, and it is long.")));
        settle(changes);
        assertThat(searched(queries)).isNotEqualTo(before);
        truth.delete(new ItemId("7"));
        truth.delete(new ItemId("8"));
        truth.put(alien);
        truth.putAll(more.subList(0, 5));
        settle(changes);
        assertThat(searched(queries)).isEqualTo(before);
        assertThat(ids(before.getFirst())).as("of equal scores the smaller ids").containsExactly("1", "2");
    }

    private List<List<ScoredItem>> searched(List<String> queries) {
        return queries.stream()
                .map(query -> index.search(query, ItemFilter.ALL, 2))
                .toList();
    }

    @Test
    void badArgumentsAreNamed() {
        assertThatThrownBy(() -> index.search("x", ItemFilter.ALL, 0)).hasMessage("k must be in [1, 1000], was 0");
        assertThatThrownBy(() -> index.nearest(new float[3], ItemFilter.ALL, 1))
                .hasMessage("length of the vector must be in [256, 256], was 3");
        assertThatThrownBy(() -> ItemFilter.ALL.withYears(2000, 1999))
                .hasMessage("minYear must not be after maxYear, were 2000 and 1999");
    }

    @Test
    void theItemTextIsShortAndLeavesOutWhatIsMissing() {
        assertThat(ItemText.of(IndexFixture.film("1", "Alien", 1979, "Horror", "Sci-Fi")))
                .isEqualTo("Alien (1979). Horror, Sci-Fi");
        String long100 = "word ".repeat(100);
        assertThat(ItemText.of(IndexFixture.described("6", "Stalker", List.of("slow burn"), " A\n guide. ")))
                .isEqualTo("Stalker. Drama. slow burn. A guide.");
        assertThat(ItemText.of(IndexFixture.described("6", "Stalker", List.of(), long100)))
                .isEqualTo("Stalker. Drama. " + "word ".repeat(48).strip());
    }
}
