package dev.palate.memory.tier;

import dev.palate.memory.Milestone;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.index.TextAnalysis;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The memories with a pack per subject in the heap and a search index behind it.
///
/// All writes of the process go through here, so that a pack asked for after a write has returned holds it.
/// Thread-safe; owns neither the truth nor the index nor the encoder.
///
/// Paper of the fused search: cormack2009rrf; k → RANK_OFFSET.
public final class TieredMemories implements Memories {
    private static final Duration PACK_DEADLINE = Duration.ofSeconds(5);
    private static final int MAX_RESULTS = 400;
    private static final int RANK_OFFSET = 60;
    private static final int DEPTH = 2;

    private record Encoded(String text, float[] raw) {}

    private final AtomicReference<@Nullable Encoded> lastEncoded = new AtomicReference<>();
    private final Memories truth;
    private final MemoryIndex index;
    private final TextEncoder encoder;
    private final Supplier<EncodingVersion> encoding;
    private final InstantSource clock;
    private final TextAnalysis analysis = new TextAnalysis();
    private final PackLoader loader;
    private final HotTier hot;
    private final TierPlanner planner;
    private final RecallProbe probe;
    private final ColdRecall left;
    private final TierReports reports;

    /// Without a cold tier.
    public TieredMemories(
            Memories truth, IndexChanges index, TextEncoder encoder, InstantSource clock, TierOptions options) {
        this(truth, ColdMemories.NONE, index, encoder, clock, options);
    }

    /// @param truth the memories as stored; written through here only from now on
    /// @param cold which of them are cold, of the same truth
    /// @param index over the same truth
    /// @param encoder the index's
    public TieredMemories(
            Memories truth,
            ColdMemories cold,
            IndexChanges index,
            TextEncoder encoder,
            InstantSource clock,
            TierOptions options) {
        this.truth = truth;
        this.index = index.memories();
        this.encoder = encoder;
        this.encoding = index::encoding;
        this.clock = clock;
        ColdCodes codes = new ColdCodes(cold);
        loader = new PackLoader(truth, cold, codes, this.index, encoder, analysis);
        hot = new HotTier(options, this::erased);
        planner = new TierPlanner(truth, cold, this.index, encoder, clock, options, hot::written);
        probe = new RecallProbe(this.index, options.probeEvery(), options.seed());
        left = new ColdRecall(truth, codes, this.index, loader);
        reports = new TierReports(hot, loader, cold, planner, probe, index, options);
    }

    private void erased(Subject subject) {
        planner.accesses().forget(subject);
    }

    /// Moves memories between the warm and the cold tier.
    public TierPlanner planner() {
        return planner;
    }

    /// The active memories of the subject with their vectors; holds every write that returned before the call.
    /// From the heap when it is hot; else some milliseconds, and about 2 more for each text without a vector
    /// yet, at most five seconds in all.
    public MemoryPack pack(Subject subject) {
        return pack(subject, System.nanoTime() + PACK_DEADLINE.toNanos());
    }

    private MemoryPack pack(Subject subject, long deadlineNanos) {
        planner.accesses().used(subject);
        MemoryPack pack =
                hot.fresh(subject, System.nanoTime() - deadlineNanos < 0).orElseGet(() -> load(subject, deadlineNanos));
        planner.promote(subject, pack.cold());
        return pack;
    }

    /// A pack of some memories of the subject, of any status, that is not kept.
    MemoryPack packOf(Subject subject, List<Memory> memories, long deadlineNanos) {
        return loader.of(subject, memories, deadlineNanos);
    }

    /// Loads and keeps a pack; one without all its vectors is made complete in the background.
    private MemoryPack load(Subject subject, long deadlineNanos) {
        long stamp = hot.stamp(subject);
        MemoryPack pack = loader.load(subject, hot.last(subject), deadlineNanos);
        hot.keep(pack, stamp);
        if (!pack.complete()) {
            planner.soon(() -> {
                if (hot.last(subject).filter(last -> !last.complete()).isPresent()) {
                    load(subject, System.nanoTime() + PACK_DEADLINE.toNanos());
                }
            });
        }
        return pack;
    }

    /// The subject's memories in force that the words call to mind, by meaning, words and slot together.
    ///
    /// @param words as people type them; without words nothing is found
    /// @param k in [1, 400]
    /// @param deadline after this no more vectors are computed; what is there then is scored
    public Recall recall(Subject subject, String words, int k, Duration deadline) {
        Require.range("k", k, 1, MAX_RESULTS);
        long deadlineNanos = System.nanoTime() + deadline.toNanos();
        Set<String> terms = analysis.queryTerms(words);
        if (terms.isEmpty()) {
            return new Recall(List.of(), true);
        }
        MemoryPack pack = pack(subject, deadlineNanos);
        EncodingVersion version = encoding.get();
        Optional<float[]> query =
                pack.memories().isEmpty() || !comparable(pack, version) || System.nanoTime() - deadlineNanos >= 0
                        ? Optional.empty()
                        : Optional.of(encoder.encode(words));
        List<RecalledMemory> best = PackScores.best(pack, terms, query, version, clock.instant(), k);
        best = left.with(best, pack, new ColdRecall.Query(words, terms, query, k, deadlineNanos), version, clock);
        best.forEach(hit -> planner.accesses().used(subject, hit.memory().id()));
        planner.promote(subject, ColdRecall.found(best, pack));
        return new Recall(
                best, pack.complete() && (query.isPresent() || pack.memories().isEmpty()));
    }

