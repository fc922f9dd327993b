package dev.palate.retrieval.ranking;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/// The serving path without its filters: the union of the best of each source, put in order by the [FusedRanker].
///
/// @param sources at least one, all over the same items
/// @param weights the weights for a history of a given length
/// @param bounded the signals whose outliers are kept in bounds
public record FusedRanking(Map<Signal, Scorer> sources, IntFunction<SignalWeights> weights, Set<Signal> bounded)
        implements Ranker {
    /// @throws IllegalArgumentException when there is no source
    public FusedRanking {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("a fused ranking needs at least 1 source, had none");
        }
        sources = Collections.unmodifiableMap(new EnumMap<>(sources));
    }

    @Override
    public Ranked rank(History history, int count, BitSet allowed) {
        List<float[]> scores = new ArrayList<>();
        for (Scorer scorer : sources.values()) {
            float[] values = new float[scorer.itemCount()];
            scorer.score(history, values);
            scores.add(values);
        }
        int[] pool = CandidatePool.of(scores, allowed, CandidatePool.PER_SOURCE, CandidatePool.LIMIT);
        Map<Signal, float[]> pooled = new EnumMap<>(Signal.class);
        Iterator<float[]> next = scores.iterator();
        sources.keySet().forEach(signal -> pooled.put(signal, CandidatePool.gather(next.next(), pool)));
        FusedRanker.Ranking ranking =
                FusedRanker.rank(new Signals(pool.length, pooled), weights.apply(history.size()), bounded);
        int size = Math.min(count, pool.length);
        int[] items = new int[size];
        float[] best = new float[size];
        for (int i = 0; i < size; i++) {
            items[i] = pool[ranking.order()[i]];
            best[i] = (float) ranking.scores()[ranking.order()[i]];
        }
        return new Ranked(items, best);
    }
}
