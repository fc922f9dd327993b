package dev.palate.agent.collaborative;

import dev.palate.agent.AgentException;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.memory.Latency;
import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads for a turn what like users and items tell of its user, and puts it together.
///
/// Within a turn no model is asked: facets are counted, and those that a model of the role `memory` found before are
/// taken where they still hold. Once a user has said nothing for a while, and where the model is T2 or more and has
/// not been asked about what is known now, it is asked once, whatever the number of neighbours: at most one request a
/// turn, one at a time, with a deadline; at most [#MOST_WAITING] users wait, others are left out until their next
/// turn.
/// Thread-safe.
public final class CollaborativeReader implements AutoCloseable {
    /// The most users that wait for the model.
    public static final int MOST_WAITING = 1_000;
    /// How long the model may take.
    public static final Duration PATIENCE = Duration.ofSeconds(30);
    /// How long a user is quiet before the model is asked.
    public static final Duration IDLE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(CollaborativeReader.class);
    private static final int USERS_KEPT = 5_000;

    /// What it works with.
    ///
    /// @param rule in force
    /// @param memories a user's, in force, as a turn recalls them
    /// @param model of the role `memory`
    /// @param idle see [#IDLE]; 0 to 1 hour
    public record Parts(
            Curator curator,
            Supplier<DomainRule> rule,
            Function<UserId, List<Memory>> memories,
            LanguageModel model,
            PromptLibrary prompts,
            InstantSource clock,
            Duration idle) {
        public Parts {
            Require.range("idle in ms", idle.toMillis(), 0, 3_600_000);
        }
    }

    /// What was read.
    ///
    /// @param curateNanos how long choosing took
    /// @param synthesiseNanos how long putting together took
    public record Reading(Curated curated, Facets facets, long curateNanos, long synthesiseNanos) {}

    /// Requests to the model so far.
    ///
    /// @param failed those that gave nothing
    public record Counts(long requests, long failed) {}

    private final Parts parts;
    private final ModelSynthesis synthesis;
    private final FacetCache cache = new FacetCache(USERS_KEPT, this::cancel);
    private final Map<UserId, Future<?>> waiting = new HashMap<>();
    private final ScheduledThreadPoolExecutor worker = new ScheduledThreadPoolExecutor(
            1, Thread.ofVirtual().name("palate-facets").factory());
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Latency readings = new Latency();

    /// With what it works with.
    public CollaborativeReader(Parts parts) {
        this.parts = parts;
        synthesis = new ModelSynthesis(parts.model(), parts.prompts());
        worker.setRemoveOnCancelPolicy(true);
    }

    /// What is read for a user now. Some milliseconds; asks no model.
    ///
    /// @param memories of the user in force, oldest first
    /// @param models false for counted facets only, and to have no model asked later either, nor for a turn
    ///     before
    public Reading read(UserId user, List<Memory> memories, boolean models) {
        long start = System.nanoTime();
        Instant now = parts.clock().instant();
        Curated curated = parts.curator().curate(user, parts.rule().get(), now);
        long between = System.nanoTime();
        SynthesisInput input = new SynthesisInput(memories, curated.own(), curated.neighbourhood());
        List<Facet> counted = CountingSynthesis.facets(input);
        List<Facet> byModel = List.of();
        if (models) {
            byModel = byModel(user, input);
        } else {
            cancel(user);
        }
        long end = System.nanoTime();
        readings.add(end - start);
        return new Reading(curated, new Facets(counted, byModel), between - start, end - between);
    }

    private List<Facet> byModel(UserId user, SynthesisInput input) {
        if (!parts.model().level().atLeast(ModelLevel.T2)) {
            return List.of();
        }
        return cache.of(user, input.key()).orElseGet(() -> {
            later(user);
            return List.of();
        });
    }

    /// @return true when the user waited
    private boolean cancel(UserId user) {
        synchronized (waiting) {
            Future<?> before = waiting.remove(user);
            if (before != null) {
                before.cancel(false);
            }
            return before != null;
        }
    }

    private void later(UserId user) {
        synchronized (waiting) {
            cancel(user);
            if (waiting.size() < MOST_WAITING && !worker.isShutdown()) {
                waiting.put(user, worker.schedule(() -> ask(user), parts.idle().toMillis(), TimeUnit.MILLISECONDS));
            }
        }
    }

    private void ask(UserId user) {
        synchronized (waiting) {
            waiting.remove(user);
        }
        boolean asked = false;
        try {
            long since = cache.forgotten();
            Curated curated = parts.curator()
                    .curate(user, parts.rule().get(), parts.clock().instant());
            SynthesisInput input =
                    new SynthesisInput(parts.memories().apply(user), curated.own(), curated.neighbourhood());
            String key = input.key();
            boolean something = !input.memories().isEmpty() || !input.own().isEmpty();
            if (something
                    && cache.of(user, key).isEmpty()
                    && parts.model().level().atLeast(ModelLevel.T2)) {
                requests.incrementAndGet();
                asked = true;
                cache.keep(user, key, synthesis.facets(input, Deadline.after(PATIENCE, parts.clock())), since);
                answered.incrementAndGet();
            }
        } catch (AgentException e) {
            failed.addAndGet(asked ? 1 : 0);
            LOG.info("facets stay as counted: {}", e.codeName());
        } catch (RuntimeException e) {
            failed.addAndGet(asked ? 1 : 0);
            LOG.warn("facets stay as counted: {}", e.getClass().getName());
        }
    }

    /// Requests so far.
    public Counts counts() {
        return new Counts(requests.get(), failed.get());
    }

    /// Requests that gave facets so far.
    public long answered() {
        return answered.get();
    }

    /// How long readings took, since the start.
    public Latency readings() {
        return readings;
    }

    /// How many users wait for the model.
    public int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /// What an erasure asks: facets in a model's words, and whether a user waits.
    public ErasurePlace erasure() {
        return cache;
    }

    /// Ends what waits.
    @Override
    public void close() {
        synchronized (waiting) {
            worker.shutdownNow();
            waiting.clear();
        }
    }
}
