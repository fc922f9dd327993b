package dev.palate.memory.tier;

import dev.palate.memory.Milestone;
import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.ColdMemories.Candidate;
import dev.palate.memory.memory.ColdMemories.Codebook;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.ProductQuantiser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides which memories are warm and which are cold: the same for the same clock, seed and history of uses. A pass
/// writes down what was used, makes warm what was cold and used, and makes cold, within a bound for each reason, what a
/// subject has too many of, what was unused for long and what is over the budget of bytes. Everything is one commit in
/// the database that the index follows, so that a crash between any two steps leaves every memory findable.
///
/// Passes run one at a time, on a thread once [#start] is called. Thread-safe.
public final class TierPlanner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TierPlanner.class);
    private static final int SUBJECTS_A_PASS = 50;
    private static final int MOST_WAITING = 10_000;
    private static final int SAMPLE = 16_384;
    private static final int SETTLED_SAMPLE = 4_096;
    private static final int GROWTH = 4;
    private static final int CHOICE = 4;

    private final Memories truth;
    private final ColdMemories cold;
    private final MemoryIndex index;
    private final TextEncoder encoder;
    private final InstantSource clock;
    private final TierOptions options;
    private final AccessLog accesses;
    private final Consumer<Subject> moved;
    private final ConcurrentMap<MemoryId, Subject> wanted = new ConcurrentHashMap<>();
    private final TierWork work;
    private volatile long promoted;
    private volatile long demoted;

    /// @param moved told the subject after a memory of it went warm or cold
    TierPlanner(
            Memories truth,
            ColdMemories cold,
            MemoryIndex index,
            TextEncoder encoder,
            InstantSource clock,
            TierOptions options,
            Consumer<Subject> moved) {
        this.truth = truth;
        this.cold = cold;
        this.index = index;
        this.encoder = encoder;
        this.clock = clock;
        this.options = options;
        this.moved = moved;
        accesses = new AccessLog(clock);
        work = new TierWork(this::pass, options.every());
    }

    /// What a pass did.
    ///
    /// @param promoted memories made warm
    /// @param crowded made cold because their subject has too many
    /// @param idle made cold for want of use
    /// @param over made cold for want of room
    /// @param recoded cold ones that got codes of the newest codebook
    public record Pass(int promoted, int crowded, int idle, int over, int recoded) {}

    /// Starts the thread that runs passes; before, passes run only when asked for.
    public void start() {
        work.start();
    }

    /// Runs a pass now, after what waits in the background.
    public synchronized Pass pass() {
        long before = promoted;
        work.drain();
        promote();
        int up = (int) (promoted - before);
        cold.add(accesses.drain(), AccessLog.HALF_LIFE_SECONDS);
        Milestone.USES_WRITTEN.reached();
        int crowded = crowded();
        int idle = demote(memories(cold.unused(clock.instant().minus(options.coldAfter()), options.bound())));
        int over = over();
        int recoded = recode();
        Pass pass = new Pass(up, crowded, idle, over, recoded);
        if (up + crowded + idle + over + recoded > 0) {
            LOG.info("tiers: {}", pass);
        }
        return pass;
    }

    AccessLog accesses() {
        return accesses;
    }

    long promoted() {
        return promoted;
    }

    long demoted() {
        return demoted;
    }

    /// Does it soon on the thread of the planner, or in the next pass; forgets it when too much waits.
    void soon(Runnable task) {
        work.soon(task);
    }

    /// Cold memories were used: they go warm soon.
    void promote(Subject subject, Collection<MemoryId> memories) {
        if (!memories.isEmpty() && wanted.size() < MOST_WAITING) {
            memories.forEach(memory -> wanted.put(memory, subject));
            work.soon(this::promote);
        }
    }

    /// The memory was shown as found, or moved something that was shown.
    void shown(Memory memory) {
        accesses.used(memory.subject(), memory.id());
    }

    /// Memories were found by a search over all subjects: those that are cold go warm soon.
    void foundBySearch(List<Memory> found) {
        if (found.isEmpty()) {
            return;
        }
        work.soon(() -> {
            var among = cold.among(found.stream().map(Memory::id).toList());
            found.stream()
                    .filter(memory -> among.contains(memory.id()))
                    .forEach(memory -> promote(memory.subject(), List.of(memory.id())));
        });
    }

    private synchronized void promote() {
        List<MemoryId> ids =
                wanted.keySet().stream().sorted().limit(options.bound()).toList();
        if (!ids.isEmpty()) {
            Milestone.PROMOTING.reached();
        }
        int count = cold.promote(ids);
        if (count > 0) {
            Milestone.PROMOTED.reached();
        }
        for (MemoryId id : ids) {
            Subject subject = wanted.remove(id);
            if (subject != null) {
                moved.accept(subject);
            }
        }
        promoted += count;
    }

    private static List<Memory> memories(List<Candidate> candidates) {
        return candidates.stream().map(Candidate::memory).toList();
    }

    /// The weakest of those subjects that have too many.
    private int crowded() {
        int count = 0;
        for (Subject subject : cold.crowded(TierOptions.MOST_OF_A_SUBJECT, SUBJECTS_A_PASS)) {
            if (count >= options.bound()) {
                break;
            }
            List<Memory> active = active(subject);
            Map<MemoryId, Access> uses =
                    cold.uses(active.stream().map(Memory::id).toList());
            List<Memory> weakest = active.stream()
                    .sorted(Comparator.comparingDouble((Memory memory) -> worth(memory, uses.get(memory.id())))
                            .thenComparing(Memory::id))
                    .limit(Math.min(active.size() - TierOptions.MOST_OF_A_SUBJECT, options.bound() - count))
                    .toList();
            count += demote(weakest);
        }
        return count;
    }

    /// How much the memory counts now: faded, by its trust, one that only an operator may change before all others.
    private double worth(Memory memory, @Nullable Access use) {
        double worth = Fading.trust(memory.trust()) * Fading.decay(memory, use, clock.instant());
        return memory.locked() ? worth + 2 : worth;
    }

    private List<Memory> active(Subject subject) {
        List<Memory> active = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            var page = truth.page(MemoryFilter.active(subject), cursor, dev.palate.memory.Page.MAX_LIMIT);
            var already = cold.among(page.items().stream().map(Memory::id).toList());
            page.items().stream()
                    .filter(memory -> !already.contains(memory.id()))
                    .forEach(active::add);
            cursor = page.nextCursor();
        } while (cursor != null);
        return active;
    }

    /// The least used of the longest unused, as many as the budget is over.
    private int over() {
        long a = index.vectorBytes();
        long over = index.vectorCount() * a - options.warmBytes();
        int count = (int) Math.min(options.bound(), (over + a - 1) / a);
        if (count <= 0) {
            return 0;
        }
        Instant now = clock.instant();
        List<Memory> least = cold.unused(now.plus(Duration.ofDays(1)), CHOICE * count).stream()
                .sorted(Comparator.comparingDouble(
                                (Candidate candidate) -> AccessLog.weight(candidate.weight(), candidate.last(), now))
                        .thenComparing(Candidate::last)
                        .thenComparing(candidate -> candidate.memory().id()))
                .limit(count)
                .map(Candidate::memory)
                .toList();
        return demote(least);
    }

    private int demote(List<Memory> memories) {
        if (memories.isEmpty()) {
            return 0;
        }
        Codebook codebook = codebook();
        List<Cold> coded =
                memories.stream().map(memory -> cold(memory, codebook)).toList();
        Milestone.DEMOTING.reached();
        int count = cold.demote(coded);
        Milestone.DEMOTED.reached();
        memories.stream().map(Memory::subject).distinct().forEach(moved);
        demoted += count;
        return count;
    }

    private Cold cold(Memory memory, Codebook codebook) {
        float[] vector = index.vector(memory.id(), memory.text()).orElseGet(() -> encoder.encode(memory.text()));
        return new Cold(
                memory.id(),
                memory.subject(),
                memory.revision(),
                codebook.version(),
                codebook.quantiser().encode(vector));
    }

    /// The newest of this encoder, unless it was learnt from few vectors and there are many more now.
    private Codebook codebook() {
        Optional<Codebook> newest = cold.newest(encoder.version());
        long there = index.vectorCount();
        boolean good = newest.filter(
                        codebook -> codebook.sample() >= SETTLED_SAMPLE || there < (long) GROWTH * codebook.sample())
                .isPresent();
        if (good) {
            return newest.orElseThrow();
        }
        float[][] sample = index.sample(SAMPLE, options.seed());
        if (sample.length == 0) {
            sample = new float[][] {new float[encoder.dimension()]};
        }
        LOG.info("learning a codebook from {} vectors", sample.length);
        ProductQuantiser quantiser = ProductQuantiser.train(sample, encoder.dimension(), options.seed());
        Codebook kept = cold.keep(encoder.version(), sample.length, quantiser);
        Milestone.CODEBOOK_KEPT.reached();
        return kept;
    }

    /// Encodes the texts of cold memories whose codes are of an older codebook.
    private int recode() {
        if (cold.count() == 0) {
            return 0;
        }
        Codebook codebook = codebook();
        List<MemoryId> behind = cold.behind(codebook.version(), options.bound()).stream()
                .map(Cold::memory)
                .toList();
        List<Cold> renewed = truth.memories(behind).values().stream()
                .map(memory -> cold(memory, codebook))
                .toList();
        if (!renewed.isEmpty()) {
            cold.demote(renewed);
            Milestone.RECODED.reached();
        }
        renewed.stream().map(Cold::subject).distinct().forEach(moved);
        return renewed.size();
    }

    /// Ends the thread and writes down what was used.
    @Override
    public void close() {
        work.close();
        synchronized (this) {
            cold.add(accesses.drain(), AccessLog.HALF_LIFE_SECONDS);
        }
    }
}
