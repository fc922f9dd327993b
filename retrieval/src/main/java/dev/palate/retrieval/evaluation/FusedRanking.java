package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.FusedRanker;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import dev.palate.retrieval.ranking.Signals;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The serving path without its filters: the union of the best of each source, put in order by the [FusedRanker].
///
/// @param sources at least one, all over the same items
/// @param weights the weights for a history of a given length
/// @param perSource candidates taken from each source, at least 1
public record FusedRanking(Map<Signal, Scorer> sources, IntFunction<SignalWeights> weights, int perSource)
        implements Ranker {
    /// What serving takes from each source.
    public static final int PER_SOURCE = 50;

    /// @throws IllegalArgumentException when there is no source
    public FusedRanking {
        if (sources.isEmpty() || perSource < 1) {
            throw new IllegalArgumentException(
                    "needs at least 1 source and perSource at least 1, had " + sources.size() + " and " + perSource);
        }
        sources = Map.copyOf(sources);
    }

    @Override
    public Ranked rank(History history, int count) {
        Map<Signal, float[]> scores = new EnumMap<>(Signal.class);
        sources.forEach((signal, scorer) -> scores.put(signal, Ranker.unseenScores(scorer, history)));
        int[] pool = scores.values().stream()
                .flatMapToInt(values -> IntStream.of(TopK.select(values, perSource)))
                .distinct()
                .sorted()
                .toArray();
        Map<Signal, float[]> pooled = new EnumMap<>(Signal.class);
        scores.forEach((signal, values) -> pooled.put(signal, gather(values, pool)));
        FusedRanker.Ranking ranking = FusedRanker.rank(new Signals(pool.length, pooled), weights.apply(history.size()));
        int size = Math.min(count, pool.length);
        int[] items = new int[size];
        float[] best = new float[size];
        for (int i = 0; i < size; i++) {
            items[i] = pool[ranking.order()[i]];
            best[i] = ranking.scores()[ranking.order()[i]];
        }
        return new Ranked(items, best);
    }

    private static float[] gather(float[] values, int[] rows) {
        float[] gathered = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            gathered[i] = values[rows[i]];
        }
        return gathered;
    }
}
