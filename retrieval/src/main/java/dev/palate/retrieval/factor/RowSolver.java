package dev.palate.retrieval.factor;

import dev.palate.memory.vector.DenseProduct;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ObservedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Solves one row of a factorisation against the fixed other side: (w G + Σ y yᵀ + λ' I) x = Σ y over the
/// observed rows y, where G is the Gram matrix of all fixed rows. Rows are padded to whole vectors; padding
/// stays 0. Immutable; safe for many threads, each with its own [Scratch].
///
/// Where the fixed rows have been turned into the eigenvectors of G, w G is a diagonal: a step of conjugate
/// gradients then costs O(observed · d) instead of O(observed · d + d²), and few observations are solved
/// exactly through a system
/// of their number.
final class RowSolver {
    /// Work space of one thread, grown as needed. Not thread-safe.
    static final class Scratch {
        private final float[] vectors;
        private float[] gathered = new float[0];
        private float[] square = new float[0];
        private float[] side = new float[0];

        Scratch(int stride) {
            vectors = new float[4 * stride];
        }

        private void reserve(int rows, int order, int stride) {
            if (gathered.length < rows * stride) {
                gathered = new float[Math.max(rows * stride, 2 * gathered.length)];
            }
            if (square.length < order * order) {
                square = new float[Math.max(order * order, 2 * square.length)];
            }
            if (side.length < order) {
                side = new float[Math.max(order, 2 * side.length)];
            }
        }
    }

    private static final float CONVERGED = 1e-10f;

    private final float[] fixed;
    private final int fixedCount;
    private final int stride;
    private final ImplicitAls.Options options;
    private final float @Nullable [] gram;
    private final float[] diagonal;

    private RowSolver(
            float[] fixed,
            int fixedCount,
            int stride,
            ImplicitAls.Options options,
            float @Nullable [] gram,
            float[] diagonal) {
        this.fixed = fixed;
        this.fixedCount = fixedCount;
        this.stride = stride;
        this.options = options;
        this.gram = gram;
        this.diagonal = diagonal;
    }

    /// Over fixed rows whose w G is the diagonal.
    static RowSolver diagonal(float[] fixed, int stride, ImplicitAls.Options options, float[] diagonal) {
        return new RowSolver(fixed, fixed.length / stride, stride, options, null, diagonal);
    }

    /// Over fixed rows in any basis.
    ///
    /// @param fixedCount how many fixed rows there are in all; `fixed` may hold fewer, those that are asked for
    /// @param gram w G, stride × stride
    static RowSolver dense(float[] fixed, int fixedCount, int stride, ImplicitAls.Options options, float[] gram) {
        return new RowSolver(fixed, fixedCount, stride, options, gram, new float[stride]);
    }

    /// Improves the row at `offset` of `rows` by `steps` conjugate gradient steps from what stands there. A row
    /// without observations becomes 0.
    void improve(float[] rows, int offset, int[] observed, int steps, Scratch scratch) {
        if (observed.length == 0) {
            Arrays.fill(rows, offset, offset + stride, 0);
            return;
        }
        float lambda = lambda(observed.length);
        float[] work = scratch.vectors;
        int residual = 0;
        int direction = stride;
        int product = 2 * stride;
        applyAll(lambda, rows, offset, work, residual);
        Kernels.scale(-1, work, residual, stride);
        ObservedRows.addProjected(fixed, stride, observed, 1, -1, rows, offset, work, residual);
        System.arraycopy(work, residual, work, direction, stride);
        float norm = Kernels.dot(work, residual, work, residual, stride);
        for (int step = 0; step < steps && norm > CONVERGED; step++) {
            applyAll(lambda, work, direction, work, product);
            ObservedRows.addProjected(fixed, stride, observed, 0, 1, work, direction, work, product);
            float length = norm / Kernels.dot(work, direction, work, product, stride);
            Kernels.axpy(length, work, direction, rows, offset, stride);
            Kernels.axpy(-length, work, product, work, residual, stride);
            float next = Kernels.dot(work, residual, work, residual, stride);
            Kernels.scale(next / norm, work, direction, stride);
            Kernels.axpy(1, work, residual, work, direction, stride);
            norm = next;
        }
    }

    private float lambda(int observedCount) {
        double scale = options.frequencyExponent() == 0
                ? 1
                : Math.pow(observedCount + options.unobservedWeight() * fixedCount, options.frequencyExponent());
        return (float) (options.regularization() * scale);
    }

    /// target = (w G + λ' I) x.
    private void applyAll(float lambda, float[] x, int offset, float[] target, int targetOffset) {
        if (gram == null) {
            for (int i = 0; i < stride; i++) {
                target[targetOffset + i] = (diagonal[i] + lambda) * x[offset + i];
            }
            return;
        }
        for (int i = 0; i < stride; i++) {
            target[targetOffset + i] = lambda * x[offset + i];
        }
        for (int i = 0; i < stride; i++) {
            Kernels.axpy(x[offset + i], gram, i * stride, target, targetOffset, stride);
        }
    }

    /// Solves the row at `offset` of `rows` exactly, by Cholesky. Needs a diagonal w G. With fewer
    /// observations than dimensions the system is theirs: x = D⁻¹Yᵀ (I + Y D⁻¹ Yᵀ)⁻¹ 1, where D = w G + λ' I.
    void solveExactly(float[] rows, int offset, int[] observed, Scratch scratch) {
        if (observed.length == 0) {
            Arrays.fill(rows, offset, offset + stride, 0);
        } else if (observed.length < options.dimension()) {
            solveByObservations(rows, offset, observed, scratch);
        } else {
            solveByDimensions(rows, offset, observed, scratch);
        }
    }

    private void solveByObservations(float[] rows, int offset, int[] observed, Scratch scratch) {
        int n = observed.length;
        scratch.reserve(n, n, stride);
        float[] scaled = scratch.gathered;
        float lambda = lambda(n);
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < stride; i++) {
                scaled[k * stride + i] = fixed[observed[k] * stride + i] / (diagonal[i] + lambda);
            }
        }
        float[] square = scratch.square;
        for (int k = 0; k < n; k++) {
            for (int j = 0; j <= k; j++) {
                square[k * n + j] = Kernels.dot(scaled, k * stride, fixed, observed[j] * stride, stride);
            }
            square[k * n + k] += 1;
            scratch.side[k] = 1;
        }
        solveCholesky(square, n, scratch.side);
        Arrays.fill(rows, offset, offset + stride, 0);
        for (int k = 0; k < n; k++) {
            Kernels.axpy(scratch.side[k], scaled, k * stride, rows, offset, stride);
        }
    }

    private void solveByDimensions(float[] rows, int offset, int[] observed, Scratch scratch) {
        int n = observed.length;
        int d = options.dimension();
        scratch.reserve(n, stride, stride);
        float[] gathered = scratch.gathered;
        float[] square = scratch.square;
        float lambda = lambda(n);
        Arrays.fill(rows, offset, offset + stride, 0);
        for (int k = 0; k < n; k++) {
            System.arraycopy(fixed, observed[k] * stride, gathered, k * stride, stride);
            Kernels.axpy(1, gathered, k * stride, rows, offset, stride);
        }
        DenseProduct.gram(gathered, n, stride, 1, square);
        for (int i = 0; i < d; i++) {
            // Rows move up to order d in place: each one's new place lies before its old one.
            System.arraycopy(square, i * stride, square, i * d, i + 1);
            square[i * d + i] += diagonal[i] + lambda;
            scratch.side[i] = rows[offset + i];
        }
        solveCholesky(square, d, scratch.side);
        System.arraycopy(scratch.side, 0, rows, offset, d);
    }

    /// Solves A x = b in place for a symmetric positive definite A of which the lower triangle is read, and lost.
    static void solveCholesky(float[] a, int n, float[] b) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                a[i * n + j] = (a[i * n + j] - Kernels.dot(a, i * n, a, j * n, j)) / a[j * n + j];
            }
            float pivot = a[i * n + i] - Kernels.dot(a, i * n, a, i * n, i);
            a[i * n + i] = (float) Math.sqrt(Math.max(pivot, Float.MIN_NORMAL));
            b[i] = (b[i] - Kernels.dot(a, i * n, b, 0, i)) / a[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--) {
            b[i] /= a[i * n + i];
            // Back substitution column by column: the transposed factor is only ever read along its rows.
            if (i >= 1) {
                Kernels.axpy(-b[i], a, i * n, b, 0, i);
            }
        }
    }
}
