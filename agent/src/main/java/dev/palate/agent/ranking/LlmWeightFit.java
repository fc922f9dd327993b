package dev.palate.agent.ranking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Fits λ on lists of which it is known what was chosen: a conditional logit (D. McFadden, 1974) of the choice among
/// the candidates, `P(i) ∝ exp(s · base_i / σ(base) + w · z_i)`; λ = w / s. Its interval is the percentile bootstrap
/// over lists of w, with s as fitted on all: what is asked is whether the model says anything that the fused score does
/// not. Stateless; O(resamples · lists · candidates).
public final class LlmWeightFit {
    // Keeps numbers finite where the model tells everything apart.
    private static final double RIDGE = 0.05;
    private static final double LEAST_BASE = 0.1;
    private static final int STEPS = 60;
    private static final double ENOUGH = 1e-9;

    /// A list whose choice is known.
    ///
    /// @param base fused scores over their spread
    /// @param z the model's standardised scores
    /// @param chosen which were chosen; lists without any, or without anything else, tell nothing
    public record Example(double[] base, double[] z, boolean[] chosen) {
        /// @throws IllegalArgumentException for lengths that differ
        public Example {
            if (base.length != z.length || base.length != chosen.length) {
                throw new IllegalArgumentException("base, z and chosen must be equally long, were " + base.length + ", "
                        + z.length + ", " + chosen.length);
            }
        }

        boolean tells() {
            int count = 0;
            for (boolean one : chosen) {
                count += one ? 1 : 0;
            }
            return count > 0 && count < chosen.length;
        }
    }

    /// What was fitted.
    ///
    /// @param lambda w / s
    /// @param low end of the 95 % interval
    /// @param high end of the 95 % interval
    /// @param lists that tell something
    public record Fit(double lambda, double low, double high, int lists) {
        /// λ as it is used: 0 while the interval includes 0 or lies below it.
        public double inForce() {
            return low > 0 ? lambda : 0;
        }
    }

    private LlmWeightFit() {}

    /// @param resamples of the lists, at least 100
    /// @param seed of the resamples
    public static Fit fit(List<Example> examples, int resamples, long seed) {
        List<Example> telling = examples.stream().filter(Example::tells).toList();
        if (telling.size() < 2) {
            return new Fit(0, 0, 0, telling.size());
        }
        double[] all = climb(telling, Double.NaN);
        double base = Math.max(LEAST_BASE, all[0]);
        double[] drawn = new double[resamples];
        var random = new SplittableRandom(seed);
        for (int i = 0; i < resamples; i++) {
            List<Example> sample = new ArrayList<>(telling.size());
            for (int j = 0; j < telling.size(); j++) {
                sample.add(telling.get(random.nextInt(telling.size())));
            }
            drawn[i] = climb(sample, base)[1] / base;
        }
        Arrays.sort(drawn);
        return new Fit(
                climb(telling, base)[1] / base,
                drawn[(int) (0.025 * (resamples - 1))],
                drawn[(int) Math.ceil(0.975 * (resamples - 1))],
                telling.size());
    }

    /// Newton's method on the penalised log-likelihood, which is concave.
    ///
    /// @param base holds s there; NaN fits it too
    private static double[] climb(List<Example> examples, double base) {
        boolean free = Double.isNaN(base);
        double[] at = {free ? 1 : base, 0};
        for (int step = 0; step < STEPS; step++) {
            var slope = new Slope(at);
            for (Example example : examples) {
                slope.add(example);
            }
            double[] move = slope.move(free);
            at[0] += move[0];
            at[1] += move[1];
            if (Math.abs(move[0]) + Math.abs(move[1]) < ENOUGH) {
                break;
            }
        }
        return at;
    }

    /// Gradient and curvature at a point.
    private static final class Slope {
        private static final double LONGEST_MOVE = 2;

        private final double[] at;
        private final double[] gradient;
        private double xx = RIDGE;
        private double xz;
        private double zz = RIDGE;

        Slope(double[] at) {
            this.at = at.clone();
            this.gradient = new double[] {-RIDGE * (at[0] - 1), -RIDGE * at[1]};
        }

        /// Each chosen one against all that were not.
        void add(Example example) {
            for (int chosen = 0; chosen < example.chosen().length; chosen++) {
                if (example.chosen()[chosen]) {
                    add(example, chosen);
                }
            }
        }

        private void add(Example example, int chosen) {
            int count = example.base().length;
            double[] utility = new double[count];
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                utility[i] = i != chosen && example.chosen()[i]
                        ? Double.NEGATIVE_INFINITY
                        : at[0] * example.base()[i] + at[1] * example.z()[i];
                most = Math.max(most, utility[i]);
            }
            double sum = 0;
            double x = 0;
            double z = 0;
            for (int i = 0; i < count; i++) {
                utility[i] = Math.exp(utility[i] - most);
                sum += utility[i];
                x += utility[i] * example.base()[i];
                z += utility[i] * example.z()[i];
            }
            x /= sum;
            z /= sum;
            gradient[0] += example.base()[chosen] - x;
            gradient[1] += example.z()[chosen] - z;
            for (int i = 0; i < count; i++) {
                double share = utility[i] / sum;
                double dx = example.base()[i] - x;
                double dz = example.z()[i] - z;
                xx += share * dx * dx;
                xz += share * dx * dz;
                zz += share * dz * dz;
            }
        }

        double[] move(boolean both) {
            if (!both) {
                return new double[] {0, bounded(gradient[1] / zz)};
            }
            double determinant = xx * zz - xz * xz;
            return new double[] {
                bounded((zz * gradient[0] - xz * gradient[1]) / determinant),
                bounded((xx * gradient[1] - xz * gradient[0]) / determinant)
            };
        }

        private static double bounded(double move) {
            return Math.clamp(move, -LONGEST_MOVE, LONGEST_MOVE);
        }
    }
}
