package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    /// @param here answers promptly
    /// @param computes takes passes over the items only
    private record Source(String signal, boolean here, boolean computes, int cost, Supplier<Optional<Scored>> answer)
            implements CandidateSource {
        Source(String signal, boolean here, Supplier<Optional<Scored>> answer) {
            this(signal, here, false, 0, answer);
        }

        static Source computing(String signal, int cost, Supplier<Optional<Scored>> answer) {
            return new Source(signal, false, true, cost, answer);
        }

        @Override
        public boolean prompt(Wish wish) {
            return here;
        }

        @Override
        public boolean computes(Wish wish) {
            return computes;
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

    /// Each is asked once, whoever comes to it first, and all that any thread found is in the answer.
    @Test
    void whatComputesIsMadeOnceByWhoeverIsFree() {
        Thread asking = Thread.currentThread();
        AtomicInteger here = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        List<CandidateSource> computing = new ArrayList<>();
        for (int at = 0; at < 20; at++) {
            computing.add(Source.computing("s" + at, at % 3, () -> {
                asked.incrementAndGet();
                if (Thread.currentThread().equals(asking)) {
                    here.incrementAndGet();
                }
                return scored();
            }));
        }
        try (ParallelSources sources = new ParallelSources(computing, ParallelSources.Options.DEFAULT)) {
            for (int round = 1; round <= 200; round++) {
                Gathered gathered = sources.gather(WISH, Duration.ofSeconds(20));
                assertThat(gathered.degraded()).isEmpty();
                assertThat(gathered.answers().keySet())
                        .containsExactlyElementsOf(
                                computing.stream().map(CandidateSource::signal).toList());
                assertThat(asked).hasValue(20 * round);
            }
        }
        assertThat(here.get()).as("made by the thread that asked").isPositive();
    }

    /// A place is held by the work, not by the thread that was to do it: one place is enough for who asks again and
    /// again, whoever did the work.
    @Test
    void whatComputesHoldsItsPlaceAsLongAsItWorks() {
        CandidateSource one = Source.computing("one", 0, ParallelSourcesTest::scored);
        try (ParallelSources sources = new ParallelSources(List.of(one), new ParallelSources.Options(1, 1))) {
            for (int round = 0; round < 200; round++) {
                assertThat(sources.gather(WISH, Duration.ofSeconds(20)).answers())
                        .as("round %d", round)
                        .containsOnlyKeys("one");
            }
        }
    }

    /// One that is under way counts, and a further call is late at once; when it ends there is room again.
    @Test
    void whoIsUnderWayKeepsTheOthersOut() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CandidateSource slow = new Source("slow", false, () -> {
            begun.countDown();
            boolean ended = false;
            while (!ended) {
                try {
                    ended = go.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException ignoredByIt) {
                    ended = false;
                }
            }
            return scored();
        });
        try (ParallelSources sources = new ParallelSources(List.of(slow), new ParallelSources.Options(1, 1))) {
            do {
                // On a busy machine it may be given up before it began.
                assertThat(sources.gather(WISH, Duration.ofMillis(50)).degraded())
                        .containsExactly("slow");
            } while (!begun.await(1, TimeUnit.MILLISECONDS));
            assertThat(sources.gather(WISH, Duration.ofSeconds(20)).degraded())
                    .as("its place is taken")
                    .containsExactly("slow");
            go.countDown();
            Gathered again = sources.gather(WISH, Duration.ofSeconds(20));
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (again.answers().isEmpty() && System.nanoTime() < end) {
                Thread.sleep(5);
                again = sources.gather(WISH, Duration.ofSeconds(20));
            }
            assertThat(again.answers()).containsOnlyKeys("slow");
        } finally {
            go.countDown();
        }
    }

    /// Who was cancelled before anybody began gives its place back.
    @Test
    void whoNeverBeganHoldsNoPlace() {
        Source any = new Source("any", false, ParallelSourcesTest::scored);
        try (ParallelSources sources = new ParallelSources(List.of(any), new ParallelSources.Options(1, 1))) {
            for (int round = 0; round < 50; round++) {
                sources.gather(WISH, Duration.ZERO);
            }
            Gathered last = sources.gather(WISH, Duration.ofSeconds(20));
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (last.answers().isEmpty() && System.nanoTime() < end) {
                last = sources.gather(WISH, Duration.ofSeconds(20));
            }
            assertThat(last.answers()).containsOnlyKeys("any");
        }
    }

    /// One that fails on the thread that asks is left out as any other.
    @Test
    void whatFailsWhileComputingIsLeftOut() {
        CandidateSource broken = Source.computing("broken", 0, () -> {
            throw new IllegalStateException("broken");
        });
        CandidateSource whole = Source.computing("whole", 1, ParallelSourcesTest::scored);
        try (ParallelSources sources = new ParallelSources(List.of(broken, whole), ParallelSources.Options.DEFAULT)) {
            for (int round = 0; round < 3; round++) {
                Gathered gathered = sources.gather(WISH, Duration.ofSeconds(20));
                assertThat(gathered.answers()).containsOnlyKeys("whole");
                assertThat(gathered.degraded()).containsExactly("broken");
            }
        }
    }
}
