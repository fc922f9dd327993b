package dev.palate.memory.vector;

/// The kernels written with plain loops, summing in the order that a vector of `lanes` floats imposes: the reference
/// that [Kernels] must equal bit for bit.
final class ScalarKernels {
    private ScalarKernels() {}

    static float dot(float[] a, int aOffset, float[] b, int bOffset, int length, int lanes) {
        float[][] sums = new float[2][lanes];
        int pairs = length / (2 * lanes) * 2 * lanes;
        int whole = length / lanes * lanes;
        for (int i = 0; i < whole; i++) {
            int half = i < pairs ? i / lanes % 2 : 0;
            sums[half][i % lanes] = Math.fma(a[aOffset + i], b[bOffset + i], sums[half][i % lanes]);
        }
        float[] total = new float[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            total[lane] = sums[0][lane] + sums[1][lane];
        }
        for (int distance = lanes / 2; distance >= 1; distance /= 2) {
            float[] rotated = new float[lanes];
            for (int lane = 0; lane < lanes; lane++) {
                rotated[lane] = total[lane] + total[(lane + distance) % lanes];
            }
            total = rotated;
        }
        float sum = total[0];
        for (int i = whole; i < length; i++) {
            sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
        }
        return sum;
    }

    static void axpy(float factor, float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i++) {
            y[yOffset + i] = Math.fma(factor, x[xOffset + i], y[yOffset + i]);
        }
    }

    static float[] gram(float[] rows, int rowCount, int dimension, float scale) {
        float[] target = new float[dimension * dimension];
        for (int i = 0; i < dimension; i++) {
            for (int j = 0; j < dimension; j++) {
                float sum = 0;
                for (int row = 0; row < rowCount; row++) {
                    sum = Math.fma(rows[row * dimension + i], rows[row * dimension + j], sum);
                }
                target[i * dimension + j] = sum * scale;
            }
        }
        return target;
    }
}
