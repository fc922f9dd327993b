package dev.palate.memory.index;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ParallelRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/// Unit vectors for benchmarks, made from a seed: a cluster centre, plus a point of a plane of 32 dimensions that all
/// clusters share, plus a little noise in every dimension. Not text, but with the low inner dimension that texts have.
public final class BenchmarkVectors {
    public static final int DIMENSION = 384;

    private static final int CLUSTERS = 2_000;
    private static final int PLANE = 32;
    private static final float IN_PLANE = 0.9f;
    private static final float NOISE = 0.4f;

    private final long seed;
    private final float[] centres;
    private final float[] plane;

    public BenchmarkVectors(long seed) {
        this.seed = seed;
        centres = gaussians(seed, CLUSTERS * DIMENSION);
        plane = gaussians(seed + 1, PLANE * DIMENSION);
        for (int row = 0; row < CLUSTERS; row++) {
            unit(centres, row * DIMENSION);
        }
    }

    private static float[] gaussians(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static void unit(float[] rows, int at) {
        float length = (float) Math.sqrt(Kernels.dot(rows, at, rows, at, DIMENSION));
        Kernels.scale(1 / length, rows, at, DIMENSION);
    }

    /// The vector of the number; the same for the same seed.
    public float[] vector(long number) {
        Random random = new Random(seed * 1_000_003 + number);
        float[] vector = new float[DIMENSION];
        Kernels.axpy(1, centres, random.nextInt(CLUSTERS) * DIMENSION, vector, 0, DIMENSION);
        float inPlane = (float) (IN_PLANE / Math.sqrt((double) PLANE * DIMENSION));
        for (int i = 0; i < PLANE; i++) {
            Kernels.axpy(inPlane * (float) random.nextGaussian(), plane, i * DIMENSION, vector, 0, DIMENSION);
        }
        float noise = (float) (NOISE / Math.sqrt(DIMENSION));
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] += noise * (float) random.nextGaussian();
        }
        unit(vector, 0);
        return vector;
    }

    /// Vectors `from` to `from + count - 1`, row-major in rows of a million at most.
    float[][] rows(long from, int count) {
        float[][] rows = new float[count][];
        ParallelRange.run(2, count, i -> rows[i] = vector(from + i));
        return rows;
    }

    /// Writes the first vectors, as below.
    public static void write(Path file, BenchmarkVectors vectors, int count) throws IOException {
        write(file, vectors.rows(0, count));
    }

    /// Writes little-endian float32, row after row, for `numpy.fromfile`.
    static void write(Path file, float[][] rows) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * DIMENSION).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] row : rows) {
                bytes.clear();
                bytes.asFloatBuffer().put(row);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
    }
}
