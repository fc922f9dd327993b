package dev.palate.memory.tier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.palate.memory.Latency;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Packs in the heap, within a budget of bytes. Thread-safe, without a lock over a load.
///
/// Every write to a subject counts its stamp up after the commit. A pack carries the stamp read before it was loaded
/// and counts only while the two agree, so a load that a write overtook is never served. Subjects share 4,096 stamps:
/// a shared one costs a needless load, never a stale pack.
///
/// Paper of the eviction: einziger2017tinylfu.
final class HotTier implements ErasurePlace {
    private static final int STAMPS = 4_096;

    private final AtomicLongArray stamps = new AtomicLongArray(STAMPS);
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final Latency latency = new Latency();
    private final long budgetBytes;
    private final Consumer<Subject> erased;
    private final Consumer<ErasedMemories> erasedMemories;
    private final Cache<Subject, Stamped> packs;

    private record Stamped(MemoryPack pack, long stamp) {}

    /// @param erased told whose packs were erased
    /// @param erasedMemories told which memories were
    HotTier(TierOptions options, Consumer<Subject> erased, Consumer<ErasedMemories> erasedMemories) {
        this.erased = erased;
        this.erasedMemories = erasedMemories;
        budgetBytes = options.hotBytes();
        packs = Caffeine.newBuilder()
                .maximumWeight(budgetBytes)
                .weigher((Subject subject, Stamped stamped) -> stamped.pack().byteSize())
                .recordStats()
                .build();
    }

    /// The pack when it is fresh; counts a hit or a miss.
    ///
    /// @param complete true when one without all its vectors will not do
    /// @param encoder the version that its vectors must be of; those of another are loaded anew
    Optional<MemoryPack> fresh(Subject subject, boolean complete, String encoder) {
        long start = System.nanoTime();
        Optional<MemoryPack> found = Optional.ofNullable(packs.getIfPresent(subject))
                .filter(stamped -> stamped.stamp() == stamp(subject))
                .map(Stamped::pack)
                .filter(pack -> pack.complete() || !complete)
                .filter(pack -> pack.encoder().equals(encoder));
        if (found.isPresent()) {
            hits.increment();
            latency.since(start);
        } else {
            misses.increment();
        }
        return found;
    }

    /// The last pack, fresh or not, to take unchanged vectors from.
    Optional<MemoryPack> last(Subject subject) {
        return Optional.ofNullable(packs.policy().getIfPresentQuietly(subject)).map(Stamped::pack);
    }

    /// The stamp to read before a load.
    long stamp(Subject subject) {
        return stamps.get(place(subject));
    }

    /// Keeps the pack unless a write came since the stamp was read.
    void keep(MemoryPack pack, long stamp) {
        packs.asMap()
                .compute(pack.subject(), (subject, old) -> stamp(subject) == stamp ? new Stamped(pack, stamp) : old);
    }

    /// A write was committed: what was loaded before is stale.
    void written(Subject subject) {
        stamps.incrementAndGet(place(subject));
    }

    /// Something was forgotten: what was loaded before is stale and must not linger either.
    void forgotten(Subject subject) {
        written(subject);
        packs.invalidate(subject);
    }

    TierStats stats() {
        packs.cleanUp();
        long bytes = packs.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
        return new TierStats(
                hits.sum(),
                misses.sum(),
                packs.stats().evictionCount(),
                packs.estimatedSize(),
                bytes,
                budgetBytes,
                latency.meanMicros(),
                latency.micros(0.5),
                latency.micros(0.99));
    }

    @Override
    public String name() {
        return "hot memory packs";
    }

    @Override
    public long erase(UserId user) {
        long before = remaining(user);
        forgotten(new Subject.OfUser(user));
        erased.accept(new Subject.OfUser(user));
        return before;
    }

    @Override
    public long remaining(UserId user) {
        return last(new Subject.OfUser(user))
                .map(pack -> (long) pack.memories().size() + pack.rest().size())
                .orElse(0L);
    }

    @Override
    public boolean holdsMemories() {
        return true;
    }

    @Override
    public long erase(ErasedMemories memories) {
        long before = remaining(memories);
        memories.subjects().forEach(this::forgotten);
        erasedMemories.accept(memories);
        return before;
    }

    @Override
    public long remaining(ErasedMemories memories) {
        return memories.subjects().stream()
                .flatMap(subject -> last(subject).stream())
                .flatMap(pack -> Stream.concat(pack.memories().stream(), pack.rest().stream()))
                .filter(memory -> memories.ids().contains(memory.id()))
                .count();
    }

    private static int place(Subject subject) {
        int hash = subject.hashCode();
        return (hash ^ hash >>> 12 ^ hash >>> 24) & STAMPS - 1;
    }
}
