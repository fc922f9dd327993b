package dev.palate.memory.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Eigenvectors of a symmetric positive semi-definite matrix by one-sided Jacobi rotations
/// (`hestenes1958jacobi`): pairs
/// of rows are rotated until all are orthogonal; then each row is its eigenvalue times its eigenvector.
/// Immutable.
///
/// @param vectors row-major, one unit eigenvector a row, orthonormal to about 1e-12
/// @param values one per row, at least 0
public record SymmetricEigen(double[] vectors, double[] values) {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final VectorShuffle<Double> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Double> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Double> ROTATE_1 = rotation(1);
    private static final int MAXIMUM_SWEEPS = 60;
    private static final double ORTHOGONAL = 1e-13;

    /// Added to the diagonal, in units of the trace, so that no row vanishes; it moves no eigenvector.
    private static final double SHIFT = 1e-9;

    /// Decomposes the matrix. O(n³) for each of about eight sweeps, in double precision; deterministic for a lane
    /// count.
    ///
    /// @param matrix row-major n × n, symmetric positive semi-definite; read, not written
    /// @throws IllegalArgumentException when the length is not n²
    /// @throws ArithmeticException when the values are not finite or rotations do not converge
    public static SymmetricEigen of(double[] matrix, int n) {
        if (n < 1 || matrix.length != n * n) {
            throw new IllegalArgumentException("needs n at least 1 and n² values, were " + n + " and " + matrix.length);
        }
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += matrix[i * n + i];
        }
        if (!Double.isFinite(trace)) {
            throw new ArithmeticException("the trace of the matrix is " + trace + ": its values must be finite");
        }
        double shift = trace > 0 ? SHIFT * trace : 1;
        double[] rows = matrix.clone();
        double[] squares = new double[n];
        for (int i = 0; i < n; i++) {
            rows[i * n + i] += shift;
        }
        int sweep = 0;
        do {
            if (sweep++ == MAXIMUM_SWEEPS) {
                throw new ArithmeticException("eigenvectors of order " + n + " not found in " + MAXIMUM_SWEEPS
                        + " sweeps: the matrix is not positive semi-definite");
            }
            for (int i = 0; i < n; i++) {
                squares[i] = dot(rows, i * n, i * n, n);
            }
        } while (rotateAll(rows, squares, n));
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            double length = Math.sqrt(squares[i]);
            values[i] = Math.max(0, length - shift);
            for (int j = i * n; j < (i + 1) * n; j++) {
                rows[j] /= length;
            }
        }
        return new SymmetricEigen(rows, values);
    }

    /// One sweep over all pairs; false when none had to be rotated.
    private static boolean rotateAll(double[] rows, double[] squares, int n) {
        boolean rotated = false;
        for (int p = 0; p < n; p++) {
            for (int q = p + 1; q < n; q++) {
                double product = dot(rows, p * n, q * n, n);
                if (Math.abs(product) <= ORTHOGONAL * Math.sqrt(squares[p] * squares[q])) {
                    continue;
                }
                rotated = true;
                double tau = (squares[q] - squares[p]) / (2 * product);
                double tangent = Math.copySign(1 / (Math.abs(tau) + Math.sqrt(1 + tau * tau)), tau);
                double cosine = 1 / Math.sqrt(1 + tangent * tangent);
                rotate(rows, p * n, q * n, n, cosine, cosine * tangent);
                squares[p] -= tangent * product;
                squares[q] += tangent * product;
            }
        }
        return rotated;
    }

    private static double dot(double[] rows, int a, int b, int n) {
        DoubleVector sum0 = DoubleVector.zero(SPECIES);
        DoubleVector sum1 = sum0;
        int i = 0;
        for (; i + 2 * LANES <= n; i += 2 * LANES) {
            sum0 = DoubleVector.fromArray(SPECIES, rows, a + i).fma(DoubleVector.fromArray(SPECIES, rows, b + i), sum0);
            sum1 = DoubleVector.fromArray(SPECIES, rows, a + i + LANES)
                    .fma(DoubleVector.fromArray(SPECIES, rows, b + i + LANES), sum1);
        }
        double sum = sum(sum0.add(sum1));
        for (; i < n; i++) {
            sum = Math.fma(rows[a + i], rows[b + i], sum);
        }
        return sum;
    }

    /// The lanes in a fixed order: the JDK's own reduction leaves it open.
    private static double sum(DoubleVector values) {
        DoubleVector v = values;
        if (LANES >= 8) {
            v = v.add(v.rearrange(ROTATE_4));
        }
        if (LANES >= 4) {
            v = v.add(v.rearrange(ROTATE_2));
        }
        return LANES >= 2 ? v.add(v.rearrange(ROTATE_1)).lane(0) : v.lane(0);
    }

    private static VectorShuffle<Double> rotation(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % LANES);
    }

    /// Row a becomes cosine · a − sine · b, row b becomes sine · a + cosine · b.
    private static void rotate(double[] rows, int a, int b, int n, double cosine, double sine) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            DoubleVector x = DoubleVector.fromArray(SPECIES, rows, a + i);
            DoubleVector y = DoubleVector.fromArray(SPECIES, rows, b + i);
            x.mul(cosine).sub(y.mul(sine)).intoArray(rows, a + i);
            x.mul(sine).add(y.mul(cosine)).intoArray(rows, b + i);
        }
        for (; i < n; i++) {
            double x = rows[a + i];
            double y = rows[b + i];
            rows[a + i] = cosine * x - sine * y;
            rows[b + i] = sine * x + cosine * y;
        }
    }
}
