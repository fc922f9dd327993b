package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written before a request counts in it.
class FreshnessTest {
    private static final RecommendationRequest REQUEST = new RecommendationRequest(
            new UserId("u1"), 10, Taste.NONE, Constraints.NONE, false, Variety.NONE, Duration.ofSeconds(20));

    @TempDir
    Path folder;

    private World world;
    private Recommender recommender;
    private Slate before;

    @BeforeEach
    void open() {
        world = new World(folder)
                .populate(new SplittableRandom(5), 200, 16, 40)
                .encode()
                .train();
        recommender = world.recommender();
        before = recommender.recommend(REQUEST);
        assertThat(before.items()).hasSize(10);
        assertThat(before.modelVersion()).isEqualTo("test-1");
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aNewInteractionCountsAtOnce() {
        Item first = before.items().getFirst().item();
        world.truth
                .interactions()
                .append(List.of(world.interaction("u1", first.id().value(), 5, 40_000)));
        Slate after = recommender.recommend(REQUEST);
        assertThat(ids(after)).doesNotContain(first.id());
        assertThat(after.items().stream()
                        .flatMap(item -> item.reasons().stream())
                        .map(Reason::text))
                .as("the newest event weighs most, so some card is there because of it")
                .anyMatch(text -> text.endsWith(" " + first.title()));
    }

    @Test
    void aNewMemoryMovesTheListAndIsNamed() {
        Memory memory = world.remember("u1", MemoryKind.PREFERENCE, "genre:western", 1, "Loves westerns");
        Slate after = recommender.recommend(REQUEST);
        assertThat(count(after, "Western")).isGreaterThan(count(before, "Western"));
        RankedItem western = after.items().stream()
                .filter(item -> item.item().categories().contains("Western"))
                .findFirst()
                .orElseThrow();
        assertThat(western.memories()).containsExactly(memory.id());
        assertThat(western.parts().get("memory")).isPositive();
        assertThat(western.reasons()).anySatisfy(reason -> {
            assertThat(reason.signal()).isEqualTo("memory");
            assertThat(reason.text()).isEqualTo("remembered: “Loves westerns”");
        });
    }

    @Test
    void aMutedMemoryHasNoEffectAndADeletedOneNeither() {
        Memory memory = world.remember("u1", MemoryKind.PREFERENCE, "genre:western", 1, "Loves westerns");
        assertThat(recommender.recommend(REQUEST)).isNotEqualTo(before);
        Memory muted = world.change(memory.draft().muted(true).build());
        assertThat(recommender.recommend(REQUEST)).isEqualTo(before);
        world.change(muted.draft().muted(false).build());
        assertThat(recommender.recommend(REQUEST)).isNotEqualTo(before);
        world.truth.memories().forget(memory.id());
        assertThat(recommender.recommend(REQUEST)).isEqualTo(before);
    }

    @Test
    void anEditedMemoryCountsAsEdited() {
        Memory memory = world.remember("u1", MemoryKind.PREFERENCE, "genre:comedy", 1, "Loves comedies");
        Slate liked = recommender.recommend(REQUEST);
        assertThat(count(liked, "Comedy")).isPositive();
        world.change(memory.draft().polarity(-1).text("Dislikes comedies").build());
        assertThat(count(recommender.recommend(REQUEST), "Comedy")).isZero();
    }

    @Test
    void aStrongerMemoryMovesTheListFurther() {
        Memory memory = world.remember("u1", MemoryKind.PREFERENCE, "genre:western", 1, "Loves westerns");
        double usual = share(recommender.recommend(REQUEST));
        world.change(memory.draft().strength(1).build());
        assertThat(share(recommender.recommend(REQUEST))).isGreaterThan(usual);
    }

    @Test
    void aHiddenOrDeletedItemIsGoneAndANewOneMayCome() {
        Item first = before.items().getFirst().item();
        Item second = before.items().get(1).item();
        world.truth
                .catalog()
                .put(new Item(
                        first.id(),
                        first.title(),
                        first.year(),
                        first.categories(),
                        first.tags(),
                        first.description(),
                        first.attributes(),
                        true,
                        null,
                        null,
                        first.revision()));
        world.truth.catalog().delete(second.id());
        Item fresh = Item.of(new ItemId("new"), "Brand New", 2025, List.of("Opera"));
        world.truth.catalog().put(fresh);
        assertThat(ids(recommender.recommend(REQUEST))).doesNotContain(first.id(), second.id());
        RecommendationRequest opera = new RecommendationRequest(
                new UserId("u1"),
                5,
                Taste.NONE,
                new Constraints(
                        java.util.Set.of("opera"),
                        java.util.Set.of(),
                        java.util.Set.of(),
                        java.util.Set.of(),
                        YearRange.ANY,
                        java.util.Set.of(),
                        java.util.Set.of()),
                false,
                Variety.NONE,
                Duration.ofSeconds(20));
        assertThat(ids(recommender.recommend(opera))).containsExactly(fresh.id());
    }

    @Test
    void aTitleRememberedAsLikedIsNotShownAgain() {
        Item first = before.items().getFirst().item();
        world.remember("u1", MemoryKind.PREFERENCE, "title:" + first.id(), 1, "Loved " + first.title());
        Slate after = recommender.recommend(REQUEST);
        assertThat(ids(after)).doesNotContain(first.id());
        assertThat(after.items()).anyMatch(item -> item.parts().getOrDefault("memory", 0.0) > 0);
    }

    private static double share(Slate slate) {
        return slate.items().stream()
                .mapToDouble(item -> item.parts().getOrDefault("memory", 0.0))
                .max()
                .orElse(0);
    }

    private static long count(Slate slate, String category) {
        return slate.items().stream()
                .filter(item -> item.item().categories().contains(category))
                .count();
    }

    private static List<ItemId> ids(Slate slate) {
        return slate.items().stream().map(item -> item.item().id()).toList();
    }
}
