package dev.palate.web.memory;

import dev.palate.memory.change.Changes;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.text.TextEncoder;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds memories by words and by meaning, a committed one at once. Thread-safe.
///
/// The score is the mean of the cosine (where positive) and of the word score as a share of the best word score. Every
/// hit is read again from the truth and left out unless it is of the subject asked for.
public final class MemorySearch {
    private static final Duration CATCH_UP = Duration.ofMillis(500);
    private static final int FETCHED_PER_HIT = 3;

    private final IndexChanges index;
    private final Changes changes;
    private final Memories memories;
    private final TextEncoder encoder;

    /// With the index, the feed it follows, the truth, and the encoder of queries.
    public MemorySearch(IndexChanges index, Changes changes, Memories memories, TextEncoder encoder) {
        this.index = index;
        this.changes = changes;
        this.memories = memories;
        this.encoder = encoder;
    }

    /// A memory with how near it is.
    ///
    /// @param words share of the best word score, in [0, 1]
    /// @param meaning cosine where positive, in [0, 1]
    record Hit(Memory memory, double score, double words, double meaning) {}

    /// The nearest memories that the filter lets through, best first.
    List<Hit> search(String query, MemoryFilter filter, int size) throws InterruptedException {
        boolean caughtUp = index.awaitApplied(changes.latest(), CATCH_UP);
        int fetched = Math.min(size * FETCHED_PER_HIT, 300);
        Map<MemoryId, Double> words = shares(index.memories().search(query, filter, fetched));
        Map<MemoryId, Double> meaning = new HashMap<>();
        for (ScoredMemory hit : index.memories().nearest(encoder.encode(query), filter, fetched)) {
            meaning.put(hit.memory(), Math.clamp(hit.score(), 0.0, 1.0));
        }
        Set<MemoryId> found = new java.util.LinkedHashSet<>(words.keySet());
        found.addAll(meaning.keySet());
        return found.stream()
                .flatMap(id -> memories.memory(id).stream())
                .filter(memory -> caughtUp || memory.status() == MemoryStatus.ACTIVE)
                .filter(memory -> memory.subject().equals(filter.subject()))
                .filter(memory ->
                        filter.statuses().isEmpty() || filter.statuses().contains(memory.status()))
                .map(memory -> hit(memory, words, meaning))
                .sorted(Comparator.comparingDouble(Hit::score)
                        .reversed()
                        .thenComparing(hit -> hit.memory().id()))
                .limit(size)
                .toList();
    }

    private static Hit hit(Memory memory, Map<MemoryId, Double> words, Map<MemoryId, Double> meaning) {
        double byWords = words.getOrDefault(memory.id(), 0.0);
        double byMeaning = meaning.getOrDefault(memory.id(), 0.0);
        return new Hit(memory, (byWords + byMeaning) / 2, byWords, byMeaning);
    }

    private static Map<MemoryId, Double> shares(List<ScoredMemory> hits) {
        Map<MemoryId, Double> shares = new HashMap<>();
        for (ScoredMemory hit : hits) {
            shares.put(hit.memory(), (double) hit.score() / hits.getFirst().score());
        }
        return shares;
    }
}
