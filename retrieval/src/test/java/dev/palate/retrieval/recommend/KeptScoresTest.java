package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of a history between requests changes no list: one who has kept and one who begins say the same.
class KeptScoresTest {
    private static final long SEED = Long.getLong("test.seed", 11L);

    @TempDir
    Path folder;

    @Test
    void aListIsTheSameWhetherAnythingWasKeptOrNot() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (World world = new World(folder).populate(random, 150, 12, 30).encode()) {
            AtomicReference<CollaborativeModel.Loaded> first = new AtomicReference<>();
            AtomicReference<CollaborativeModel.Loaded> active = new AtomicReference<>();
            CollaborativeModel switching = () -> Optional.ofNullable(active.get());
            first.set(model(world, "one"));
            CollaborativeModel.Loaded second = model(world, "two");
            active.set(first.get());
            world.serving(switching);
            Recommender keeping = world.recommender();
            int told = 0;
            for (int step = 0; step < 60; step++) {
                told += change(world, random, step);
                if (step % 20 == 19) {
                    active.set(active.get().version().equals("two") ? first.get() : second);
                }
                RecommendationRequest request = request(random);
                Slate kept = keeping.recommend(request);
                assertThat(kept.degraded()).isEmpty();
                assertThat(keeping.recommend(request))
                        .as("asked again at step %d of seed %d", step, SEED)
                        .isEqualTo(kept);
                try (FusedRecommender beginning = world.recommender()) {
                    assertThat(beginning.recommend(request))
                            .as("who begins at step %d of seed %d", step, SEED)
                            .isEqualTo(kept);
                }
            }
            assertThat(told).as("changes between the requests").isGreaterThan(10);
        }
    }

    private static CollaborativeModel.Loaded model(World world, String version) {
        CollaborativeModel.Loaded made = world.train().model().current().orElseThrow();
        return new CollaborativeModel.Loaded(
                version,
                made.items(),
                version.equals("one")
                        ? made.scorers()
                        : Map.of("cf", made.scorers().get("cf")),
                made.weighting());
    }

    /// Something happens, or nothing.
    private static int change(World world, SplittableRandom random, int step) {
        String user = "u" + random.nextInt(12);
        switch (random.nextInt(6)) {
            case 0 ->
                world.truth
                        .interactions()
                        .append(List.of(world.interaction(user, "i" + random.nextInt(150), 5, 20_000 + step)));
            case 1 ->
                world.truth
                        .catalog()
                        .put(Item.of(
                                new ItemId("a" + step), "Added " + step, 2000, List.of(World.GENRES.get(step % 8))));
            case 2 -> world.truth.catalog().delete(new ItemId("i" + random.nextInt(150)));
            default -> {
                return 0;
            }
        }
        return 1;
    }

    private static RecommendationRequest request(SplittableRandom random) {
        return new RecommendationRequest(
                new UserId("u" + random.nextInt(4)),
                10,
                Taste.NONE,
                Constraints.NONE,
                false,
                Variety.NONE,
                Duration.ofSeconds(20));
    }
}
