package dev.palate.retrieval.factor;

import dev.palate.memory.vector.DenseProduct;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.memory.vector.SymmetricEigen;
import dev.palate.retrieval.Progress;
import java.util.SplittableRandom;

/// Matrix factorisation of implicit feedback by alternating least squares (`hu2008implicit`), each side solved
/// by a few steps of conjugate gradients from the last solution (`takacs2011cg`) or exactly by Cholesky, with
/// frequency-scaled regularisation (`rendle2022ials`).
///
/// Before a side is solved, both sides are turned into the eigenvectors of the fixed side's Gram matrix. That
/// changes no
/// inner product, and makes the part of the normal equations that all rows share a diagonal ([RowSolver]).
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
    /// @param solverSteps conjugate gradient steps per row and iteration, in [0, 100]; 0 solves each row exactly
    /// @param threads in [1, 256]; any number gives the same result
    public record Options(
            int dimension,
            double unobservedWeight,
            double regularization,
            double frequencyExponent,
            int iterations,
            int solverSteps,
            int threads)
            implements ModelOptions {
        /// Those of `cf` in `train`, of dense data; `evaluate` takes [#suiting] when nothing is said of the weights.
        public static final Options DEFAULT = new Options(64, 1, 0.003, 1, 10, 4, 1);

        /// Below this share of known pairs of users and items data is sparse (docs/decisions/0005).
        public static final double SPARSE_BELOW = 0.004;

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            requireRange("dimension", dimension, 1, 1024);
            requireRange("iterations", iterations, 1, 1000);
            requireRange("solverSteps", solverSteps, 0, 100);
            requireRange("threads", threads, 1, 256);
            if (!(unobservedWeight > 0) || !(regularization > 0)) {
                throw new IllegalArgumentException("unobservedWeight and regularization must be above 0, were "
                        + unobservedWeight + " and " + regularization);
            }
            if (!(frequencyExponent >= 0 && frequencyExponent <= 1)) {
                throw new IllegalArgumentException("frequencyExponent must be in [0, 1], was " + frequencyExponent);
            }
        }

        /// The same with the weights that suit data so dense: those of [#DEFAULT], or .01 and .01 for sparse data.
        public Options suiting(Histories histories) {
            double pairs = (double) histories.userCount() * histories.itemCount();
            boolean sparse = pairs > 0 && histories.eventCount() / pairs < SPARSE_BELOW;
            return new Options(
                    dimension,
                    sparse ? 0.01 : DEFAULT.unobservedWeight,
                    sparse ? 0.01 : DEFAULT.regularization,
                    frequencyExponent,
                    iterations,
                    solverSteps,
                    threads);
        }

        /// The same with another number of threads.
        public Options withThreads(int count) {
            return new Options(
                    dimension, unobservedWeight, regularization, frequencyExponent, iterations, solverSteps, count);
        }

        /// The same with another number of iterations.
        public Options withIterations(int count) {
            return new Options(
                    dimension, unobservedWeight, regularization, frequencyExponent, count, solverSteps, threads);
        }

        private static void requireRange(String name, int value, int low, int high) {
            if (value < low || value > high) {
                throw new IllegalArgumentException(name + " must be in [" + low + ", " + high + "], was " + value);
            }
        }
    }

    private static final int ROWS_PER_TASK = 64;
    private static final int ROWS_PER_TURN = 256;
    private static final double INITIAL_DEVIATION = 0.1;

    private ImplicitAls() {}

    /// Learns the item factors; the user side is dropped, but for what is needed to fold items in, and users
    /// are folded in again when they are needed. The same seed gives the same factors on machines of the same
    /// vector width.
    public static ItemFactors fit(Histories histories, Options options, long seed, Progress progress) {
        int[][] itemsByUser = new int[histories.userCount()][];
        for (int user = 0; user < itemsByUser.length; user++) {
            itemsByUser[user] = histories.of(user).items();
        }
        int[][] usersByItem = histories.usersByItem();
        int stride = DenseProduct.stride(options.dimension);
        SplittableRandom random = new SplittableRandom(seed);
        float[] items = initial(random, histories.itemCount(), options.dimension, stride);
        float[] users = initial(random, histories.userCount(), options.dimension, stride);
        for (int iteration = 1; iteration <= options.iterations; iteration++) {
            improve(users, itemsByUser, items, stride, options);
            improve(items, usersByItem, users, stride, options);
            progress.advanced("als", iteration, options.iterations);
        }
        float[] userGram = new float[stride * stride];
        DenseProduct.gram(users, histories.userCount(), stride, options.threads, userGram);
        return new ItemFactors(
                unpadded(items, histories.itemCount(), options.dimension, stride),
                options,
                new ItemFactors.UserSide(
                        unpadded(userGram, options.dimension, options.dimension, stride), histories.userCount()));
    }

    private static float[] initial(SplittableRandom random, int rowCount, int dimension, int stride) {
        float[] rows = new float[Math.multiplyExact(rowCount, stride)];
        double deviation = INITIAL_DEVIATION / Math.sqrt(dimension);
        for (int row = 0; row < rowCount; row++) {
            for (int i = 0; i < dimension; i++) {
                rows[row * stride + i] = (float) (random.nextGaussian() * deviation);
            }
        }
        return rows;
    }

    private static float[] unpadded(float[] rows, int rowCount, int dimension, int stride) {
        if (stride == dimension) {
            return rows;
        }
        float[] narrow = new float[rowCount * dimension];
        for (int row = 0; row < rowCount; row++) {
            System.arraycopy(rows, row * stride, narrow, row * dimension, dimension);
        }
        return narrow;
    }

    /// One half-iteration: each row is solved against the fixed other side, independently of the other rows.
    private static void improve(float[] rows, int[][] observed, float[] fixed, int stride, Options options) {
        float[] diagonal = turn(rows, fixed, stride, options);
        RowSolver solver = RowSolver.diagonal(fixed, stride, options, diagonal);
        int tasks = Math.ceilDiv(observed.length, ROWS_PER_TASK);
        ParallelRange.run(options.threads, tasks, task -> {
            RowSolver.Scratch scratch = new RowSolver.Scratch(stride);
            int end = Math.min(observed.length, (task + 1) * ROWS_PER_TASK);
            for (int row = task * ROWS_PER_TASK; row < end; row++) {
                if (options.solverSteps == 0) {
                    solver.solveExactly(rows, row * stride, observed[row], scratch);
                } else {
                    solver.improve(rows, row * stride, observed[row], options.solverSteps, scratch);
                }
            }
        });
    }

    /// Turns both sides into the eigenvectors of the fixed side's Gram matrix and returns the unobserved
    /// weight times its eigenvalues.
    private static float[] turn(float[] rows, float[] fixed, int stride, Options options) {
        int d = options.dimension;
        float[] gram = new float[stride * stride];
        DenseProduct.gram(fixed, fixed.length / stride, stride, options.threads, gram);
        double[] matrix = new double[d * d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                matrix[i * d + j] = gram[i * stride + j];
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(matrix, d);
        float[] turned = new float[stride * stride];
        float[] diagonal = new float[stride];
        for (int k = 0; k < d; k++) {
            diagonal[k] = (float) (options.unobservedWeight * eigen.values()[k]);
            for (int i = 0; i < d; i++) {
                turned[i * stride + k] = (float) eigen.vectors()[k * d + i];
            }
        }
        turnRows(fixed, stride, turned, options.threads);
        turnRows(rows, stride, turned, options.threads);
        return diagonal;
    }

    private static void turnRows(float[] rows, int stride, float[] turned, int threads) {
        int count = rows.length / stride;
        ParallelRange.run(threads, Math.ceilDiv(count, ROWS_PER_TURN), part -> {
            int first = part * ROWS_PER_TURN;
            DenseProduct.multiplyInPlace(rows, first, Math.min(ROWS_PER_TURN, count - first), stride, turned);
        });
    }
}
