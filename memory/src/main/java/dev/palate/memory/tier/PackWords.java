package dev.palate.memory.tier;

import dev.palate.memory.index.TextAnalysis;
import dev.palate.memory.index.WordStatistics;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The words of a pack's memories, counted, for BM25 inside the pack. Immutable.
///
/// Paper: robertson2009bm25. Symbols: k₁ → SATURATION, b → LENGTH_SHARE, tf → counts, df → holders, avdl →
/// meanLength,
/// N → memories.
final class PackWords {
    private static final double SATURATION = 1.2;
    private static final double LENGTH_SHARE = 0.75;
    private static final int MAX_TERMS = 400;
    private static final int BYTES_A_TERM = 90;

    private final List<Map<String, Integer>> counts;
    private final List<Set<String>> slots;
    private final int[] lengths;
    private final WordStatistics own;

    private PackWords(List<Map<String, Integer>> counts, List<Set<String>> slots, int[] lengths) {
        this.counts = counts;
        this.slots = slots;
        this.lengths = lengths;
        long all = 0;
        Map<String, Long> holders = new HashMap<>();
        for (int i = 0; i < lengths.length; i++) {
            all += lengths[i];
            counts.get(i).keySet().forEach(term -> holders.merge(term, 1L, Long::sum));
        }
        own = new WordStatistics(lengths.length, Math.max(1, all / (double) Math.max(1, lengths.length)), holders);
    }

    /// How common the words are among these memories.
    WordStatistics statistics() {
        return own;
    }

    /// Counts the terms of text and quotes.
    static PackWords of(List<Memory> memories, TextAnalysis analysis) {
        List<Map<String, Integer>> counts = new ArrayList<>(memories.size());
        List<Set<String>> slots = new ArrayList<>(memories.size());
        int[] lengths = new int[memories.size()];
        for (Memory memory : memories) {
            List<String> terms = new ArrayList<>(analysis.terms(memory.text(), MAX_TERMS));
            for (Evidence evidence : memory.evidence()) {
                terms.addAll(analysis.terms(evidence.quote(), MAX_TERMS - Math.min(MAX_TERMS, terms.size())));
            }
            Map<String, Integer> count = HashMap.newHashMap(terms.size());
            terms.forEach(term -> count.merge(term, 1, Integer::sum));
            lengths[counts.size()] = terms.size();
            counts.add(count);
            slots.add(
                    memory.slot() == null
                            ? Set.of()
                            : new HashSet<>(analysis.terms(memory.slot().value(), MAX_TERMS)));
        }
        return new PackWords(counts, slots, lengths);
    }

    /// The BM25 score of the memory at the place given, as a share in [0, 1] of what a text full of the terms has.
    ///
    /// @param among how common the terms are where it was searched
    double bm25(Collection<String> terms, WordStatistics among, int place) {
        double score = 0;
        double most = 0;
        double length = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths[place] / among.meanLength();
        for (String term : terms) {
            long holding = among.holders().getOrDefault(term, 0L);
            double rarity = Math.log(1 + (among.memories() - holding + 0.5) / (holding + 0.5));
            double count = counts.get(place).getOrDefault(term, 0);
            score += rarity * count * (SATURATION + 1) / (count + SATURATION * length);
            most += rarity * (SATURATION + 1);
        }
        return most == 0 ? 0 : score / most;
    }

    /// 1 when every term of the memory's slot value is among those given, else 0.
    double slot(Collection<String> terms, int place) {
        Set<String> slot = slots.get(place);
        return !slot.isEmpty() && terms.containsAll(slot) ? 1 : 0;
    }

    long byteSize() {
        return counts.stream()
                .mapToLong(count -> (long) BYTES_A_TERM * count.size())
                .sum();
    }
}
