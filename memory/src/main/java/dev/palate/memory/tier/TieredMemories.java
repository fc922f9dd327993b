package dev.palate.memory.tier;

import dev.palate.memory.Milestone;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.index.IndexChanges;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The memories with a pack per subject in the heap and a search index behind it.
///
/// All writes of the process go through here, so that a pack asked for after a write has returned holds it.
/// Thread-safe; owns neither the truth nor the index nor the encoder.
public final class TieredMemories implements Memories {
    private static final Duration PACK_DEADLINE = Duration.ofSeconds(5);
    private static final int MAX_RESULTS = 400;

    private final Memories truth;
    private final TextEncoder encoder;
    private final Supplier<EncodingVersion> encoding;
    private final InstantSource clock;
    private final TextAnalysis analysis = new TextAnalysis();
    private final ColdCodes codes;
    private final PackLoader loader;
    private final HotTier hot;
    private final TierPlanner planner;
    private final AllSubjects allSubjects;
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
        this.encoder = encoder;
        this.encoding = index::encoding;
        this.clock = clock;
        codes = new ColdCodes(cold);
        loader = new PackLoader(truth, cold, codes, index.memories(), encoder, analysis);
        hot = new HotTier(options, this::erasedSubject, this::erasedMemories);
        planner = new TierPlanner(truth, cold, index, encoder, clock, options, hot::written);
        RecallProbe probe = new RecallProbe(index.memories(), options.probeEvery(), options.seed());
        allSubjects = new AllSubjects(truth, index, loader, encoder, probe, planner, clock);
        left = new ColdRecall(codes, index.memories(), loader);
        reports = new TierReports(hot, loader, cold, planner, probe, index, options);
    }

    private void erasedSubject(Subject subject) {
        planner.forget(subject);
    }

    private void erasedMemories(ErasedMemories erased) {
        planner.forget(erased.ids());
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
        return unused(subject, deadlineNanos);
    }

    /// The pack, without counting that as a use.
    private MemoryPack unused(Subject subject, long deadlineNanos) {
        return hot.fresh(subject, System.nanoTime() - deadlineNanos < 0, encoder.version())
                .orElseGet(() -> load(subject, deadlineNanos));
    }

    /// Some memories, of any status and moment, with their vectors; not kept.
    EncodedMemories encoded(List<Memory> memories, long deadlineNanos) {
        return loader.of(memories, deadlineNanos);
    }

    AllSubjects allSubjects() {
        return allSubjects;
    }

    /// Counts a use of each of the memories: they were shown as found, or moved something that was shown. Costs no
    /// write; the planner writes the counts down with its next pass. Those that are cold go warm soon; the
    /// others of their pack stay as they are, so that one look does not bring everything back.
    public void used(Collection<Memory> memories) {
        memories.forEach(planner::shown);
        planner.promoteCold(memories.stream().filter(this::mayBeCold).toList());
    }

    private boolean mayBeCold(Memory memory) {
        return hot.last(memory.subject()).map(pack -> pack.hasCold(memory.id())).orElse(true);
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

    /// As above, for memories of one subject.
    void used(Subject subject, Collection<MemoryId> memories) {
        memories.forEach(memory -> planner.accesses().used(subject, memory));
        Optional<MemoryPack> pack = hot.last(subject);
        planner.promote(
                subject,
                memories.stream()
                        .filter(memory ->
                                pack.filter(last -> last.hasCold(memory)).isPresent())
                        .toList());
    }

    /// The subject's memories in force that the words call to mind, by meaning, words and slot together; each
    /// counts as used.
    ///
    /// @param words as people type them; without words nothing is found
    /// @param k in [1, 400]
    /// @param deadline after this no more vectors are computed; what is there then is scored
    public Recall recall(Subject subject, String words, int k, Duration deadline) {
        Recall recall = recalled(subject, words, k, deadline, clock.instant());
        used(recall.memories().stream().map(RecalledMemory::memory).toList());
        return recall;
    }

    /// All of the subject's memories in force with a score above 0, in no order, as of the time given and without
    /// counting them as used; those that are cold are scored by their codes.
    ///
    /// @param deadlineNanos after this no more vectors are computed; of [System#nanoTime]
    Recall scored(Subject subject, String words, long deadlineNanos, Instant now) {
        return scored(subject, words, deadlineNanos, now, (pack, query) -> {
            List<RecalledMemory> all =
                    PackScores.best(pack.encoded(), query, pack.memories().size());
            if (pack.rest().isEmpty()) {
                return new Recall(all, true);
            }
            EncodedMemories rest = loader.present(pack.rest(), deadlineNanos);
            List<RecalledMemory> both = new ArrayList<>(all);
            both.addAll(PackScores.scored(
                    rest, query, pack.encoded().words().statistics(), memory -> memory.effectiveAt(now)));
            return new Recall(both, rest.complete());
        });
    }

    /// As [#recall], as of the time given and without counting the memories as used.
    private Recall recalled(Subject subject, String words, int k, Duration deadline, Instant now) {
        Require.range("k", k, 1, MAX_RESULTS);
        long deadlineNanos = System.nanoTime() + deadline.toNanos();
        return scored(subject, words, deadlineNanos, now, (pack, query) -> {
            List<RecalledMemory> best = PackScores.best(pack.encoded(), query, k);
            var asked = new ColdRecall.Query(words, query.terms(), query.raw(), k, deadlineNanos);
            return new Recall(left.with(best, pack, asked, query.encoding(), now), true);
        });
    }

    private Recall scored(
            Subject subject,
            String words,
            long deadlineNanos,
            Instant now,
            BiFunction<MemoryPack, PackScores.Query, Recall> scoring) {
        Set<String> terms = analysis.queryTerms(words);
        if (terms.isEmpty()) {
            return new Recall(List.of(), true);
        }
        MemoryPack pack = pack(subject, deadlineNanos);
        EncodingVersion version = encoding.get();
        Optional<float[]> query = pack.memories().isEmpty()
                        || !comparable(pack.encoder(), version)
                        || System.nanoTime() - deadlineNanos >= 0
                ? Optional.empty()
                : Optional.of(encoder.encode(words));
        Recall found = scoring.apply(pack, new PackScores.Query(terms, query, version, now));
        return new Recall(
                found.memories(),
                found.semantic()
                        && pack.complete()
                        && (query.isPresent() || pack.memories().isEmpty()));
    }

    /// Cosines of the centred vectors of the text and of memories of one subject, each in [-1, 1]; 0 for a memory
    /// that is not active or has no vector yet, and for those beyond the pack that are not among the nearest by
    /// their codes. One look at the pack, which does not count as a use; at most five seconds in all.
    ///
    /// @param memories of one subject
    public double[] cosines(String text, List<Memory> memories) {
        double[] cosines = new double[memories.size()];
        if (memories.isEmpty()) {
            return cosines;
        }
        long deadlineNanos = System.nanoTime() + PACK_DEADLINE.toNanos();
        MemoryPack pack = unused(memories.getFirst().subject(), deadlineNanos);
        EncodingVersion version = encoding.get();
        if (!comparable(pack.encoder(), version)) {
            return cosines;
        }
        Map<Memory, Integer> places = new HashMap<>();
        for (int i = 0; i < pack.memories().size(); i++) {
            places.put(pack.memories().get(i), i);
        }
        float[] raw = encoder.encode(text);
        float[] query = version.center(raw);
        for (int i = 0; i < cosines.length; i++) {
            Integer place = places.get(memories.get(i));
            cosines[i] = place == null ? 0 : PackScores.cosine(pack.encoded(), place, query, version.mean());
        }
        Map<Memory, Double> beyond = left.cosines(pack, Set.copyOf(memories), raw, version, deadlineNanos);
        for (int i = 0; i < cosines.length && !beyond.isEmpty(); i++) {
            cosines[i] = beyond.getOrDefault(memories.get(i), cosines[i]);
        }
        return cosines;
    }

    /// False while one encoder takes over from another and vectors are of the one, the version of the other.
    boolean comparable(String ofVectors, EncodingVersion version) {
        return ofVectors.equals(version.model()) && ofVectors.equals(encoder.version());
    }

    /// What the tiers did since the start and hold now.
    public TierReport stats() {
        return reports.now();
    }

    /// The hot tier as a place that erasure reaches.
    public ErasurePlace erasurePlace() {
        return hot;
    }

    /// The codebooks in the heap as such a place.
    public ErasurePlace codebooksErasure() {
        return codes;
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
            subjects.forEach(planner::written);
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

    /// Drops what is held of a subject of whom something was erased past this.
    public void forgotten(Subject subject) {
        hot.forgotten(subject);
    }

    @Override
    public Optional<Memory> memory(MemoryId id) {
        return truth.memory(id);
    }

    @Override
    public Map<MemoryId, Memory> memories(Collection<MemoryId> ids, @Nullable Instant knownAt) {
        return truth.memories(ids, knownAt);
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
    public void scan(Subject subject, @Nullable Instant knownAt, Consumer<Memory> consumer) {
        truth.scan(subject, knownAt, consumer);
    }

    @Override
    public List<Memory> active(Subject subject) {
        return notEnded(pack(subject, System.nanoTime()).memories());
    }

    private List<Memory> notEnded(List<Memory> memories) {
        Instant now = clock.instant();
        return memories.stream().noneMatch(memory -> memory.endedAt(now))
                ? memories
                : memories.stream().filter(memory -> !memory.endedAt(now)).toList();
    }

    @Override
    public List<Memory> standing(Subject subject) {
        MemoryPack pack = pack(subject, System.nanoTime());
        if (pack.rest().isEmpty()) {
            return notEnded(pack.memories());
        }
        List<Memory> all = new ArrayList<>(pack.memories());
        all.addAll(pack.rest());
        all.sort(Comparator.comparing(Memory::createdAt).thenComparing(Memory::id));
        return notEnded(List.copyOf(all));
    }

    @Override
    public List<Memory> expire(Instant now, int most) {
        List<Memory> expired = truth.expire(now, most);
        Milestone.PACK_STALE.reached();
        expired.stream().map(Memory::subject).distinct().forEach(hot::written);
        Milestone.PACK_MARKED.reached();
        return expired;
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

    @Override
    public long writtenSince(Subject subject, Instant time) {
        return truth.writtenSince(subject, time);
    }

    @Override
    public long writtenBefore(Memory memory, Instant time) {
        return truth.writtenBefore(memory, time);
    }
}
