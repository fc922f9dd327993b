package dev.palate.retrieval.semantic;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.ImplicitAls;
import java.util.Arrays;

/// The collaborative vector of an item of few events: what its text makes likely, moved by who had it. With no event it
/// is the text's vector, with many it is what training would give it, so the mixture follows the number of events by
/// itself.
///
/// y = y₀ + (w G + Σ x xᵀ + λ I)⁻¹ Σ x (1 − x·y₀), the sums over the users x who had the item: the least-squares step
/// of iALS (`hu2008implicit`) around a prior instead of around zero.
///
/// | symbol | code |
/// |---|---|
/// | y₀ | the vector from [IdAligner#toId] |
/// | G = Σ x xᵀ over all users | `gram` |
/// | w = w₀ `Options.hold`, w₀ the model's weight of the unobserved | `held` |
/// | λ = λ₀ (n + w₀ N)^ν + r | the model's own, and `Options.regularization` |
///
/// Immutable and thread-safe; O(users · dimension² + dimension³) an item.
public final class PriorFoldIn {
    /// @param hold above 0, at most 1,000; more trusts the text longer
    /// @param regularization r, at least 0, at most 1e6
    public record Options(double hold, double regularization) {
        /// What the inner launches of the data sets chose.
        public static final Options DEFAULT = new Options(2, 0.3);

        public Options {
            Require.range("hold", hold, 1e-6, 1_000);
            Require.range("regularization", regularization, 0, 1e6);
        }
    }

    private final float[] gram;
    private final int users;
    private final ImplicitAls.Options model;
    private final Options options;

    /// @param gram Σ x xᵀ over all users, row-major, not weighted; shared, not copied
    /// @param users how many there are
    /// @param model what the vectors were learnt with
    public PriorFoldIn(float[] gram, int users, ImplicitAls.Options model, Options options) {
        int square = model.dimension() * model.dimension();
        Require.range("length of the Gram matrix", gram.length, square, square);
        Require.range("users", users, 0, Integer.MAX_VALUE);
        this.gram = gram;
        this.users = users;
        this.model = model;
        this.options = options;
    }

    /// The item's vector.
    ///
    /// @param prior y₀; for an item without text zeros, and then the vector rests on its users alone
    /// @param vectors of the users who had it, row-major
    public float[] of(float[] prior, float[] vectors) {
        int d = model.dimension();
        Require.range("length of the prior", prior.length, d, d);
        int count = vectors.length / d;
        if (count == 0) {
            return prior.clone();
        }
        double held = model.unobservedWeight() * options.hold;
        double lambda = options.regularization
                + model.regularization()
                        * Math.pow(count + model.unobservedWeight() * users, model.frequencyExponent());
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        double[][] matrix = Ridge.gram(vectors, d, ones);
        float[] right = new float[d];
        for (int user = 0; user < count; user++) {
            float missed = 1 - Kernels.dot(vectors, user * d, prior, 0, d);
            Kernels.axpy(missed, vectors, user * d, right, 0, d);
        }
        for (int p = 0; p < d; p++) {
            for (int q = 0; q <= p; q++) {
                matrix[p][q] += held * gram[p * d + q];
            }
            matrix[p][p] += lambda;
        }
        Ridge.factorise(matrix);
        float[] item = Ridge.solve(matrix, right, 1);
        Kernels.axpy(1, prior, 0, item, 0, d);
        return item;
    }
}
