package dev.palate.retrieval.training;

import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.CandidatePool;
import dev.palate.retrieval.ranking.ConditionalLogit;
import dev.palate.retrieval.ranking.ConditionalLogit.Example;
import dev.palate.retrieval.ranking.FusedRanker;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/// Fits the weights of the fused ranking on held-out events: for each user the candidates that serving would
/// rank, with the signals that serving would see, and which of them came next.
///
/// The prior is the fixed weights at the scale that suits the examples best, so that few examples give nearly
/// the fixed weights and many give what they say. Each bucket of history lengths is then fitted with the common
/// weights as its prior. Stateless; deterministic whatever the number of threads.
public final class WeightFit {
    /// @param fit whether weights are fitted at all; else the fixed ones stay
    /// @param protocol what is held out
    /// @param strength of the prior on the common weights, above 0, as in [ConditionalLogit#fit]
    /// @param bucketStrength of the prior that draws a bucket's weights to the common ones, above 0
    /// @param maximumExamples users looked at, in [1, 100000]; of more a sample is drawn by the seed
    /// @param recentWindow seconds before now that count as recently popular, at least 1
    /// @param recentShortWindow the same for the shorter window, at least 1
    public record Options(
            boolean fit,
            HeldOut.Protocol protocol,
            double strength,
            double bucketStrength,
            int maximumExamples,
            long recentWindow,
            long recentShortWindow) {
        /// What training uses when nothing else is asked for.
        public static final Options DEFAULT =
                new Options(true, HeldOut.Protocol.LATEST, 10, 100, 4_000, 60 * 86_400L, 14 * 86_400L);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (!(strength > 0 && bucketStrength > 0)) {
                throw new IllegalArgumentException(
                        "strength and bucketStrength must be above 0, were " + strength + " and " + bucketStrength);
            }
            if (maximumExamples < 1 || maximumExamples > 100_000 || recentWindow < 1 || recentShortWindow < 1) {
                throw new IllegalArgumentException(
                        "maximumExamples must be in [1, 100000] and the windows at least 1, were " + maximumExamples
                                + ", " + recentWindow + " and " + recentShortWindow);
            }
        }

        /// The same with another protocol.
        public Options withProtocol(HeldOut.Protocol other) {
            return new Options(fit, other, strength, bucketStrength, maximumExamples, recentWindow, recentShortWindow);
        }

        /// The same with another long window of recent popularity.
        public Options withRecentWindow(long seconds) {
            return new Options(
                    fit,
                    protocol,
                    strength,
                    bucketStrength,
                    maximumExamples,
                    seconds,
                    Math.min(seconds, recentShortWindow));
        }

