package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ParallelSourcesTest {
    private static final CatalogSnapshot CATALOG =
            CatalogSnapshot.of(List.of(Item.of(new ItemId("a"), "A film", 2000, List.of())));

    private static final Wish WISH = new Wish(
            CATALOG,
            ItemStatistics.none(CATALOG),
            Optional.empty(),
            Optional.empty(),
            "",
            new int[0],
            Map.of(),
            Map.of(),
            List.of(),
            List.of(),
            HistoryRows.EMPTY,
            List.of(),
            Themes.NONE,
            ItemFilter.ALL,
            Instant.EPOCH);

    private record Source(String signal, boolean here, Supplier<Optional<Scored>> answer) implements CandidateSource {
        @Override
        public boolean prompt(Wish wish) {
            return here;
        }

        @Override
        public Optional<Scored> score(Wish wish) {
            return answer.get();
        }
    }

    private static Optional<Scored> scored() {
        return Optional.of(Scored.of(new float[] {1}, row -> Evidence.NONE));
    }

    /// The one it waits for is left behind; another that is done stands after it in the list.
    @Test
    void whoIsInterruptedAnswersWithWhatIsDone() {
        CountDownLatch never = new CountDownLatch(1);
        Source stuck = new Source("stuck", false, () -> {
            try {
                never.await();
            } catch (InterruptedException left) {
                Thread.currentThread().interrupt();
            }
            return Optional.empty();
        });
        Source done = new Source("done", true, () -> {
            Thread.currentThread().interrupt();
            return scored();
        });
        try (ParallelSources sources = new ParallelSources(List.of(stuck, done), ParallelSources.Options.DEFAULT)) {
            Gathered gathered = sources.gather(WISH, Duration.ofSeconds(20));
            assertThat(Thread.interrupted()).as("who asked is told on").isTrue();
            assertThat(gathered.answers()).containsOnlyKeys("done");
            assertThat(gathered.degraded()).containsExactly("stuck");
        } finally {
            never.countDown();
        }
    }
}
