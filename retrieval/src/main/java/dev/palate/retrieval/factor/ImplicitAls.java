package dev.palate.retrieval.factor;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Matrix factorisation of implicit feedback by alternating least squares (`hu2008implicit`), each side solved by a few
/// steps of conjugate gradients from the last solution (`takacs2011cg`), with frequency-scaled regularisation
/// (`rendle2022ials`).
///
/// Loss: Σ_observed (1 − x·y)² + w Σ_all (x·y)² + Σ λ (n + w N)^ν |x|², the last term over both sides, where n is the
/// row's number of observations and N the number of rows of the other side.
///
/// | paper | code |
/// |---|---|
/// | d | `dimension` |
/// | α₀, weight of the unobserved | `unobservedWeight` |
/// | λ, ν | `regularization`, `frequencyExponent` |
public final class ImplicitAls {
    /// @param dimension in [1, 1024]
    /// @param unobservedWeight above 0; 1 for dense data, about 0.01 for sparse
    /// @param regularization λ, above 0; grid it on a log scale around 0.003
    /// @param frequencyExponent ν in [0, 1]
    /// @param iterations of both sides, in [1, 1000]
    /// @param solverSteps conjugate gradient steps per row and iteration, in [1, 100]
    /// @param threads in [1, 256]; any number gives the same result
    public record Options(
            int dimension,
            double unobservedWeight,
            double regularization,
            double frequencyExponent,
            int iterations,
            int solverSteps,
            int threads) {
        /// What `evaluate` and `train` use when nothing else is asked for.
        public static final Options DEFAULT = new Options(64, 1, 0.003, 1, 10, 4, 1);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            requireRange("dimension", dimension, 1, 1024);
            requireRange("iterations", iterations, 1, 1000);
            requireRange("solverSteps", solverSteps, 1, 100);
            requireRange("threads", threads, 1, 256);
            if (!(unobservedWeight > 0) || !(regularization > 0)) {
                throw new IllegalArgumentException("unobservedWeight and regularization must be above 0, were "
                        + unobservedWeight + " and " + regularization);
            }
            if (!(frequencyExponent >= 0 && frequencyExponent <= 1)) {
                throw new IllegalArgumentException("frequencyExponent must be in [0, 1], was " + frequencyExponent);
            }
        }

        /// The same with another number of threads.
        public Options withThreads(int count) {
            return new Options(
                    dimension, unobservedWeight, regularization, frequencyExponent, iterations, solverSteps, count);
        }

        private static void requireRange(String name, int value, int low, int high) {
            if (value < low || value > high) {
                throw new IllegalArgumentException(name + " must be in [" + low + ", " + high + "], was " + value);
            }
        }
    }

    private static final int ROWS_PER_TASK = 64;
    private static final double INITIAL_DEVIATION = 0.1;

    private ImplicitAls() {}

    /// Learns the item factors; the user side is dropped and folded in again when it is needed. The same seed gives the
    /// same factors on machines of the same vector width.
    public static ItemFactors fit(Histories histories, Options options, long seed, Progress progress) {
        int[][] itemsByUser = new int[histories.userCount()][];
        for (int user = 0; user < itemsByUser.length; user++) {
            itemsByUser[user] = histories.of(user).items();
        }
        int[][] usersByItem = histories.usersByItem();
        SplittableRandom random = new SplittableRandom(seed);
        float[] items = initial(random, histories.itemCount(), options.dimension);
        float[] users = initial(random, histories.userCount(), options.dimension);
        for (int iteration = 1; iteration <= options.iterations; iteration++) {
            improve(users, itemsByUser, items, options);
            improve(items, usersByItem, users, options);
            progress.advanced("als", iteration, options.iterations);
        }
        return new ItemFactors(items, options);
    }

    private static float[] initial(SplittableRandom random, int rowCount, int dimension) {
        float[] rows = new float[rowCount * dimension];
        double deviation = INITIAL_DEVIATION / Math.sqrt(dimension);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) (random.nextGaussian() * deviation);
        }
        return rows;
    }

    /// One half-iteration: each row is solved against the fixed other side, independently of the other rows.
    private static void improve(float[] rows, int[][] observed, float[] fixed, Options options) {
        int dimension = options.dimension;
        int fixedCount = fixed.length / dimension;
        float[] gram = new float[dimension * dimension];
        Kernels.gram(fixed, fixedCount, dimension, (float) options.unobservedWeight, gram);
        int tasks = Math.ceilDiv(observed.length, ROWS_PER_TASK);
        ParallelRange.run(options.threads, tasks, task -> {
            float[] scratch = new float[3 * dimension];
            int end = Math.min(observed.length, (task + 1) * ROWS_PER_TASK);
            for (int row = task * ROWS_PER_TASK; row < end; row++) {
                solve(rows, row * dimension, observed[row], fixed, gram, options, options.solverSteps, scratch);
            }
        });
    }

    /// Improves the `dimension` values at `offset` of `rows` by conjugate gradients on
    /// (gram + Σ y yᵀ + λ' I) x = Σ y over the observed rows y of `fixed`; `scratch` has 3 · dimension values.
    /// A row without observations becomes 0.
    static void solve(
            float[] rows,
            int offset,
            int[] observed,
            float[] fixed,
            float[] gram,
            Options options,
            int steps,
            float[] scratch) {
        int d = options.dimension;
        if (observed.length == 0) {
            Arrays.fill(rows, offset, offset + d, 0);
            return;
        }
        float lambda = (float) (options.regularization
                * Math.pow(observed.length + options.unobservedWeight * (fixed.length / d), options.frequencyExponent));
        int residual = 0;
        int direction = d;
        int product = 2 * d;
        Arrays.fill(scratch, 0);
        for (int y : observed) {
            float error = 1 - Kernels.dot(fixed, y * d, rows, offset, d);
            Kernels.axpy(error, fixed, y * d, scratch, residual, d);
        }
        for (int i = 0; i < d; i++) {
            Kernels.axpy(-rows[offset + i], gram, i * d, scratch, residual, d);
        }
        Kernels.axpy(-lambda, rows, offset, scratch, residual, d);
        System.arraycopy(scratch, residual, scratch, direction, d);
        float norm = Kernels.dot(scratch, residual, scratch, residual, d);
        for (int step = 0; step < steps && norm > 1e-10f; step++) {
            Arrays.fill(scratch, product, product + d, 0);
            for (int i = 0; i < d; i++) {
                Kernels.axpy(scratch[direction + i], gram, i * d, scratch, product, d);
            }
            Kernels.axpy(lambda, scratch, direction, scratch, product, d);
            for (int y : observed) {
                float along = Kernels.dot(fixed, y * d, scratch, direction, d);
                Kernels.axpy(along, fixed, y * d, scratch, product, d);
            }
            float length = norm / Kernels.dot(scratch, direction, scratch, product, d);
            Kernels.axpy(length, scratch, direction, rows, offset, d);
            Kernels.axpy(-length, scratch, product, scratch, residual, d);
            float next = Kernels.dot(scratch, residual, scratch, residual, d);
            Kernels.scale(next / norm, scratch, direction, d);
            Kernels.axpy(1, scratch, residual, scratch, direction, d);
            norm = next;
        }
    }
}
