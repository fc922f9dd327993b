package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.agent.ranking.LlmWeight;
import dev.palate.agent.ranking.Scorer;
import dev.palate.agent.ranking.YesNoScorer;
import dev.palate.memory.conversation.Conversation;
import dev.palate.prompts.PromptLibrary;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A model that invents, injects, breaks, stalls and never ends, trusted with everything that its level may do: it
/// finds words from T2 on, and scores lists by a weight as if it had been proved. Nothing of it reaches the user, no
/// turn fails or takes longer than it may, and nothing heaps up. At T0 and T1 a turn asks it nothing.
class HostileModelTest {
    private static final TurnLimits QUICK = new TurnLimits(
            64,
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofMillis(250),
            Duration.ofMillis(600),
            60);
    private static final int TURNS_OF_CONVERSATION = 20;
    // Enough for every wish, and cheaper than all.
    private static final int FILMS = 1_000;
    // Conversations at a time: most turns wait for a stall to end.
    private static final int AT_A_TIME = 32;
    // Caches fill in the first tenth; what grows afterwards is what heaps up.
    private static final int WARM_SHARE = 10;
    private static final long HEAP_GROWTH = 96L << 20;

    @ParameterizedTest
    @EnumSource(ModelLevel.class)
    void nothingForeignIsShownAtAnyLevel(ModelLevel level) {
        TestStack stack = TestStack.get();
        talk(stack, level, Integer.getInteger("test.turns", 100), Long.getLong("test.seed", 20_260_301));
    }

    @ParameterizedTest
    @EnumSource(ModelLevel.class)
    @Tag("long")
    void nothingForeignIsShownInAHundredThousandTurns(ModelLevel level) {
        try (TestStack stack = TestStack.ownFilms(FILMS, ShownChecks.NAMED)) {
            talk(stack, level, Integer.getInteger("test.turns", 100_000), Long.getLong("test.seed", 7));
        }
    }

    /// What the turns of a run were like. Thread-safe.
    private static final class Tally {
        private final AtomicInteger turns = new AtomicInteger();
        private final AtomicInteger byModel = new AtomicInteger();
        private final AtomicInteger scored = new AtomicInteger();
        private final AtomicInteger unscored = new AtomicInteger();
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong longestMillis = new AtomicLong();

        void add(ShownChecks.Seen seen, long millis) {
            turns.incrementAndGet();
            byModel.addAndGet(seen.level().equals("T0") ? 0 : 1);
            scored.addAndGet(seen.scored() ? 1 : 0);
            unscored.addAndGet(seen.unscored() ? 1 : 0);
            calls.addAndGet(seen.calls());
            longestMillis.accumulateAndGet(millis, Math::max);
        }
    }

    private static void talk(TestStack stack, ModelLevel level, int turns, long seed) {
        ScriptedModel model = ScriptedModel.hostile(level, seed, ShownChecks.FOREIGN);
        var checks = new ShownChecks(stack);
        checks.hide();
        var tally = new Tally();
        long start = System.nanoTime();
        long cpu = cpuNanos();
        try (var agent = new GraphAgent(stack.parts(model, stack.recommender, ranker(model, level)), QUICK)) {
            int warm = Math.max(1, turns / WARM_SHARE);
            talk(stack, agent, checks, tally, warm, seed);
            long before = usedHeap();
            talk(stack, agent, checks, tally, turns - warm, seed + 1);
            long after = usedHeap();
            System.out.printf(
                    "hostile model at %s, seed %d: %d turns, %d worded by the model, %d lists scored by it, %d where it"
                            + " failed to, %d calls; longest turn %d ms; heap %d MiB after %d turns, %d MiB at the end;"
                            + " %d s, %.1f CPU ms a turn%n",
                    level,
                    seed,
                    tally.turns.get(),
                    tally.byModel.get(),
                    tally.scored.get(),
                    tally.unscored.get(),
                    tally.calls.get(),
                    tally.longestMillis.get(),
                    before >> 20,
                    warm,
                    after >> 20,
                    (System.nanoTime() - start) / 1_000_000_000,
                    (cpuNanos() - cpu) / 1e6 / turns);
            assertThat(after - before).as("growth of the heap, bytes").isLessThan(HEAP_GROWTH);
            assertThat(agent.inFlight()).isZero();
        }
        judge(tally, level, turns, model);
    }

    private static void judge(Tally tally, ModelLevel level, int turns, ScriptedModel model) {
        assertThat(tally.turns).hasValue(turns);
        assertThat(tally.longestMillis.get()).isLessThan(QUICK.turn().toMillis());
        if (level.atLeast(ModelLevel.T2)) {
            assertThat(tally.byModel)
                    .as("some harmless answers get through, else nothing was tested")
                    .hasPositiveValue();
            assertThat(tally.scored).hasPositiveValue();
            assertThat(tally.unscored).hasPositiveValue();
        } else {
            assertThat(model.prompts()).isEmpty();
            assertThat(tally.calls).hasValue(0);
            assertThat(tally.byModel).hasValue(0);
        }
    }

    /// As if the hostile model had been proved to rank well.
    private static LlmRanker ranker(LanguageModel model, ModelLevel level) {
        PromptLibrary prompts = PromptLibrary.load();
        Scorer scorer = level == ModelLevel.T3 ? new HandleScorer(model, prompts) : new YesNoScorer(model, prompts);
        var weight = new LlmWeight(
                model.id().value(), scorer.level(), scorer.prompt().toString(), 2, 1, 3, 50, Instant.EPOCH);
        return new LlmRanker(model, scorer, List.of(weight), Instant::now);
    }

    private static void talk(TestStack stack, GraphAgent agent, ShownChecks checks, Tally tally, int turns, long seed) {
        int conversations = (turns + TURNS_OF_CONVERSATION - 1) / TURNS_OF_CONVERSATION;
        var next = new AtomicInteger();
        Callable<Integer> talking = () -> {
            int talked = 0;
            for (int at = next.getAndIncrement(); at < conversations; at = next.getAndIncrement()) {
                int left = Math.min(TURNS_OF_CONVERSATION, turns - at * TURNS_OF_CONVERSATION);
                converse(stack, agent, checks, tally, left, new SplittableRandom(seed * 1_000_003L + at));
                talked++;
            }
            return talked;
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < Math.min(AT_A_TIME, conversations); i++) {
                all.add(threads.submit(talking));
            }
            try {
                for (Future<Integer> one : all) {
                    one.get();
                }
            } finally {
                // Before the threads are waited for: after a failure no other conversation begins.
                next.set(conversations);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a turn was not as it should be", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void converse(
            TestStack stack, GraphAgent agent, ShownChecks checks, Tally tally, int turns, SplittableRandom random) {
        Conversation conversation = stack.conversation();
        for (int turn = 0; turn < turns; turn++) {
            String text = turn == 0
                    ? ShownChecks.FIRST
                    : ShownChecks.MESSAGES.get(random.nextInt(ShownChecks.MESSAGES.size()));
            long start = System.nanoTime();
            List<TurnEvent> events = TestStack.say(agent, conversation, text, 5);
            tally.add(checks.check(events, text), (System.nanoTime() - start) / 1_000_000);
        }
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(used, memory.getHeapMemoryUsage().getUsed());
        }
        return used;
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
