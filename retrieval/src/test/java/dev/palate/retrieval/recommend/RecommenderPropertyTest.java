package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.UserHistory;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecommenderPropertyTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_301L);
    private static final int ITEMS = 200;
    private static final int USERS = 24;

    @TempDir
    Path folder;

    @Test
    void aThousandRandomRequestsObeyEveryRule() {
        SplittableRandom random = new SplittableRandom(SEED);
        int shown = 0;
        try (World world =
                new World(folder).populate(random, ITEMS, USERS, 60).encode().train()) {
            rememberAtRandom(world, random);
            FusedRecommender recommender = world.recommender();
            FusedRecommender twin = world.recommender();
            for (int round = 0; round < 1_000; round++) {
                RecommendationRequest request = request(random);
                Slate slate = recommender.recommend(request);
                String place = "seed " + SEED + ", round " + round + ", " + request;
                assertThat(slate.degraded()).as(place).isEmpty();
                assertThat(slate.candidates()).as(place).isBetween(0, 400);
                assertThat(slate.items()).as(place).hasSizeLessThanOrEqualTo(request.size());
                checkItems(world, request, slate, place);
                checkScores(slate, place);
                checkQuotas(request, slate, place);
                if (round % 10 == 0) {
                    assertThat(twin.recommend(request)).as(place).isEqualTo(slate);
                }
                shown += slate.items().size();
            }
        }
        assertThat(shown).as("items shown, lest empty lists obey everything").isGreaterThan(3_000);
    }

    private static void checkItems(World world, RecommendationRequest request, Slate slate, String place) {
        Set<ItemId> had = had(world, request.user());
        Set<ItemId> seen = new HashSet<>();
        Constraints constraints = request.constraints();
        for (RankedItem ranked : slate.items()) {
            Item item = ranked.item();
            assertThat(seen.add(item.id())).as(place + " repeats " + item).isTrue();
            assertThat(world.truth.catalog().item(item.id())).as(place).contains(item);
            assertThat(item.visibleAt(World.NOW)).as(place + " shows " + item).isTrue();
            List<String> categories = lower(item.categories());
            assertThat(categories.containsAll(constraints.requiredCategories()))
                    .as(place + " shows " + item)
                    .isTrue();
            assertThat(Collections.disjoint(categories, constraints.excludedCategories()))
                    .as(place + " shows " + item)
                    .isTrue();
            assertThat(Collections.disjoint(lower(item.tags()), constraints.excludedTags()))
                    .as(place + " shows " + item)
                    .isTrue();
            if (!constraints.requiredTags().isEmpty()) {
                assertThat(lower(item.tags())).as(place).containsAnyElementsOf(constraints.requiredTags());
            }
            Integer year = item.year();
            if (!constraints.years().any()) {
                assertThat(year)
                        .as(place)
                        .isNotNull()
                        .isBetween(
                                constraints.years().from(), constraints.years().to());
            }
            for (YearRange range : constraints.excludedYears()) {
                assertThat(year == null || year < range.from() || year > range.to())
                        .as(place + " shows " + item)
                        .isTrue();
            }
            assertThat(constraints.excludedItems()).as(place).doesNotContain(item.id());
            assertThat(request.taste().dislikedItems()).as(place).doesNotContain(item.id());
            if (!request.includeHad()) {
                assertThat(had).as(place).doesNotContain(item.id());
                assertThat(request.taste().likedItems()).as(place).doesNotContain(item.id());
            }
            checkMemories(request.user(), item, place);
        }
    }

    /// The memories that [#rememberAtRandom] wrote.
    private static void checkMemories(@Nullable UserId user, Item item, String place) {
        if (user == null) {
            return;
        }
        int number = Integer.parseInt(user.value().substring(1));
        switch (number < USERS ? number % 8 : -1) {
            case 0 -> assertThat(lower(item.categories())).as(place).doesNotContain("horror");
            case 1 -> {
                assertThat(lower(item.tags())).as(place).doesNotContain("slasher");
                assertThat(item.title()).as(place).doesNotContain("Knife");
            }
            case 2 -> assertThat(item.year()).as(place).isNotNull().isLessThan(2000);
            case 3 ->
                assertThat(item.year() == null || item.year() < 1980 || item.year() > 1989)
                        .as(place)
                        .isTrue();
            case 4 -> assertThat(item.id()).as(place).isNotEqualTo(new ItemId("i7"));
            default -> {}
        }
    }

    private static void rememberAtRandom(World world, SplittableRandom random) {
        for (int u = 0; u < USERS; u++) {
            String user = "u" + u;
            switch (u % 8) {
                case 0 -> world.remember(user, MemoryKind.PREFERENCE, "genre:horror", -1, "Dislikes horror");
                case 1 -> world.remember(user, MemoryKind.CONSTRAINT, "theme:slasher", -1, "No slashers");
                case 2 -> world.remember(user, MemoryKind.CONSTRAINT, "era:-1999", 0, "Only before 2000");
                case 3 -> world.remember(user, MemoryKind.PREFERENCE, "era:1980-1989", -0.8, "Dislikes the eighties");
                case 4 -> world.remember(user, MemoryKind.PREFERENCE, "title:i7", -1, "Hated Film 7");
                case 5 -> world.remember(user, MemoryKind.PREFERENCE, "genre:western", 1, "Loves westerns");
                case 6 ->
                    world.remember(
                            user, MemoryKind.PREFERENCE, "title:i" + random.nextInt(ITEMS), 0.9, "Loved that one");
                default -> {}
            }
        }
    }

    private static RecommendationRequest request(SplittableRandom random) {
        UserId user = random.nextInt(5) == 0 ? null : new UserId("u" + random.nextInt(USERS + 5));
        Taste taste = random.nextInt(3) == 0
                ? Taste.NONE
                : new Taste(
                        random.nextBoolean() ? "a film with " + pick(random, World.TAGS) : "",
                        items(random, 4),
                        items(random, 3),
                        random.nextBoolean()
                                ? Map.of(pick(random, World.GENRES).toLowerCase(Locale.ROOT), random.nextDouble(-1, 1))
                                : Map.of(),
                        random.nextBoolean() ? Map.of(pick(random, World.TAGS), random.nextDouble(-1, 1)) : Map.of());
        return new RecommendationRequest(
                user,
                1 + random.nextInt(20),
                taste,
                random.nextInt(3) == 0 ? Constraints.NONE : constraints(random),
                random.nextInt(4) == 0,
                random.nextBoolean() ? Variety.NONE : variety(random),
                Duration.ofSeconds(20));
    }

    private static Variety variety(SplittableRandom random) {
        List<Variety.Quota> quotas = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            quotas.add(new Variety.Quota(null, 1 + random.nextInt(3)));
        }
        if (random.nextInt(3) == 0) {
            quotas.add(new Variety.Quota(pick(random, World.GENRES), 1 + random.nextInt(3)));
        }
        return new Variety(
                random.nextBoolean() ? random.nextDouble() : 0,
                random.nextInt(3) == 0 ? random.nextDouble() : 0,
                quotas,
                random.nextInt(3) == 0 ? random.nextDouble(0.5) : 0,
                random.nextLong());
    }

    private static void checkQuotas(RecommendationRequest request, Slate slate, String place) {
        Map<String, Integer> shown = new HashMap<>();
        slate.items()
                .forEach(ranked -> Set.copyOf(lower(ranked.item().categories()))
                        .forEach(category -> shown.merge(category, 1, Integer::sum)));
        for (Variety.Quota quota : request.variety().quotas()) {
            if (quota.category() != null) {
                assertThat(shown.getOrDefault(quota.category(), 0)).as(place).isLessThanOrEqualTo(quota.atMost());
                shown.remove(quota.category());
            }
        }
        request.variety().quotas().stream()
                .filter(quota -> quota.category() == null)
                .forEach(quota -> assertThat(shown.values()).as(place).allMatch(count -> count <= quota.atMost()));
    }

    private static Constraints constraints(SplittableRandom random) {
        int from = 1940 + random.nextInt(60);
        return new Constraints(
                random.nextInt(3) == 0 ? Set.of(pick(random, World.GENRES)) : Set.of(),
                random.nextBoolean() ? Set.of(pick(random, World.GENRES)) : Set.of(),
                random.nextInt(4) == 0 ? Set.copyOf(List.of(pick(random, World.TAGS), "robots")) : Set.of(),
                random.nextBoolean() ? Set.of(pick(random, World.TAGS)) : Set.of(),
                random.nextBoolean() ? new YearRange(from, from + 20 + random.nextInt(40)) : YearRange.ANY,
                random.nextInt(3) == 0 ? Set.of(new YearRange(from + 5, from + 10)) : Set.of(),
                new HashSet<>(items(random, 30)));
    }

    private static List<ItemId> items(SplittableRandom random, int most) {
        List<ItemId> items = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            items.add(new ItemId("i" + random.nextInt(ITEMS + 10)));
        }
        return items;
    }

    private static <T> T pick(SplittableRandom random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static Set<ItemId> had(World world, @Nullable UserId user) {
        Set<ItemId> had = new HashSet<>();
        if (user != null) {
            world.truth.interactions().ofUser(user, UserHistory.MAX_EVENTS).forEach(event -> had.add(event.item()));
        }
        return had;
    }

    private static List<String> lower(List<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
    }

    private static void checkScores(Slate slate, String place) {
        double before = Double.POSITIVE_INFINITY;
        for (int at = 0; at < slate.items().size(); at++) {
            RankedItem ranked = slate.items().get(at);
            double sum = ranked.parts().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
            assertThat(ranked.rank()).as(place).isEqualTo(at + 1);
            assertThat(ranked.score()).as(place).isCloseTo(sum, within(1e-9));
            assertThat(ranked.score()).as(place).isLessThanOrEqualTo(before + 1e-9);
            assertThat(ranked.reasons()).as(place).hasSizeLessThanOrEqualTo(3);
            assertThat(ranked.propensity()).as(place).isGreaterThan(0).isLessThanOrEqualTo(1);
            before = ranked.score();
        }
    }
}
