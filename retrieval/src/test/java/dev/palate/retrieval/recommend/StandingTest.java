package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a list tells that it stood on is what it stood on.
class StandingTest {
    private static final UserId USER = new UserId("u1");

    @TempDir
    Path folder;

    @Test
    void whatComesWhileAListIsMadeIsNeitherInItNorInWhatItTells() {
        try (World world = new World(folder)
                .populate(new SplittableRandom(9), 120, 12, 30)
                .encode()
                .train()) {
            Freshness freshness = world.freshness();
            var request = new RecommendationRequest(
                    USER, 10, Taste.NONE, Constraints.NONE, false, Variety.NONE, Duration.ofSeconds(20));
            AtomicInteger asked = new AtomicInteger();
            // The recommender asks for the time once it has noted what had arrived.
            InstantSource clock = () -> {
                int time = asked.incrementAndGet();
                if (time == 2) {
                    world.truth.interactions().append(List.of(world.interaction("u1", "i7", 5, 9_999)));
                }
                return World.NOW;
            };
            try (FusedRecommender recommender = new FusedRecommender(
                    world.truth.catalog(),
                    freshness,
                    world.memories(),
                    world.sources(),
                    clock,
                    FusedRecommender.Options.DEFAULT)) {
                Workings before = told(recommender, request);
                Workings meanwhile = told(recommender, request);
                Workings after = told(recommender, request);

                assertThat(asked.get()).isEqualTo(3);
                assertThat(freshness.histories().of(USER).had()).contains(new ItemId("i7"));
                assertThat(meanwhile.history()).isEqualTo(before.history());
                assertThat(after.history()).isNotEqualTo(before.history());
                for (Workings told : List.of(before, meanwhile, after)) {
                    try (FusedRecommender.PastRecommender past =
                            recommender.asOf(told.standing(), Set.of(), Optional.empty())) {
                        assertThat(told(past.recommender(), request))
                                .usingRecursiveComparison()
                                .ignoringFields("historyKept", "gatherMicros", "rankMicros", "standing.arrival")
                                .isEqualTo(told);
                    }
                }
            }
        }
    }

    private static Workings told(Recommender recommender, RecommendationRequest request) {
        List<Workings> told = new ArrayList<>();
        recommender.recommend(request, told::add);
        return told.getFirst();
    }
}