        /// The same without fitting.
        public Options without() {
            return new Options(
                    false, protocol, strength, bucketStrength, maximumExamples, recentWindow, recentShortWindow);
        }
    }

    /// Fewer examples than this say nothing: the fixed weights stay.
    static final int FEWEST_EXAMPLES = 20;

    /// A range of history lengths gets weights of its own from so many examples on.
    private static final int FEWEST_IN_BUCKET = 200;

    private static final int[] BUCKET_BOUNDS = {5, 10, 20, 50, 200};
    private static final double SHORTEST_SHARE = 0.05;
    private static final double SCALE_STRENGTH = 1e-3;
    private static final double SMALLEST_SCALE = 0.05;
    private static final int REPORT_EVERY = 200;

    private WeightFit() {}

    /// One user's candidates with what was chosen.
    ///
    /// @param historySize of the known history
    record Case(int historySize, Example example) {}

    /// Fits the weights. O(users · (items · signals + candidates · signals²)).
    ///
    /// @param sources all over the rows of the held-out histories, fitted without what is held out
    /// @param threads in [1, 256]
    public static RankerWeights fit(
            HeldOut heldOut, Map<Signal, Scorer> sources, Options options, long seed, int threads, Progress progress) {
        Map<Signal, Scorer> ordered = new EnumMap<>(sources);
        List<Case> cases = cases(heldOut, ordered, sample(heldOut.users().length, options, seed), threads, progress);
        return cases.size() < FEWEST_EXAMPLES
                ? RankerWeights.FIXED
                : weights(cases, List.copyOf(ordered.keySet()), options);
    }

    static RankerWeights weights(List<Case> cases, List<Signal> signals, Options options) {
        List<Example> examples = cases.stream().map(Case::example).toList();
        double[] common = ConditionalLogit.fit(examples, prior(examples, signals), options.strength);
        int[] sizes = cases.stream().mapToInt(Case::historySize).sorted().toArray();
        int shortest = Math.max(1, sizes[(int) (SHORTEST_SHARE * sizes.length)]);
        List<RankerWeights.Bucket> buckets = new ArrayList<>();
        int low = 0;
        for (int bound : bounds(sizes, shortest)) {
            int from = low;
            List<Example> inside = cases.stream()
                    .filter(one -> one.historySize >= from && one.historySize < bound)
                    .map(Case::example)
                    .toList();
            double[] weights = ConditionalLogit.fit(inside, common, options.bucketStrength);
            buckets.add(new RankerWeights.Bucket(Math.max(from, shortest), scaled(signals, weights)));
            low = bound;
        }
        return new RankerWeights(buckets, cases.size());
    }

    /// The fixed weights of long histories, at the scale at which they explain the examples best.
    private static double[] prior(List<Example> examples, List<Signal> signals) {
        double[] direction =
                signals.stream().mapToDouble(SignalWeights.WARM::of).toArray();
        List<Example> combined = examples.stream()
                .map(example -> new Example(new float[][] {sum(example.features(), direction)}, example.positives()))
                .toList();
        double scale = Math.max(SMALLEST_SCALE, ConditionalLogit.fit(combined, new double[1], SCALE_STRENGTH)[0]);
        return Arrays.stream(direction).map(weight -> weight * scale).toArray();
    }

    private static float[] sum(float[][] features, double[] weights) {
        float[] sum = new float[features[0].length];
        for (int signal = 0; signal < weights.length; signal++) {
            for (int candidate = 0; candidate < sum.length; candidate++) {
                sum[candidate] += (float) (weights[signal] * features[signal][candidate]);
            }
        }
        return sum;
    }

    /// The ends of the buckets: those of the fixed bounds that leave enough examples on either side.
    private static int[] bounds(int[] sizes, int shortest) {
        List<Integer> bounds = new ArrayList<>();
        int start = 0;
        for (int bound : BUCKET_BOUNDS) {
            int end = (int) Arrays.stream(sizes).filter(size -> size < bound).count();
            if (bound > shortest && end - start >= FEWEST_IN_BUCKET && sizes.length - end >= FEWEST_IN_BUCKET) {
                bounds.add(bound);
                start = end;
            }
        }
        bounds.add(Integer.MAX_VALUE);
        return bounds.stream().mapToInt(bound -> bound).toArray();
    }

    /// On the scale of the fixed weights of the same signals: the other signals keep theirs.
    private static Map<Signal, Double> scaled(List<Signal> signals, double[] weights) {
        double fixed = signals.stream()
                .mapToDouble(signal -> Math.abs(SignalWeights.WARM.of(signal)))
                .sum();
        double fitted = Arrays.stream(weights).map(Math::abs).sum();
        double scale = fixed == 0 || fitted == 0 ? 1 : fixed / fitted;
        Map<Signal, Double> scaled = new EnumMap<>(Signal.class);
        for (int i = 0; i < weights.length; i++) {
            scaled.put(signals.get(i), weights[i] * scale);
        }
        return scaled;
    }

    private static int[] sample(int users, Options options, long seed) {
        int[] chosen = IntStream.range(0, users).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        int count = Math.min(users, options.maximumExamples);
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(users - i);
            int kept = chosen[i];
            chosen[i] = chosen[other];
            chosen[other] = kept;
        }
        return IntStream.of(chosen).limit(count).sorted().toArray();
    }

    static List<Case> cases(
            HeldOut heldOut, Map<Signal, Scorer> sources, int[] chosen, int threads, Progress progress) {
        AtomicReferenceArray<Optional<Case>> made = new AtomicReferenceArray<>(chosen.length);
        AtomicInteger done = new AtomicInteger();
        ParallelRange.run(threads, chosen.length, i -> {
            History history = heldOut.known().of(heldOut.users()[chosen[i]]);
            made.set(i, made(history, heldOut.truth()[chosen[i]], sources));
            int count = done.incrementAndGet();
            if (count % REPORT_EVERY == 0 || count == chosen.length) {
                progress.advanced("ranker", count, chosen.length);
            }
        });
        return IntStream.range(0, chosen.length)
                .mapToObj(made::get)
                .flatMap(Optional::stream)
                .toList();
    }

    /// Empty when no source proposed anything of what came next.
    private static Optional<Case> made(History history, int[] truth, Map<Signal, Scorer> sources) {
        List<float[]> scores = new ArrayList<>();
        int itemCount = 0;
        for (Scorer scorer : sources.values()) {
            itemCount = scorer.itemCount();
            float[] values = new float[itemCount];
            scorer.score(history, values);
            scores.add(values);
        }
        BitSet allowed = Ranker.unseen(itemCount, history);
        int[] pool = CandidatePool.of(scores, allowed, CandidatePool.PER_SOURCE, CandidatePool.LIMIT);
        int[] positives = IntStream.of(truth)
                .map(item -> Arrays.binarySearch(pool, item))
                .filter(candidate -> candidate >= 0)
                .toArray();
        if (positives.length == 0) {
            return Optional.empty();
        }
        float[][] features = scores.stream()
                .map(values -> FusedRanker.standardised(CandidatePool.gather(values, pool)))
                .toArray(float[][]::new);
        return Optional.of(new Case(history.size(), new Example(features, positives)));
    }
}