    /// The memories that fit the words best among all that the filter takes, by the index: ranks of BM25 and of the
    /// vectors, fused. Seen through the truth, so nothing forgotten or of another status comes back; a write of the
    /// last moments may be missing.
    ///
    /// @param k in [1, 400]
    public List<Memory> search(String words, MemoryFilter filter, int k) {
        Require.range("k", k, 1, MAX_RESULTS);
        Map<MemoryId, Double> fused = new HashMap<>();
        add(fused, index.search(words, filter, DEPTH * k));
        if (!words.isBlank()) {
            float[] raw = encoder.encode(words);
            List<ScoredMemory> nearest = index.nearest(raw, filter, DEPTH * k);
            if (probe.due()) {
                planner.soon(() -> probe.look(raw, filter, nearest));
            }
            add(fused, nearest);
        }
        List<Memory> found = new ArrayList<>();
        fused.entrySet().stream()
                .sorted(Map.Entry.<MemoryId, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .takeWhile(id -> found.size() < k)
                .forEach(id ->
                        truth.memory(id).filter(memory -> fits(memory, filter)).ifPresent(found::add));
        found.forEach(memory -> planner.accesses().used(memory.subject(), memory.id()));
        planner.foundBySearch(found);
        return found;
    }

    private static void add(Map<MemoryId, Double> fused, List<ScoredMemory> ranked) {
        for (int rank = 0; rank < ranked.size(); rank++) {
            fused.merge(ranked.get(rank).memory(), 1.0 / (RANK_OFFSET + rank + 1), Double::sum);
        }
    }

    private static boolean fits(Memory memory, MemoryFilter filter) {
        return (filter.subject() == null || filter.subject().equals(memory.subject()))
                && (filter.kinds().isEmpty() || filter.kinds().contains(memory.kind()))
                && (filter.statuses().isEmpty() || filter.statuses().contains(memory.status()));
    }

    /// Cosine of the centred vectors of the text and of a memory of the pack, in [-1, 1]; 0 when the memory is not
    /// active
    /// or has no vector yet. The text last asked for is encoded once.
    public double cosine(String text, Memory memory) {
        MemoryPack pack = pack(memory.subject());
        EncodingVersion version = encoding.get();
        int place = pack.memories().indexOf(memory);
        if (place < 0 || !comparable(pack, version)) {
            return 0;
        }
        Encoded encoded = lastEncoded.get();
        if (encoded == null || !encoded.text().equals(text)) {
            encoded = new Encoded(text, encoder.encode(text));
            lastEncoded.set(encoded);
        }
        return PackScores.cosine(pack, place, version.center(encoded.raw()), version.mean());
    }

    /// False while one encoder takes over from another and the pack is of the one, the version of the other.
    boolean comparable(MemoryPack pack, EncodingVersion version) {
        return pack.encoder().equals(version.model()) && pack.encoder().equals(encoder.version());
    }

    /// What the tiers did since the start and hold now.
    public TierReport stats() {
        return reports.now();
    }

    /// The hot tier as a place that erasure reaches.
    public ErasurePlace erasurePlace() {
        return hot;
    }

    @Override
    public List<Memory> put(List<Write> writes) {
        return written(writes, truth::put);
    }

    @Override
    public List<Memory> putEach(List<Write> writes) {
        return written(writes, truth::putEach);
    }

    private List<Memory> written(List<Write> writes, Function<List<Write>, List<Memory>> put) {
        Set<Subject> subjects = new HashSet<>();
        writes.forEach(write -> subjects.add(write.memory().subject()));
        try {
            return put.apply(writes);
        } finally {
            // Also after a failure: a write that timed out may still have been committed.
            Milestone.PACK_STALE.reached();
            subjects.forEach(hot::written);
            Milestone.PACK_MARKED.reached();
        }
    }

    @Override
    public boolean forget(MemoryId id) {
        Optional<Memory> memory = truth.memory(id);
        try {
            return truth.forget(id);
        } finally {
            Milestone.PACK_STALE.reached();
            memory.map(Memory::subject).ifPresent(hot::forgotten);
            Milestone.PACK_MARKED.reached();
        }
    }

    @Override
    public Optional<Memory> memory(MemoryId id) {
        return truth.memory(id);
    }

    @Override
    public Optional<Memory> memory(MemoryId id, Instant knownAt) {
        return truth.memory(id, knownAt);
    }

    @Override
    public List<Memory> states(Subject subject, @Nullable Instant knownAt) {
        return truth.states(subject, knownAt);
    }

    @Override
    public List<Memory> active(Subject subject) {
        return pack(subject, System.nanoTime()).memories();
    }

    @Override
    public Page<Memory> page(MemoryFilter filter, @Nullable String cursor, int limit) {
        return truth.page(filter, cursor, limit);
    }

    @Override
    public List<Revision> history(MemoryId id) {
        return truth.history(id);
    }

    @Override
    public long count() {
        return truth.count();
    }
}
