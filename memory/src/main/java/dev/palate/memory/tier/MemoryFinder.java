package dev.palate.memory.tier;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.TextAnalysis;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Searches the memories of a subject with conditions, at any moment, page by page; each hit with the parts of its
/// score. What is in force now comes from the subject's pack; other moments are read from the revisions and scored the
/// same way. Exact: every memory of the subject is scored, at most 400 in force, at most [Memories#MAX_STATES] at other
/// moments. Thread-safe.
public final class MemoryFinder {
    private static final int MOST = 400;

    private final TieredMemories tiers;
    private final TextEncoder encoder;
    private final Supplier<EncodingVersion> encoding;
    private final InstantSource clock;
    private final TextAnalysis analysis = new TextAnalysis();

    /// @param tiers through which all writes go
    /// @param index over the same truth
    /// @param encoder the index's
    public MemoryFinder(TieredMemories tiers, IndexChanges index, TextEncoder encoder, InstantSource clock) {
        this.tiers = tiers;
        this.encoder = encoder;
        this.encoding = index::encoding;
        this.clock = clock;
    }

    /// The page of the search that the request asks for.
    ///
    /// @throws dev.palate.memory.MemoryException `BAD_INPUT` for a cursor of another search
    public SearchPage find(SearchRequest request) {
        int key = Objects.hash(
                request.subject(),
                request.words(),
                request.condition().toString(),
                request.moment(),
                request.settled());
        @Nullable SearchCursor cursor = SearchCursor.parse(request.cursor(), key);
        Instant now = cursor == null ? time(request) : cursor.at();
        Recall all = request.moment().now() && request.settled() ? inForce(request) : atOtherMoments(request, now);
        List<RecalledMemory> page = all.memories().stream()
                .filter(hit -> request.condition().holds(hit.memory()) && hit.score() >= request.threshold())
                .sorted(Comparator.comparingDouble(RecalledMemory::score)
                        .reversed()
                        .thenComparing(hit -> hit.memory().id()))
                .filter(hit -> cursor == null || cursor.before(hit))
                .limit(request.limit() + 1L)
                .toList();
        if (page.size() <= request.limit()) {
            return new SearchPage(page, all.semantic(), null);
        }
        RecalledMemory last = page.get(request.limit() - 1);
        return new SearchPage(
                page.subList(0, request.limit()),
                all.semantic(),
                new SearchCursor(key, now, last.score(), last.memory().id()).encode());
    }

    /// A page of the subject's memories at a moment, newest change first.
    ///
    /// @param cursor of the page before, absent for the first
    /// @throws MemoryException `BAD_INPUT` for a cursor that no page returned
    public Page<Memory> page(
            Subject subject, Moment moment, Predicate<Memory> like, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        List<Memory> all = tiers.states(subject, moment.knownAt()).stream()
                .filter(memory -> moment.held(memory) && like.test(memory))
                .sorted(Comparator.comparing(Memory::updatedAt).reversed().thenComparing(Memory::id))
                .toList();
        int from = 0;
        if (cursor != null) {
            from = 1 + all.stream().map(memory -> memory.id().value()).toList().indexOf(cursor);
            if (from == 0) {
                throw new MemoryException(
                        MemoryException.Code.BAD_INPUT,
                        "cursor must be one that a page of this listing returned, was "
                                + cursor.substring(0, Math.min(60, cursor.length()))
                                + "; leave it out to start at the first page");
            }
        }
        List<Memory> page = all.subList(from, Math.min(all.size(), from + limit));
        return new Page<>(page, from + limit < all.size() ? page.getLast().id().value() : null);
    }

    private Instant time(SearchRequest request) {
        Instant asOf = request.moment().asOf();
        Instant knownAt = request.moment().knownAt();
        Instant now = clock.instant();
        return asOf != null ? asOf : knownAt != null ? knownAt : now;
    }

    private Recall inForce(SearchRequest request) {
        return tiers.recall(request.subject(), request.words(), MOST, request.deadline());
    }

    private Recall atOtherMoments(SearchRequest request, Instant now) {
        Set<String> terms = analysis.queryTerms(request.words());
        List<Memory> states = tiers.states(request.subject(), request.moment().knownAt()).stream()
                .filter(like(request, now))
                .filter(request.condition()::holds)
                .toList();
        if (terms.isEmpty() || states.isEmpty()) {
            return new Recall(List.of(), true);
        }
        long deadlineNanos = System.nanoTime() + request.deadline().toNanos();
        MemoryPack pack = tiers.packOf(request.subject(), states, deadlineNanos);
        EncodingVersion version = encoding.get();
        boolean comparable = tiers.comparable(pack, version);
        Optional<float[]> query = comparable ? Optional.of(encoder.encode(request.words())) : Optional.empty();
        return new Recall(
                PackScores.best(pack, terms, query, version, now, _ -> true, states.size()),
                pack.complete() && comparable);
    }

    private static Predicate<Memory> like(SearchRequest request, Instant now) {
        if (request.moment().asOf() != null) {
            return request.moment()::held;
        }
        return memory -> !request.settled() || memory.effectiveAt(now);
    }
}
