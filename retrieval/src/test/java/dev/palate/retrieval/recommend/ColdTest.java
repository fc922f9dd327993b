package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a list looks like where little or nothing is known.
class ColdTest {
    @TempDir
    Path folder;

    @Test
    void anEmptyCatalogGivesAnEmptyList() {
        try (World world = new World(folder)) {
            Slate slate = world.recommender().recommend(request(null, Taste.NONE));
            assertThat(slate.items()).isEmpty();
            assertThat(slate.degraded()).isEmpty();
            assertThat(slate.modelVersion()).isEmpty();
        }
    }

    @Test
    void aCatalogNobodyTouchedStillGivesAList() {
        try (World world = new World(folder)) {
            List<Item> items = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                items.add(Item.of(new ItemId("i" + i), "Film " + i, 1990 + i, List.of("Drama")));
            }
            world.truth.catalog().putAll(items);
            assertThat(world.recommender().recommend(request(null, Taste.NONE)).items())
                    .hasSize(10);
        }
    }

    @Test
    void withoutModelAndVectorsAStrangerGetsTheWellLikedOfManyYearsAndKinds() {
        try (World world = new World(folder).populate(new SplittableRandom(3), 300, 40, 60)) {
            Slate slate = world.recommender().recommend(request(new UserId("stranger"), Taste.NONE));
            assertThat(slate.items()).hasSize(10);
            assertThat(slate.modelVersion()).isEmpty();
            Set<Object> decades = new HashSet<>();
            for (RankedItem item : slate.items()) {
                assertThat(item.reasons()).extracting(Reason::text).contains("widely liked");
                Integer year = item.item().year();
                decades.add(year == null ? "none" : year / 10);
            }
            assertThat(decades).hasSizeGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void aLovedFilmComesBeforeAMuchSeenOneThatNobodyLiked() {
        try (World world = new World(folder)) {
            world.truth
                    .catalog()
                    .putAll(List.of(
                            Item.of(new ItemId("loved"), "Loved", 1990, List.of("Drama")),
                            Item.of(new ItemId("seen"), "Seen", 1990, List.of("Drama")),
                            Item.of(new ItemId("once"), "Once", 1990, List.of("Drama"))));
            List<Interaction> events = new ArrayList<>();
            for (int u = 0; u < 60; u++) {
                events.add(world.interaction("u" + u, "seen", 2, u));
                if (u < 40) {
                    events.add(world.interaction("u" + u, "loved", 5, 100 + u));
                }
            }
            events.add(world.interaction("u0", "once", 5, 500));
            world.truth.interactions().append(events);
            assertThat(world.recommender().recommend(request(null, Taste.NONE)).items())
                    .extracting(item -> item.item().id().value())
                    .startsWith("loved");
        }
    }

    @Test
    void aStrangerWhoSpeaksGetsWhatTheySpeakOf() {
        try (World world = new World(folder)
                .populate(new SplittableRandom(3), 300, 40, 60)
                .encode()
                .train()) {
            Taste taste = new Taste("slow robots", List.of(), List.of(), Map.of("sci-fi", 1.0), Map.of("robots", 1.0));
            Slate slate = world.recommender().recommend(request(new UserId("stranger"), taste));
            assertThat(slate.items().subList(0, 5))
                    .allMatch(item -> item.item().categories().contains("Sci-Fi")
                            || item.item().tags().contains("robots"));
            assertThat(slate.items().stream().flatMap(item -> item.reasons().stream()))
                    .extracting(Reason::text)
                    .contains("tagged robots, as you asked");
        }
    }

    @Test
    void everyTitleSaidToBeLikedIsNamedOnACardAndNotShown() {
        try (World world = new World(folder)
                .populate(new SplittableRandom(3), 300, 40, 60)
                .encode()
                .train()) {
            List<ItemId> liked = List.of(new ItemId("i3"), new ItemId("i40"), new ItemId("i77"), new ItemId("gone"));
            Taste taste = new Taste("", liked, List.of(), Map.of(), Map.of());
            Slate slate = world.recommender().recommend(request(new UserId("u1"), taste));
            assertThat(slate.items()).extracting(item -> item.item().id()).doesNotContainAnyElementsOf(liked);
            for (ItemId title : liked.subList(0, 3)) {
                String name = world.truth.catalog().item(title).orElseThrow().title();
                assertThat(slate.items().stream().flatMap(item -> item.reasons().stream()))
                        .filteredOn(reason -> reason.signal().equals("liked"))
                        .extracting(Reason::text)
                        .anyMatch(text -> List.of(text.substring("because you loved ".length())
                                        .split(" and ", -1))
                                .contains(name));
            }
        }
    }

    private static RecommendationRequest request(@Nullable UserId user, Taste taste) {
        return new RecommendationRequest(
                user, 10, taste, Constraints.NONE, false, Variety.NONE, Duration.ofSeconds(20));
    }
}
