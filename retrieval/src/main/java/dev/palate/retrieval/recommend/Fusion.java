package dev.palate.retrieval.recommend;

import dev.palate.retrieval.candidate.Scored;
import dev.palate.retrieval.candidate.Wish;
import dev.palate.retrieval.ranking.FusedRanker;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import dev.palate.retrieval.ranking.Signals;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// The fused scores of one request's candidates, with their parts. Immutable.
///
/// @param rows of the candidates, ascending
/// @param scores by candidate, the sum of its parts
/// @param order candidates from best to worst, equal scores by lower row, that is by item id
/// @param parts by candidate
record Fusion(int[] rows, double[] scores, int[] order, Map<Signal, float[]> parts) {
    /// The signals that speak of what the request itself says.
    private static final Set<Signal> SPOKEN = EnumSet.of(Signal.TEXT, Signal.BM25, Signal.GENRE, Signal.LIKED);

    private static final double MAX_DEVIATIONS = 4;

    static Fusion of(int[] rows, Map<String, Scored> answers, Wish wish) {
        Map<Signal, float[]> values = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values()) {
            Scored answer = answers.get(signal.key());
            if (answer != null) {
                float[] ofCandidates = new float[rows.length];
                for (int candidate = 0; candidate < rows.length; candidate++) {
                    ofCandidates[candidate] = answer.scores()[rows[candidate]];
                }
                values.put(signal, ofCandidates);
            }
        }
        SignalWeights weights = weights(answers, values, wish);
        Map<Signal, float[]> parts =
                FusedRanker.rank(new Signals(rows.length, values), weights).parts();
        double[] scores = new double[rows.length];
        for (float[] part : parts.values()) {
            for (int candidate = 0; candidate < rows.length; candidate++) {
                scores[candidate] += part[candidate];
            }
        }
        int[] order = IntStream.range(0, rows.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer candidate) -> -scores[candidate])
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        return new Fusion(rows, scores, order, parts);
    }

    /// Brings a signal's furthest value to at most so many deviations from the mean. A signal that speaks of a few
    /// candidates
    /// only would else decide alone: one hit among two hundred stands fourteen deviations out.
    private static double dampening(float[] values) {
        double sum = 0;
        double squares = 0;
        double furthest = 0;
        int known = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                sum += value;
                known++;
            }
        }
        double mean = known == 0 ? 0 : sum / known;
        for (float value : values) {
            if (Float.isFinite(value)) {
                squares += (value - mean) * (value - mean);
                furthest = Math.max(furthest, Math.abs(value - mean));
            }
        }
        double deviations = squares == 0 ? 0 : furthest / Math.sqrt(squares / known);
        return deviations <= MAX_DEVIATIONS ? 1 : MAX_DEVIATIONS / deviations;
    }

    /// The fixed weights for the length of the history; a signal of the request's own words never weighs less than
    /// for
    /// somebody without history; an answer's emphasis scales its weight, and so does what keeps outliers in bounds.
    private static SignalWeights weights(Map<String, Scored> answers, Map<Signal, float[]> values, Wish wish) {
        SignalWeights fixed = SignalWeights.forHistory(wish.history().length);
        Map<Signal, Double> weights = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values()) {
            double weight = fixed.of(signal);
            if (wish.spoken() && SPOKEN.contains(signal)) {
                weight = Math.max(weight, SignalWeights.COLD.of(signal));
            }
            Scored answer = answers.get(signal.key());
            float[] ofCandidates = values.get(signal);
            if (answer != null && ofCandidates != null) {
                weight *= answer.emphasis() * dampening(ofCandidates);
            }
            weights.put(signal, weight);
        }
        return new SignalWeights(weights);
    }

    /// The parts of a candidate that are not 0, by signal key.
    Map<String, Double> partsOf(int candidate) {
        Map<String, Double> named = new LinkedHashMap<>();
        parts.forEach((signal, values) -> {
            if (values[candidate] != 0) {
                named.put(signal.key(), (double) values[candidate]);
            }
        });
        return named;
    }
}
