package dev.palate.memory.tier;

import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.TextAnalysis;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Searches memories with conditions, at any moment, page by page; each hit with the parts of its score.
///
/// In one subject's memories, what is in force now comes from the subject's pack; other moments are read from the
/// revisions and scored the same way. Every memory of the subject is scored, exactly but for those that are cold,
/// which are scored by their codes; at other moments the newest [Memories#MAX_STATES] that the conditions name, and
/// where there are more the page says [SearchPage#DEPTH]. Over all subjects the index
/// proposes at most 1,000 by words and as
/// many by
/// meaning, see [AllSubjects]; memories that were reworded are found by their present words at any moment.
///
/// What a page shows counts as used. Thread-safe.
public final class MemoryFinder {
    /// Best first, equal scores by id.
    static final Comparator<RecalledMemory> ORDER = Comparator.comparingDouble(RecalledMemory::score)
            .reversed()
            .thenComparing(hit -> hit.memory().id());

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
        Subject subject = request.subject();
        int key = Objects.hash(
                subject == null ? "" : subject,
                request.words(),
                request.condition().toString(),
                request.moment(),
                request.settled());
        @Nullable SearchCursor cursor = SearchCursor.parse(request.cursor(), key);
        Instant now = cursor == null ? time(request) : cursor.at();
        Set<String> terms = analysis.queryTerms(request.words());
        if (terms.isEmpty()) {
            return new SearchPage(List.of(), List.of(), null);
        }
        return subject == null
                ? tiers.allSubjects().find(request, terms, key, cursor, now)
                : ofOne(subject, request, terms, key, cursor, now);
    }

    /// @param whole false when only the newest of those that the search is about were scored
    private record Found(Recall recall, boolean whole) {}

    private SearchPage ofOne(
            Subject subject,
            SearchRequest request,
            Set<String> terms,
            int key,
            @Nullable SearchCursor cursor,
            Instant now) {
        long deadlineNanos = System.nanoTime() + request.deadline().toNanos();
        Found found = request.moment().now() && request.settled()
                ? new Found(tiers.scored(subject, request.words(), deadlineNanos, now), true)
                : atOtherMoments(subject, request, terms, now, deadlineNanos);
        Recall all = found.recall;
        List<RecalledMemory> page = all.memories().stream()
                .filter(hit -> holds(request, hit.memory()) && hit.score() >= request.threshold())
                .sorted(ORDER)
                .filter(hit -> cursor == null || cursor.before(hit))
                .limit(request.limit() + 1L)
                .toList();
        List<String> degraded = new ArrayList<>();
        if (!all.semantic()) {
            degraded.add(SearchPage.SEMANTIC);
        }
        if (!found.whole) {
            degraded.add(SearchPage.DEPTH);
        }
        List<RecalledMemory> shown = page.subList(0, Math.min(request.limit(), page.size()));
        tiers.used(shown.stream().map(RecalledMemory::memory).toList());
        if (page.size() == shown.size()) {
            return new SearchPage(page, degraded, null);
        }
        RecalledMemory last = shown.getLast();
        return new SearchPage(
                shown,
                degraded,
                new SearchCursor(key, now, last.score(), last.memory().id()).encode());
    }

    /// A page of the subject's memories at a moment, newest change first.
    ///
    /// @param cursor of the page before, absent for the first; it holds though memories change or go meanwhile
    /// @throws dev.palate.memory.MemoryException `BAD_INPUT` for a cursor that no page returned
    public Page<Memory> page(
            Subject subject, Moment moment, Predicate<Memory> like, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable StateCursor after = StateCursor.parse(cursor);
        // The last of them on top, so that what comes after all of the page is let go at once.
        PriorityQueue<Memory> first = new PriorityQueue<>(StateCursor.ORDER.reversed());
        tiers.scan(subject, moment.knownAt(), memory -> {
            if (moment.held(memory) && like.test(memory) && (after == null || after.before(memory))) {
                first.add(memory);
                if (first.size() > limit + 1) {
                    first.remove();
                }
            }
        });
        List<Memory> rest = first.stream().sorted(StateCursor.ORDER).toList();
        List<Memory> page = rest.subList(0, Math.min(limit, rest.size()));
        return new Page<>(
                page, rest.size() > limit ? StateCursor.after(page.getLast()).encode() : null);
    }

    private Instant time(SearchRequest request) {
        Instant asOf = request.moment().asOf();
        Instant knownAt = request.moment().knownAt();
        Instant now = clock.instant();
        return asOf != null ? asOf : knownAt != null ? knownAt : now;
    }

    private Found atOtherMoments(
            Subject subject, SearchRequest request, Set<String> terms, Instant now, long deadlineNanos) {
        Predicate<Memory> like = like(request, now);
        List<Memory> states = new ArrayList<>();
        boolean[] more = {false};
        tiers.scan(subject, request.moment().knownAt(), memory -> {
            if (like.test(memory) && holds(request, memory)) {
                if (states.size() < Memories.MAX_STATES) {
                    states.add(memory);
                } else {
                    more[0] = true;
                }
            }
        });
        if (states.isEmpty()) {
            return new Found(new Recall(List.of(), true), true);
        }
        EncodedMemories encoded = tiers.encoded(states, deadlineNanos);
        EncodingVersion version = encoding.get();
        boolean comparable = tiers.comparable(encoded.encoder(), version);
        Optional<float[]> raw = comparable ? Optional.of(encoder.encode(request.words())) : Optional.empty();
        Recall recall = new Recall(
                PackScores.scored(
                        encoded,
                        new PackScores.Query(terms, raw, version, now),
                        encoded.words().statistics(),
                        _ -> true),
                encoded.complete() && comparable);
        return new Found(recall, !more[0]);
    }

    /// True when the memory is like that, as it was or is known.
    private boolean holds(SearchRequest request, Memory memory) {
        return request.condition().holds(memory.at(known(request.moment(), clock.instant())));
    }

    /// The time for which a state of the moment is asked for.
    static Instant known(Moment moment, Instant now) {
        Instant knownAt = moment.knownAt();
        return knownAt == null ? now : knownAt;
    }

    /// What a memory must be like at the moment of the request.
    static Predicate<Memory> like(SearchRequest request, Instant now) {
        if (request.moment().asOf() != null) {
            return request.moment()::held;
        }
        return memory -> !request.settled() || memory.effectiveAt(now);
    }
}
