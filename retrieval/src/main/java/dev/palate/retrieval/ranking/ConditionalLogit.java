package dev.palate.retrieval.ranking;

import java.util.List;

/// Fits the weights of a linear score by the likelihood of what was chosen among the candidates of each list: a
/// conditional logit (`mcfadden1974logit`), whose loss is the softmax cross-entropy of ListNet
/// (`cao2007listnet`) when several candidates are positive and share the mass.
///
/// Loss: Σ over lists of −Σᵢ qᵢ ln pᵢ + τ/2 Σ (w − w₀)², with p = softmax(X w) over the list and q =
/// 1/positives on each positive. It is convex; Newton steps with halving reach its one minimum. Sums run in a
/// fixed order: deterministic.
///
/// | paper | code |
/// |---|---|
/// | X, one row per alternative | `Example.features`, one row per signal |
/// | β | the answer |
/// | w₀, τ: mean and strength of the normal prior | `prior`, `strength` |
///
/// O(steps · Σ candidates · signals²). Stateless.
public final class ConditionalLogit {
    private static final int MAX_STEPS = 30;
    private static final double TOLERANCE = 1e-9;

    private ConditionalLogit() {}

    /// One list with what was chosen from it.
    ///
    /// @param features one row per signal, each with one value per candidate; shared, not copied
    /// @param positives candidates that were chosen, at least one
    public record Example(float[][] features, int[] positives) {
        /// @throws IllegalArgumentException when nothing was chosen
        public Example {
            if (positives.length == 0) {
                throw new IllegalArgumentException("an example needs at least one positive candidate, had none");
            }
        }

        int candidates() {
            return features.length == 0 ? 0 : features[0].length;
        }
    }

    /// The weights, one per signal.
    ///
    /// @param prior where the weights are without examples, one per signal
    /// @param strength τ, above 0: how many nats of likelihood one unit of distance from the prior costs, twice
    public static double[] fit(List<Example> examples, double[] prior, double strength) {
        if (!(strength > 0) || !Double.isFinite(strength)) {
            throw new IllegalArgumentException("strength must be above 0 and finite, was " + strength);
        }
        int signals = prior.length;
        double[] weights = prior.clone();
        double loss = loss(examples, weights, prior, strength);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] gradient = new double[signals];
            double[][] hessian = new double[signals][signals];
            for (int i = 0; i < signals; i++) {
                gradient[i] = strength * (weights[i] - prior[i]);
                hessian[i][i] = strength;
            }
            for (Example example : examples) {
                addDerivatives(example, weights, gradient, hessian);
            }
            double[] direction = solve(hessian, gradient);
            double length = 1;
            double[] next = moved(weights, direction, length);
            double nextLoss = loss(examples, next, prior, strength);
            while (!(nextLoss <= loss) && length > 1e-6) {
                length /= 2;
                next = moved(weights, direction, length);
                nextLoss = loss(examples, next, prior, strength);
            }
            if (!(nextLoss < loss - TOLERANCE * Math.max(1, Math.abs(loss)))) {
                break;
            }
            weights = next;
            loss = nextLoss;
        }
        return weights;
    }

    /// The mean of −Σᵢ qᵢ ln pᵢ over the examples, without the prior.
    public static double meanLoss(List<Example> examples, double[] weights) {
        return examples.isEmpty() ? 0 : loss(examples, weights, weights, 0) / examples.size();
    }

    private static double loss(List<Example> examples, double[] weights, double[] prior, double strength) {
        double loss = 0;
        for (int i = 0; i < weights.length; i++) {
            loss += strength / 2 * (weights[i] - prior[i]) * (weights[i] - prior[i]);
        }
        for (Example example : examples) {
            double[] scores = scores(example, weights);
            double highest = highest(scores);
            double sum = 0;
            for (double score : scores) {
                sum += Math.exp(score - highest);
            }
            double chosen = 0;
            for (int positive : example.positives) {
                chosen += scores[positive] - highest;
            }
            loss += Math.log(sum) - chosen / example.positives.length;
        }
        return loss;
    }

    private static void addDerivatives(Example example, double[] weights, double[] gradient, double[][] hessian) {
        int signals = weights.length;
        double[] p = scores(example, weights);
        double highest = highest(p);
        double sum = 0;
        for (int candidate = 0; candidate < p.length; candidate++) {
            p[candidate] = Math.exp(p[candidate] - highest);
            sum += p[candidate];
        }
        double[] mean = new double[signals];
        double[] weighted = new double[p.length];
        for (int i = 0; i < signals; i++) {
            float[] row = example.features[i];
            for (int candidate = 0; candidate < p.length; candidate++) {
                weighted[candidate] = p[candidate] / sum * row[candidate];
                mean[i] += weighted[candidate];
            }
            for (int j = 0; j <= i; j++) {
                float[] other = example.features[j];
                double product = 0;
                for (int candidate = 0; candidate < p.length; candidate++) {
                    product += weighted[candidate] * other[candidate];
                }
                double covariance = product - mean[i] * mean[j];
                hessian[i][j] += covariance;
                hessian[j][i] += i == j ? 0 : covariance;
            }
            double chosen = 0;
            for (int positive : example.positives) {
                chosen += row[positive];
            }
            gradient[i] += mean[i] - chosen / example.positives.length;
        }
    }

    private static double[] scores(Example example, double[] weights) {
        double[] scores = new double[example.candidates()];
        for (int i = 0; i < weights.length; i++) {
            float[] row = example.features[i];
            for (int candidate = 0; candidate < scores.length; candidate++) {
                scores[candidate] += weights[i] * row[candidate];
            }
        }
        return scores;
    }

    private static double highest(double[] values) {
        double highest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            highest = Math.max(highest, value);
        }
        return highest;
    }

    private static double[] moved(double[] weights, double[] direction, double length) {
        double[] moved = new double[weights.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = weights[i] - length * direction[i];
        }
        return moved;
    }

    /// Solves the symmetric positive definite system by Cholesky; the matrix is overwritten.
    private static double[] solve(double[][] matrix, double[] right) {
        int n = right.length;
        for (int j = 0; j < n; j++) {
            for (int i = j; i < n; i++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= matrix[i][k] * matrix[j][k];
                }
                matrix[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j][j];
            }
        }
        double[] x = right.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= matrix[i][k] * x[k];
            }
            x[i] /= matrix[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                x[i] -= matrix[k][i] * x[k];
            }
            x[i] /= matrix[i][i];
        }
        return x;
    }
}
