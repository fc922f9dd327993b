package dev.palate.retrieval.recommend;

import dev.palate.retrieval.candidate.Scored;
import dev.palate.retrieval.candidate.Wish;
import dev.palate.retrieval.ranking.FusedRanker;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import dev.palate.retrieval.ranking.Signals;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The fused scores of one request's candidates, with their parts. Immutable.
///
/// @param rows of the candidates, ascending
/// @param scores by candidate, the sum of its parts
/// @param order candidates from best to worst, equal scores by lower row, that is by item id
/// @param parts by signal
record Fusion(int[] rows, double[] scores, int[] order, Map<Signal, FusedRanker.Part> parts) {
    /// The signals that speak of what the request itself says.
    private static final Set<Signal> SPOKEN = EnumSet.of(Signal.TEXT, Signal.BM25, Signal.GENRE, Signal.LIKED);

    static Fusion of(int[] rows, Map<String, Scored> answers, Wish wish) {
        Map<Signal, float[]> values = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values()) {
            Scored answer = answers.get(signal.key());
            if (answer != null) {
                values.put(signal, answer.scores().of(rows));
            }
        }
        int size = wish.history().length;
        Map<Signal, Double> fitted = wish.model()
                .map(model -> SignalWeights.byKey(model.weights(size)).weights())
                .orElse(Map.of());
        Set<Signal> bounded = EnumSet.allOf(Signal.class);
        bounded.removeAll(fitted.keySet());
        if (wish.spoken()) {
            // Their weights were fitted for requests that say nothing.
            bounded.addAll(SPOKEN);
        }
        SignalWeights usual = SignalWeights.forHistory(size).with(fitted);
        SignalWeights weights = weights(answers, wish.spoken() ? usual.spoken(size) : usual, wish.spoken());
        FusedRanker.Ranking ranking = FusedRanker.rank(new Signals(rows.length, values), weights, bounded);
        return new Fusion(rows, ranking.scores(), ranking.order(), ranking.parts());
    }

    /// A signal of the request's own words never weighs less than for somebody without history; an answer's emphasis
    /// scales its weight.
    private static SignalWeights weights(Map<String, Scored> answers, SignalWeights usual, boolean spoken) {
        Map<Signal, Double> weights = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values()) {
            double weight = usual.of(signal);
            if (spoken && SPOKEN.contains(signal)) {
                weight = Math.max(weight, SignalWeights.SPOKEN.of(signal));
            }
            Scored answer = answers.get(signal.key());
            weights.put(signal, answer == null ? weight : weight * answer.emphasis());
        }
        return new SignalWeights(weights);
    }

    /// The parts of a candidate that are not 0, by signal key.
    Map<String, Double> partsOf(int candidate) {
        Map<String, Double> named = new LinkedHashMap<>();
        parts.forEach((signal, part) -> {
            float added = part.of(candidate);
            if (added != 0) {
                named.put(signal.key(), (double) added);
            }
        });
        return named;
    }
}
