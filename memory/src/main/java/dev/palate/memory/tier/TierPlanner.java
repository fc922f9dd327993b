package dev.palate.memory.tier;

import dev.palate.memory.Milestone;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.ColdMemories.Candidate;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.ColdMemories.Place;
import dev.palate.memory.memory.ColdMemories.Slice;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.TextEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides which memories are warm and which are cold: the same for the same clock, seed and history of uses. A
/// pass sets to expired what is past its time, writes down what was used, makes warm what was cold and used, and makes
/// cold, within a bound for each
/// reason, what a subject has too many of, what was unused for long and what is over the budget of bytes.
/// Everything is one commit in the database that the index follows, so that a crash between any two steps leaves
/// every memory findable.
///
/// Passes run one at a time, on a thread once [#start] is called. Thread-safe.
public final class TierPlanner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TierPlanner.class);
    private static final int SUBJECTS_A_PASS = 50;
    private static final int MOST_WAITING = 10_000;

    private static final int CHOICE = 4;

    /// Memories looked at in one go, and at most so many goes a pass.
    private static final int SLICE = 2_000;

    private static final int SLICES_A_PASS = 10;
    private static final int MOST_WRITTEN = 100_000;
    private static final int WRITTEN_A_PASS = 2_000;
    private static final Duration ALL_EVERY = Duration.ofDays(1);

    private final Memories truth;
    private final ColdMemories cold;
    private final IndexChanges changes;
    private final MemoryIndex index;
    private final InstantSource clock;
    private final TierOptions options;
    private final AccessLog accesses;
    private final Consumer<Subject> moved;
    private final ConcurrentMap<MemoryId, Subject> wanted = new ConcurrentHashMap<>();
    private final Set<Subject> written = ConcurrentHashMap.newKeySet();
    private final ColdCoding coding;
    private final TierWork work;
    private volatile long promoted;
    private volatile long demoted;
    private volatile boolean tooManyWritten = true;
    // Of passes only, which run one at a time.
    private Instant allLookedAt = Instant.MIN;
    private ChangeNumber demotedAt = ChangeNumber.NONE;
    private @Nullable Place idlePlace;
    private @Nullable Place overPlace;

    /// @param changes the index, whose encoder it is
    /// @param moved told the subject after a memory of it went warm or cold
    TierPlanner(
            Memories truth,
            ColdMemories cold,
            IndexChanges changes,
            TextEncoder encoder,
            InstantSource clock,
            TierOptions options,
            Consumer<Subject> moved) {
        this.truth = truth;
        this.cold = cold;
        this.changes = changes;
        this.index = changes.memories();
        this.clock = clock;
        this.options = options;
        this.moved = moved;
        coding = new ColdCoding(truth, cold, changes, encoder, options);
        accesses = new AccessLog(clock);
        work = new TierWork(this::pass, options.every());
    }

    /// What a pass did.
    ///
    /// @param expired memories past their time
    /// @param promoted memories made warm
    /// @param crowded made cold because their subject has too many
    /// @param idle made cold for want of use
    /// @param over made cold for want of room
    /// @param recoded cold ones that got codes of the newest codebook
    public record Pass(int expired, int promoted, int crowded, int idle, int over, int recoded) {}

    /// Starts the thread that runs passes; before, passes run only when asked for.
    public void start() {
        work.start();
    }

    /// Runs a pass now, after what waits in the background.
    public synchronized Pass pass() {
        long before = promoted;
        work.drain();
        int expired = expire();
        promote();
        int up = (int) (promoted - before);
        cold.add(accesses.drain(), AccessLog.HALF_LIFE_SECONDS);
        Milestone.USES_WRITTEN.reached();
        int crowded = crowded();
        int idle = idle();
        int over = over();
        int recoded = coding.recode(moved);
        Pass pass = new Pass(expired, up, crowded, idle, over, recoded);
        if (expired + up + crowded + idle + over + recoded > 0) {
            LOG.info("tiers: {}", pass);
        }
        return pass;
    }

    /// What is past its time, in bounded slices; what is left over waits for the next pass.
    private int expire() {
        int count = 0;
        for (int i = 0; i < SLICES_A_PASS; i++) {
            List<Memory> expired = truth.expire(clock.instant(), options.bound());
            expired.stream().map(Memory::subject).distinct().forEach(moved);
            count += expired.size();
            if (expired.size() < options.bound()) {
                break;
            }
        }
        return count;
    }

    /// A memory of the subject was written: it may have too many now.
    void written(Subject subject) {
        if (written.size() < MOST_WRITTEN) {
            written.add(subject);
        } else {
            tooManyWritten = true;
        }
    }

    /// Drops what is known of a subject that is erased.
    void forget(Subject subject) {
        accesses.forget(subject);
        written.remove(subject);
        wanted.values().removeIf(subject::equals);
    }

    /// Drops what is known of memories that are erased.
    void forget(Set<MemoryId> erased) {
        accesses.forget(erased);
        wanted.keySet().removeAll(erased);
    }

    /// What is to go warm.
    Set<MemoryId> wanted() {
        return Set.copyOf(wanted.keySet());
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

    /// Memories were shown: those of them that are cold go warm soon.
    void promoteCold(List<Memory> found) {
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
                written(subject);
            }
        }
        promoted += count;
    }

    /// What was unused for long, of the next few memories in the order of their change; at the end it begins again.
    private int idle() {
        Instant before = clock.instant().minus(options.coldAfter());
        Slice slice = cold.slice(before, idlePlace, Math.max(SLICE, options.bound()));
        List<Candidate> idle = slice.candidates().stream()
                .filter(candidate -> candidate.last().isBefore(before))
                .toList();
        if (idle.size() > options.bound()) {
            idle = idle.subList(0, options.bound());
            Memory last = idle.getLast().memory();
            idlePlace = new Place(last.updatedAt(), last.id());
        } else {
            idlePlace = slice.next();
        }
        return demote(idle.stream().map(Candidate::memory).toList());
    }

    /// Subjects that have too many: of those written to since the last look, and once a day of all.
    private List<Subject> crowdedSubjects() {
        Instant now = clock.instant();
        List<Subject> crowded = new ArrayList<>();
        if (tooManyWritten || allLookedAt.isBefore(now.minus(ALL_EVERY))) {
            allLookedAt = now;
            tooManyWritten = false;
            crowded.addAll(cold.crowded(TierOptions.MOST_OF_A_SUBJECT, SUBJECTS_A_PASS));
            // There may be more.
            tooManyWritten |= crowded.size() == SUBJECTS_A_PASS;
        }
        List<Subject> some = written.stream().limit(WRITTEN_A_PASS).toList();
        for (Subject subject : some) {
            written.remove(subject);
            if (!crowded.contains(subject) && cold.warm(subject) > TierOptions.MOST_OF_A_SUBJECT) {
                crowded.add(subject);
            }
        }
        return crowded;
    }

    /// The weakest of those subjects that have too many.
    private int crowded() {
        int count = 0;
        for (Subject subject : crowdedSubjects()) {
            if (count >= options.bound()) {
                written(subject);
                continue;
            }
            List<Memory> active = active(subject);
            Map<MemoryId, Access> uses =
                    cold.uses(active.stream().map(Memory::id).toList());
            List<Memory> weakest = active.stream()
                    .sorted(Comparator.comparingDouble((Memory memory) -> worth(memory, uses.get(memory.id())))
                            .thenComparing(Memory::id))
                    .limit(Math.clamp(active.size() - TierOptions.MOST_OF_A_SUBJECT, 0, options.bound() - count))
                    .toList();
            count += demote(weakest);
            if (active.size() - weakest.size() > TierOptions.MOST_OF_A_SUBJECT) {
                written(subject);
            }
        }
        return count;
    }

    /// How much the memory counts now: faded, by its trust; rules, and what only an operator may change, before all
    /// others.
    private double worth(Memory memory, @Nullable Access use) {
        double worth = Fading.trust(memory.trust()) * Fading.decay(memory, use, clock.instant());
        return memory.locked() || memory.kind() == MemoryKind.CONSTRAINT ? worth + 2 : worth;
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

    /// The least used of the longest unused among the next few memories in the order of their change, as many as the
    /// budget is over. The index is behind what went cold a moment ago; it is asked once it has seen that.
    private int over() {
        if (!changes.applied(demotedAt)) {
            return 0;
        }
        long a = index.vectorBytes();
        long over = index.vectorCount() * a - options.warmBytes();
        int count = (int) Math.min(options.bound(), (over + a - 1) / a);
        if (count <= 0) {
            return 0;
        }
        Instant now = clock.instant();
        List<Memory> least = next(CHOICE * count).stream()
                .sorted(Comparator.comparing(Candidate::last)
                        .thenComparing(candidate -> candidate.memory().id()))
                .limit((long) CHOICE * count)
                .sorted(Comparator.comparingDouble(
                                (Candidate candidate) -> AccessLog.weight(candidate.weight(), candidate.last(), now))
                        .thenComparing(Candidate::last)
                        .thenComparing(candidate -> candidate.memory().id()))
                .limit(count)
                .map(Candidate::memory)
                .toList();
        return demote(least);
    }

    /// The next candidates from where the last pass ended, at least so many where ten slices hold them.
    private List<Candidate> next(int enough) {
        Instant before = clock.instant().plus(ALL_EVERY);
        List<Candidate> found = new ArrayList<>();
        for (int i = 0; i < SLICES_A_PASS && found.size() < enough; i++) {
            Slice slice = cold.slice(before, overPlace, SLICE);
            found.addAll(slice.candidates());
            overPlace = slice.next();
            if (overPlace == null) {
                break;
            }
        }
        return found;
    }

    private int demote(List<Memory> memories) {
        if (memories.isEmpty()) {
            return 0;
        }
        List<Cold> coded = coding.coded(memories);
        Milestone.DEMOTING.reached();
        try {
            int count = cold.demote(coded);
            Milestone.DEMOTED.reached();
            wentCold(memories, count);
            return count;
        } catch (RuntimeException e) {
            // What went to the disk in pieces before the one that failed is there all the same.
            try {
                wentCold(memories, cold.among(ids(memories)).size());
            } catch (RuntimeException unknown) {
                e.addSuppressed(unknown);
            }
            throw e;
        }
    }

    private static List<MemoryId> ids(List<Memory> memories) {
        return memories.stream().map(Memory::id).toList();
    }

    private void wentCold(List<Memory> memories, int count) {
        demotedAt = changes.latest();
        memories.stream().map(Memory::subject).distinct().forEach(moved);
        demoted += count;
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
