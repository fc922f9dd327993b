package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.semantic.IdAligner;
import java.util.Collections;
import java.util.List;

/// How text gives way to events. With the mean t of text and aligner and the dynamic memory m, each z-scored over
/// the cold items, and their correlation r, an item with n events is scored by
/// ((1 − c) w + c) · ((1 − c) t + c m) / √((1 − c)² + c² + 2 c (1 − c) r) + l(n), c = most · n / (n + halfWay).
///
/// The root keeps the deviation of what is mixed at 1. Without it the items between both, whose scores are means of
/// two things that agree in part, would lie nearer to 0 than all others and stand on no list. What is added shares the
/// places of one list among items of few events and of many: without it those of many, which are most, take more than
/// any part gives them.
///
/// Immutable.
///
/// @param halfWay above 0
/// @param most in [0, 1]
/// @param words w, above 0: less than 1 keeps items of no event from crowding out those whose events say more
/// @param lifts l at [#KNOTS], in deviations; between them by ln(1 + n), 0 from [#LIFTED] events on
public record LaunchBlend(double halfWay, double most, double words, List<Double> lifts) {
    /// Events at which a lift is chosen.
    static final List<Integer> KNOTS = List.of(0, 1, 5, 17);

    /// Items of so many events are not lifted.
    static final int LIFTED = 60;

    private static final double LEAST_SQUARE = 0.05;

    /// @throws IllegalArgumentException unless there is a lift for each knot
    public LaunchBlend {
        lifts = List.copyOf(lifts);
        if (lifts.size() != KNOTS.size()) {
            throw new IllegalArgumentException("lifts are given at " + KNOTS + " events, were " + lifts);
        }
    }

    /// Without lifts.
    LaunchBlend(double halfWay, double most, double words) {
        this(halfWay, most, words, Collections.nCopies(KNOTS.size(), 0.0));
    }

    /// Another lift at a knot.
    LaunchBlend lifted(int knot, double lift) {
        List<Double> changed = new java.util.ArrayList<>(lifts);
        changed.set(knot, lift);
        return new LaunchBlend(halfWay, most, words, changed);
    }

    double share(int events) {
        return most * IdAligner.confidence(events, halfWay);
    }

    /// What (1 − c) t + c m is multiplied by.
    ///
    /// @param share c
    double scale(double share, double correlation) {
        double rest = 1 - share;
        double square = rest * rest + share * share + 2 * share * rest * correlation;
        return (rest * words + share) / Math.sqrt(Math.max(LEAST_SQUARE, square));
    }

    double lift(int events) {
        if (events >= LIFTED) {
            return 0;
        }
        int knot = KNOTS.size() - 1;
        while (events < KNOTS.get(knot)) {
            knot--;
        }
        boolean last = knot == KNOTS.size() - 1;
        double from = Math.log1p(KNOTS.get(knot));
        double to = Math.log1p(last ? LIFTED : KNOTS.get(knot + 1));
        double next = last ? 0 : lifts.get(knot + 1);
        return lifts.get(knot) + (next - lifts.get(knot)) * (Math.log1p(events) - from) / (to - from);
    }

    /// Scores all items.
    ///
    /// @param words t
    /// @param memory m
    /// @param seen events of each item
    void score(float[] words, float[] memory, int[] seen, float[] target) {
        double correlation = Kernels.dot(words, 0, memory, 0, memory.length) / memory.length;
        // Roots and logarithms once for each number of events, not for each item.
        double[] ofWords = new double[LIFTED];
        double[] ofMemory = new double[LIFTED];
        double[] lift = new double[LIFTED];
        for (int events = 0; events < LIFTED; events++) {
            double share = share(events);
            double scale = scale(share, correlation);
            ofWords[events] = scale * (1 - share);
            ofMemory[events] = scale * share;
            lift[events] = lift(events);
        }
        for (int place = 0; place < target.length; place++) {
            int events = seen[place];
            if (events < LIFTED) {
                target[place] =
                        (float) (ofWords[events] * words[place] + ofMemory[events] * memory[place] + lift[events]);
            } else {
                double share = share(events);
                double mixed = (1 - share) * words[place] + share * memory[place];
                target[place] = (float) (scale(share, correlation) * mixed);
            }
        }
    }
}
