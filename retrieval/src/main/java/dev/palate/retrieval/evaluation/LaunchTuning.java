package dev.palate.retrieval.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Chooses how text gives way to events on replays of inner cold splits: the blend whose worst buckets are least below
/// the best of its parts, in standard errors, the splits taken together. First of a grid without lifts, then lifts:
/// those
/// of neighbouring knots are moved together, in ever smaller steps, as long as that gains. Buckets share the places of
/// one list, so what one loses others win, and a single knot alone seldom gains. Deterministic.
final class LaunchTuning {
    private static final List<Double> STEPS = List.of(0.2, 0.1, 0.05, 0.02);
    private static final double MOST_LIFT = 1;
    private static final int MOST_ROUNDS = 10;
    private static final double SHARP = 2;

    /// How a blend fares.
    ///
    /// @param differences of each bucket to the best part, in standard errors of that part's rate over all events,
    ///     also of those that were not kept
    record Standing(double[] differences) {
        /// A soft minimum: −ln Σ exp(−2 d) / 2. Unlike the minimum itself it tells between two blends whose
        /// worst buckets are equal, and sees a gain of the second worst.
        double value() {
            return -Math.log(Arrays.stream(differences)
                            .map(one -> Math.exp(-SHARP * one))
                            .sum())
                    / SHARP;
        }
    }

    private final List<LaunchSample> samples;
    private final Map<LaunchBlend, Standing> known = new HashMap<>();
    private final int[] events = new int[LaunchSimulation.BUCKETS.length];
    private final double[] best = new double[LaunchSimulation.BUCKETS.length];

    private LaunchTuning(List<LaunchSample> samples) {
        this.samples = samples;
        for (int bucket = 0; bucket < best.length; bucket++) {
            for (LaunchSample sample : samples) {
                events[bucket] += sample.events()[bucket];
            }
            for (int part = 0; part < LaunchSimulation.PARTS; part++) {
                int at = part;
                best[bucket] = Math.max(best[bucket], rate(bucket, sample -> sample.partHits()[at]));
            }
        }
    }

    /// @param log told what was chosen and how it stands, a line each
    static LaunchBlend choose(List<LaunchSample> samples, List<LaunchBlend> grid, Consumer<String> log) {
        return new LaunchTuning(samples).choose(grid, log);
    }

    private LaunchBlend choose(List<LaunchBlend> grid, Consumer<String> log) {
        LaunchBlend start = grid.getFirst();
        for (LaunchBlend blend : grid) {
            start = better(blend, start) ? blend : start;
        }
        tell(start, "best without lifts", log);
        LaunchBlend chosen = start;
        for (double step : STEPS) {
            boolean gained = true;
            for (int round = 0; gained && round < MOST_ROUNDS; round++) {
                LaunchBlend moved = moved(chosen, step);
                gained = !moved.equals(chosen);
                chosen = moved;
            }
        }
        tell(chosen, "with lifts", log);
        return chosen;
    }

    private boolean better(LaunchBlend one, LaunchBlend other) {
        return standing(one).value() > standing(other).value() + 1e-9;
    }

    /// The blend after one round over all runs of neighbouring knots, up and down.
    private LaunchBlend moved(LaunchBlend from, double step) {
        LaunchBlend best = from;
        int knots = LaunchBlend.KNOTS.size();
        for (int first = 0; first < knots; first++) {
            for (int last = first; last < knots; last++) {
                for (double move : new double[] {step, -step}) {
                    LaunchBlend tried = best;
                    boolean within = true;
                    for (int knot = first; knot <= last; knot++) {
                        double lift = Math.round((best.lifts().get(knot) + move) * 100) / 100.0;
                        within &= Math.abs(lift) <= MOST_LIFT;
                        tried = tried.lifted(knot, lift);
                    }
                    best = within && better(tried, best) ? tried : best;
                }
            }
        }
        return best;
    }

    private Standing standing(LaunchBlend blend) {
        return known.computeIfAbsent(blend, this::measured);
    }

    private Standing measured(LaunchBlend blend) {
        Map<LaunchSample, int[]> hits = new HashMap<>();
        samples.forEach(sample -> hits.put(sample, sample.hits(blend)));
        double[] differences = new double[best.length];
        for (int bucket = 0; bucket < best.length; bucket++) {
            double rate = rate(bucket, sample -> hits.getOrDefault(sample, new int[best.length]));
            differences[bucket] = events[bucket] == 0 ? 0 : (rate - best[bucket]) / error(bucket);
        }
        return new Standing(differences);
    }

    /// Of the best part's rate over all events, taken to be half a hit at least, so that a bucket without any hit is no
    /// more than far below.
    private double error(int bucket) {
        double rate = Math.clamp(best[bucket], 0.5 / events[bucket], 1 - 0.5 / events[bucket]);
        return Math.sqrt(rate * (1 - rate) / events[bucket]);
    }

    private interface HitsOf {
        int[] of(LaunchSample sample);
    }

    /// Of all splits together, each split's kept arrivals standing for all of its own.
    private double rate(int bucket, HitsOf hits) {
        double found = 0;
        for (LaunchSample sample : samples) {
            if (sample.kept()[bucket] > 0) {
                found += hits.of(sample)[bucket] * (double) sample.events()[bucket] / sample.kept()[bucket];
            }
        }
        return found / Math.max(1, events[bucket]);
    }

    private void tell(LaunchBlend blend, String what, Consumer<String> log) {
        Standing standing = standing(blend);
        StringBuilder line = new StringBuilder("inner launch: " + what + "\t" + blend + "\tin standard errors");
        for (double difference : standing.differences) {
            line.append(String.format(Locale.ROOT, "\t%+.2f", difference));
        }
        log.accept(line.toString());
    }
}
