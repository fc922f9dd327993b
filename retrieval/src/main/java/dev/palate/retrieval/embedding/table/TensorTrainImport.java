package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.SymmetricEigen;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The tensor train nearest to a learnt table but for a small factor, by two truncated singular value
/// decompositions (TT-SVD, `oseledets2011tensortrain`). The square of the error is what the two leave
/// out, and an eigenvector is looked for where the paper takes singular vectors, which squares the
/// condition: good to about 1e-6 of the greatest value.
///
/// Symbols: A₁, A₂ → unfoldings; U₁ → `first`; G₃ → `third`.
final class TensorTrainImport {
    /// Values of the tensor that are held at a time, 1 GiB.
    private static final long MOST_VALUES = 1L << 27;

    private final int rank;
    /// p_k · q_k.
    private final int[] sides = new int[3];

    private final TableSpec.TensorTrain spec;

    private TensorTrainImport(TableSpec.TensorTrain spec) {
        this.spec = spec;
        rank = spec.rank();
        long values = 1;
        for (int core = 0; core < 3; core++) {
            sides[core] = Math.multiplyExact(
                    spec.rowFactors().get(core), spec.columnFactors().get(core));
            values = Math.multiplyExact(values, (long) sides[core]);
        }
        if (values > MOST_VALUES) {
            throw new IllegalArgumentException("a tensor train is made of at most " + MOST_VALUES + " values, were "
                    + values + ": train it instead");
        }
    }

    /// The parameters of a table. O(rows · dimension · (p₁ q₁ + p₃ q₃ R)), and n³ for the eigenvectors of these orders.
    static float[] values(TableSpec.TensorTrain spec, float[][] rows) {
        return new TensorTrainImport(spec).decompose(rows);
    }

    private float[] decompose(float[][] rows) {
        int rest = sides[1] * sides[2];
        double[] tensor = tensor(rows);
        double[] gram = new double[Math.multiplyExact(sides[0], sides[0])];
        for (int i = 0; i < sides[0]; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int x = 0; x < rest; x++) {
                    sum += tensor[i * rest + x] * tensor[j * rest + x];
                }
                gram[i * sides[0] + j] = sum;
                gram[j * sides[0] + i] = sum;
            }
        }
        double[][] first = leading(gram, sides[0]);
        // Uᵀ A: R × (p₂q₂ · p₃q₃), which is (R · p₂q₂) × p₃q₃ without being moved.
        double[] projected = new double[Math.multiplyExact(rank, rest)];
        for (int r = 0; r < rank; r++) {
            for (int i = 0; i < sides[0]; i++) {
                double factor = first[r][i];
                for (int x = 0; x < rest && factor != 0; x++) {
                    projected[r * rest + x] += factor * tensor[i * rest + x];
                }
            }
        }
        int last = sides[2];
        double[] right = new double[last * last];
        for (int row = 0; row < rank * sides[1]; row++) {
            for (int i = 0; i < last; i++) {
                double factor = projected[row * last + i];
                for (int j = 0; j < last; j++) {
                    right[i * last + j] += factor * projected[row * last + j];
                }
            }
        }
        return cores(first, projected, leading(right, last));
    }

    /// Values by (i₁ j₁, i₂ j₂, i₃ j₃); rows beyond those given are 0.
    private double[] tensor(float[][] rows) {
        int[] p = spec.rowFactors().stream().mapToInt(count -> count).toArray();
        int[] q = spec.columnFactors().stream().mapToInt(count -> count).toArray();
        double[] tensor = new double[sides[0] * sides[1] * sides[2]];
        for (int row = 0; row < rows.length; row++) {
            int i1 = row / p[2] / p[1];
            int i2 = row / p[2] % p[1];
            int i3 = row % p[2];
            for (int column = 0; column < spec.dimension(); column++) {
                int j1 = column / q[2] / q[1];
                int j2 = column / q[2] % q[1];
                int j3 = column % q[2];
                int at = ((i1 * q[0] + j1) * sides[1] + i2 * q[1] + j2) * sides[2] + i3 * q[2] + j3;
                tensor[at] = rows[row][column];
            }
        }
        return tensor;
    }

    /// The eigenvectors of the greatest values; zero ones where there are fewer than the rank.
    private double[][] leading(double[] gram, int order) {
        SymmetricEigen eigen = SymmetricEigen.of(gram, order);
        int[] best = IntStream.range(0, order)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -eigen.values()[i]))
                .limit(rank)
                .mapToInt(i -> i)
                .toArray();
        double[][] vectors = new double[rank][order];
        for (int r = 0; r < best.length; r++) {
            System.arraycopy(eigen.vectors(), best[r] * order, vectors[r], 0, order);
        }
        return vectors;
    }

    private float[] cores(double[][] first, double[] projected, double[][] third) {
        float[] values = new float[Math.toIntExact(spec.parameters())];
        int next = 0;
        for (int i = 0; i < sides[0]; i++) {
            for (int r = 0; r < rank; r++) {
                values[next++] = (float) first[r][i];
            }
        }
        int last = sides[2];
        int width = spec.columnFactors().get(1);
        for (int i2 = 0; i2 < spec.rowFactors().get(1); i2++) {
            for (int r = 0; r < rank; r++) {
                for (int j2 = 0; j2 < width; j2++) {
                    int row = (r * sides[1] + i2 * width + j2) * last;
                    for (int s = 0; s < rank; s++) {
                        double sum = 0;
                        for (int x = 0; x < last; x++) {
                            sum += projected[row + x] * third[s][x];
                        }
                        values[next++] = (float) sum;
                    }
                }
            }
        }
        int columns = spec.columnFactors().get(2);
        for (int i3 = 0; i3 < spec.rowFactors().get(2); i3++) {
            for (int s = 0; s < rank; s++) {
                for (int j3 = 0; j3 < columns; j3++) {
                    values[next++] = (float) third[s][i3 * columns + j3];
                }
            }
        }
        return values;
    }
}
