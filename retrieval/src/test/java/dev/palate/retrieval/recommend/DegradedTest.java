package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.CandidateSource;
import dev.palate.retrieval.candidate.Scored;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.Wish;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A source that fails costs its signal, never the request.
class DegradedTest {
    @TempDir
    Path folder;

    @Test
    void aSourceThatThrowsIsListedAndTheListStillComes() {
        try (World world = world()) {
            Recommender recommender = with(world, "bm25", wish -> {
                throw new IllegalStateException("the index is closed");
            });
            Slate slate = recommender.recommend(request(Duration.ofSeconds(20)));
            assertThat(slate.degraded()).containsExactly("bm25");
            assertThat(slate.items()).hasSize(10).allMatch(item -> !item.parts().containsKey("bm25"));
        }
    }

    @Test
    void aStuckSourceIsLeftBehindAtTheDeadlineEvenWhenItIgnoresInterrupts() {
        CountDownLatch stuck = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        try (World world = world()) {
            Recommender recommender = with(world, "text", wish -> {
                calls.incrementAndGet();
                awaitUninterruptibly(stuck);
                return Optional.empty();
            });
            long start = System.nanoTime();
            Slate slate = recommender.recommend(request(Duration.ofSeconds(1)));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(slate.degraded()).contains("text");
            assertThat(slate.items()).hasSize(10);
            assertThat(took).isLessThan(Duration.ofSeconds(20));
            for (int i = 0; i < 80; i++) {
                assertThat(recommender.recommend(request(Duration.ofMillis(20))).degraded())
                        .contains("text");
            }
            assertThat(calls.get())
                    .as("no more than the stated number of calls wait in a stuck source")
                    .isLessThanOrEqualTo(64);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void withEverySourceStuckTheBestLikedAreShown() {
        CountDownLatch stuck = new CountDownLatch(1);
        try (World world = world()) {
            Sources sources = world.sources();
            List<CandidateSource> all = new ArrayList<>();
            for (CandidateSource source : sources.all()) {
                all.add(new Replaced(source.signal(), wish -> {
                    awaitUninterruptibly(stuck);
                    return Optional.empty();
                }));
            }
            Slate slate = world.recommender(sources, all).recommend(request(Duration.ofMillis(50)));
            assertThat(slate.degraded()).hasSize(all.size());
            assertThat(slate.items()).hasSize(10);
        } finally {
            stuck.countDown();
        }
    }

    private World world() {
        return new World(folder)
                .populate(new SplittableRandom(9), 120, 12, 30)
                .encode()
                .train();
    }

    private static RecommendationRequest request(Duration deadline) {
        return new RecommendationRequest(
                new UserId("u1"), 10, Taste.NONE, Constraints.NONE, false, Variety.NONE, deadline);
    }

    private static Recommender with(World world, String signal, Function<Wish, Optional<Scored>> broken) {
        Sources sources = world.sources();
        List<CandidateSource> running = new ArrayList<>();
        for (CandidateSource source : sources.all()) {
            running.add(source.signal().equals(signal) ? new Replaced(signal, broken) : source);
        }
        return world.recommender(sources, running);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ignored) {
                // Stuck means stuck.
            }
        }
    }

    private record Replaced(String signal, Function<Wish, Optional<Scored>> scoring) implements CandidateSource {
        @Override
        public Optional<Scored> score(Wish wish) {
            return scoring.apply(wish);
        }
    }
}
