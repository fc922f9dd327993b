package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.RetrievalException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimilarItemsTest {
    @TempDir
    Path folder;

    @Test
    void theNearestComeFirstVisibleAndWithoutTheItemItself() {
        try (World world = new World(folder)
                .populate(new SplittableRandom(8), 200, 30, 40)
                .encode()
                .train()) {
            List<SimilarItems.Similar> similar = world.similarItems().to(new ItemId("i4"), 10);
            assertThat(similar).hasSize(10);
            assertThat(similar)
                    .allMatch(near -> near.item().visibleAt(World.NOW)
                            && !near.item().id().value().equals("i4"));
            assertThat(similar)
                    .extracting(SimilarItems.Similar::similarity)
                    .isSortedAccordingTo((a, b) -> Double.compare(b, a));
        }
    }

    @Test
    void withoutModelAndVectorsTheCategoriesDecide() {
        try (World world = new World(folder)) {
            world.truth
                    .catalog()
                    .putAll(List.of(
                            Item.of(new ItemId("a"), "A", 1990, List.of("Horror", "Sci-Fi")),
                            Item.of(new ItemId("b"), "B", 1990, List.of("Horror", "Sci-Fi")),
                            Item.of(new ItemId("c"), "C", 1990, List.of("Horror")),
                            Item.of(new ItemId("d"), "D", 1990, List.of("Romance"))));
            assertThat(world.similarItems().to(new ItemId("a"), 10))
                    .extracting(near -> near.item().id().value())
                    .containsExactly("b", "c");
        }
    }

    @Test
    void anUnknownItemIsRefused() {
        try (World world = new World(folder)) {
            assertThatThrownBy(() -> world.similarItems().to(new ItemId("nope"), 10))
                    .isInstanceOfSatisfying(
                            RetrievalException.class,
                            refused -> assertThat(refused.code()).isEqualTo(RetrievalException.Code.NOT_FOUND))
                    .hasMessage("no item nope in the catalog; list them at /v1/items");
        }
    }
}
