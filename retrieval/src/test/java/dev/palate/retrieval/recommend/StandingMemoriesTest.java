package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// More memories than count in ranking: what the weakest of them rule out stays out.
class StandingMemoriesTest {
    private static final UserId USER = new UserId("u1");

    @TempDir
    Path folder;

    private static List<ItemId> list(Recommender recommender) {
        var request = new RecommendationRequest(
                USER, 10, Taste.NONE, Constraints.NONE, false, Variety.NONE, Duration.ofSeconds(20));
        return recommender.recommend(request).items().stream()
                .map(ranked -> ranked.item().id())
                .toList();
    }

    @Test
    void whatAMemoryBeyondThePackRulesOutStaysOut() {
        try (World world = new World(folder)
                .populate(new SplittableRandom(9), 120, 12, 30)
                .encode()
                .train()) {
            Recommender recommender = world.recommender();
            ItemId first = list(recommender).getFirst();
            Memory hated =
                    world.remember(USER.value(), MemoryKind.PREFERENCE, "title:" + first.value(), -1, "Hated it");
            assertThat(list(recommender)).doesNotContain(first);
            for (int i = 0; i < Memories.MAX_ACTIVE; i++) {
                world.remember(USER.value(), MemoryKind.PREFERENCE, "tag:unheard" + i, 1, "Likes unheard " + i);
            }
            Subject subject = new Subject.OfUser(USER);
            Memories memories = world.truth.memories();
            assertThat(memories.active(subject))
                    .as("beyond what counts in ranking")
                    .hasSize(Memories.MAX_ACTIVE)
                    .doesNotContain(hated);
            assertThat(memories.standing(subject)).contains(hated);
            assertThat(list(recommender)).hasSize(10).doesNotContain(first);
        }
    }
}
