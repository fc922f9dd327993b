package dev.palate.memory.tier;

import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.Prefilter;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.index.WordStatistics;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryField;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Searches the memories of all subjects. The index proposes, by words and by vectors, what the conditions let
/// through
/// as far as it can tell; the proposals are read from the truth in one go and scored as in one subject's
/// search, with
/// the words counted among all memories. Thread-safe.
///
/// There are two rounds: the first 200 of each source, best first, then, when a page is not full, the next up
/// to 1,000
/// of each. Every proposal has its place by round, score and id, so that no page repeats or loses another's.
final class AllSubjects {
    private static final List<Integer> DEPTHS = List.of(200, MemoryIndex.MAX_RESULTS);
    private static final MemoryCondition IN_FORCE = new MemoryCondition.And(List.of(
            new MemoryCondition.Is(
                    MemoryField.STATUS, MemoryCondition.Comparison.IN, List.of(MemoryStatus.ACTIVE.key())),
            new MemoryCondition.Is(MemoryField.MUTED, MemoryCondition.Comparison.IN, List.of(false))));

    private final Memories truth;
    private final IndexChanges changes;
    private final MemoryIndex index;
    private final PackLoader loader;
    private final TextEncoder encoder;
    private final RecallProbe probe;
    private final TierPlanner planner;
    private final InstantSource clock;

    AllSubjects(
            Memories truth,
            IndexChanges changes,
            PackLoader loader,
            TextEncoder encoder,
            RecallProbe probe,
            TierPlanner planner,
            InstantSource clock) {
        this.truth = truth;
        this.changes = changes;
        this.index = changes.memories();
        this.loader = loader;
        this.encoder = encoder;
        this.probe = probe;
        this.planner = planner;
        this.clock = clock;
    }

    /// What one search needs throughout.
    ///
    /// @param raw the vector of the words, absent when it cannot be compared
    /// @param among how common the terms are
    private record Asked(
            SearchRequest request,
            Instant now,
            PackScores.Query query,
            Optional<float[]> raw,
            WordStatistics among,
            Prefilter filter,
            long deadlineNanos,
            Set<String> degraded) {}

    /// @param round from 0
    private record Placed(RecalledMemory hit, int round) {}

    /// A page of the search.
    ///
    /// @param key of the request, for its cursors
    /// @param terms of its words, not empty
    SearchPage find(SearchRequest request, Set<String> terms, int key, @Nullable SearchCursor cursor, Instant now) {
        long deadlineNanos = System.nanoTime() + request.deadline().toNanos();
        EncodingVersion version = changes.encoding();
        boolean comparable = version.model().equals(encoder.version()) && System.nanoTime() - deadlineNanos < 0;
        Optional<float[]> raw = comparable ? Optional.of(encoder.encode(request.words())) : Optional.empty();
        Set<String> degraded = new TreeSet<>();
        if (raw.isEmpty()) {
            degraded.add(SearchPage.SEMANTIC);
        }
        if (changes.rebuildingNow()) {
            degraded.add(SearchPage.INDEX);
        }
        WordStatistics among = cursor != null && cursor.words() != null ? cursor.words() : index.statistics(terms);
        Asked asked = new Asked(
                request,
                now,
                new PackScores.Query(terms, raw, version, now),
                raw,
                among,
                filter(request),
                deadlineNanos,
                degraded);
        List<Placed> page = page(asked, cursor);
        List<Placed> shown = page.subList(0, Math.min(request.limit(), page.size()));
        List<Memory> memories =
                shown.stream().map(placed -> placed.hit().memory()).toList();
        memories.forEach(planner::shown);
        planner.promoteCold(memories);
        if (page.size() == shown.size()) {
            return new SearchPage(hits(page), List.copyOf(degraded), null);
        }
        Placed last = shown.getLast();
        SearchCursor next = new SearchCursor(
                key, now, last.hit().score(), last.hit().memory().id(), last.round(), among);
        return new SearchPage(hits(shown), List.copyOf(degraded), next.encode());
    }

    private static List<RecalledMemory> hits(List<Placed> placed) {
        return placed.stream().map(Placed::hit).toList();
    }

    /// What the index may leave out. It knows memories as they are: of an earlier state only what never
    /// changes.
    private static Prefilter filter(SearchRequest request) {
        if (request.moment().knownAt() != null) {
            return new Prefilter(request.condition(), Prefilter.FIXED);
        }
        MemoryCondition condition = request.settled()
                ? new MemoryCondition.And(List.of(IN_FORCE, request.condition()))
                : request.condition();
        return new Prefilter(condition, Prefilter.FIELDS);
    }

    /// One more than the page holds, when there is one.
    private List<Placed> page(Asked asked, @Nullable SearchCursor cursor) {
        int wanted = asked.request().limit() + 1;
        int begun = cursor == null ? 0 : Math.min(cursor.round(), DEPTHS.size() - 1);
        List<Placed> page = new ArrayList<>();
        Set<MemoryId> before = new LinkedHashSet<>();
        for (int round = 0; round < DEPTHS.size() && page.size() < wanted; round++) {
            Set<MemoryId> ids = new LinkedHashSet<>();
            boolean more = propose(asked, DEPTHS.get(round), round == 0 && cursor == null, ids);
            ids.removeAll(before);
            if (round >= begun) {
                SearchCursor after = cursor != null && round == begun ? cursor : null;
                for (RecalledMemory hit : scored(asked, ids)) {
                    if (page.size() < wanted && (after == null || after.before(hit))) {
                        page.add(new Placed(hit, round));
                    }
                }
            }
            before.addAll(ids);
            if (!more) {
                return page;
            }
        }
        if (page.size() < wanted) {
            asked.degraded().add(SearchPage.DEPTH);
        }
        return page;
    }

    /// Adds what the index proposes; false when it has no more.
    private boolean propose(Asked asked, int depth, boolean first, Set<MemoryId> ids) {
        List<ScoredMemory> byWords = index.search(asked.request().words(), asked.filter(), depth);
        byWords.forEach(hit -> ids.add(hit.memory()));
        boolean more = byWords.size() == depth;
        if (asked.raw().isPresent()) {
            float[] raw = asked.raw().get();
            List<ScoredMemory> nearest = index.nearest(raw, asked.filter(), depth);
            nearest.forEach(hit -> ids.add(hit.memory()));
            more |= nearest.size() == depth;
            if (first && probe.due()) {
                planner.soon(() -> probe.look(raw, asked.filter(), nearest));
            }
        }
        return more;
    }

    private List<RecalledMemory> scored(Asked asked, Set<MemoryId> ids) {
        SearchRequest request = asked.request();
        Predicate<Memory> like = MemoryFinder.like(request, asked.now());
        Instant known = MemoryFinder.known(request.moment(), clock.instant());
        List<Memory> memories = truth.memories(ids, request.moment().knownAt()).values().stream()
                .filter(like.and(memory -> request.condition().holds(memory.at(known))))
                .toList();
        EncodedMemories encoded = request.moment().knownAt() == null
                ? loader.present(memories, asked.deadlineNanos())
                : loader.of(memories, asked.deadlineNanos());
        if (!encoded.complete()) {
            asked.degraded().add(SearchPage.SEMANTIC);
        }
        List<RecalledMemory> scored = PackScores.scored(encoded, asked.query(), asked.among(), memory -> true);
        scored.removeIf(hit -> hit.score() < request.threshold());
        scored.sort(MemoryFinder.ORDER);
        return scored;
    }
}
