package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.SplittableRandom;

/// A tensor train of three cores (`yin2021ttrec`, `oseledets2011tensortrain`): the id's three digits
/// choose a slice of each core, and the row is the product of the three small matrices. Neighbouring ids
/// share slices of the first cores, so the order of the ids matters: by frequency, or by cluster. A
/// lookup costs about q₁ q₂ R² + D R multiplications, microseconds for the ranks that are of use, and
/// allocates two arrays: put it behind a [MaterialisedTable]. [TensorTrainImport] makes one of a learnt
/// table.
///
/// | paper | code |
/// |---|---|
/// | p_k, q_k, r_k = R | `rowFactors`, `columnFactors`, `rank` |
/// | G_k, r_{k−1} × p_k × q_k × r_k | from `from[k]`, p_k slices, each row-major r_{k−1} × (q_k r_k) |
/// | i = (i₁ p₂ + i₂) p₃ + i₃ | [#digits] |
/// | row = G₁[i₁] G₂[i₂] G₃[i₃] | [#lookup] |
///
/// Published code draws the first values from the tails of a normal distribution; here they are normal,
/// so that a row is as large as the other tables' are.
final class TensorTrainTable extends ParameterTable {
    private final TableSpec.TensorTrain spec;
    private final int rank;
    private final int[] columns;
    /// Where each core begins, and how long a slice of it is.
    private final int[] from = new int[3];

    private final int[] slice;

    TensorTrainTable(TableSpec.TensorTrain spec, float[] values) {
        super(values, spec.parameters());
        this.spec = spec;
        rank = spec.rank();
        columns = spec.columnFactors().stream().mapToInt(count -> count).toArray();
        slice = spec.slices();
        for (int core = 1; core < 3; core++) {
            from[core] = from[core - 1] + spec.rowFactors().get(core - 1) * slice[core - 1];
        }
    }

    static float[] fresh(TableSpec.TensorTrain spec) {
        float[] values = new float[Math.toIntExact(spec.parameters())];
        SplittableRandom random = new SplittableRandom(spec.seed());
        // A value is a sum of R² products of three: its variance, R² σ⁶, is to be .03 / dimension.
        double deviation = Math.pow(0.03 / spec.dimension() / ((double) spec.rank() * spec.rank()), 1.0 / 6);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    /// Where the slices of an id begin.
    private void places(long id, int[] target) {
        long rest = TableIds.known(id, spec.rows());
        for (int core = 2; core >= 0; core--) {
            int count = spec.rowFactors().get(core);
            target[core] = from[core] + (int) (rest % count) * slice[core];
            rest /= count;
        }
    }

    /// The product of the first two slices, row-major q₁ q₂ × R.
    private float[] left(int[] places) {
        int width = columns[1] * rank;
        float[] product = new float[columns[0] * width];
        RowKernels.matrixProduct(values, places[0], columns[0], rank, values, places[1], width, product, 0);
        return product;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int[] places = new int[3];
        places(id, places);
        float[] left = left(places);
        RowKernels.matrixProduct(left, 0, columns[0] * columns[1], rank, values, places[2], columns[2], target, offset);
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        int[] places = new int[3];
        places(id, places);
        float[] left = left(places);
        float[] ofLeft = new float[left.length];
        float[] ofThird = new float[slice[2]];
        int last = columns[2];
        for (int i = 0; i < columns[0] * columns[1]; i++) {
            for (int r = 0; r < rank; r++) {
                Kernels.axpy(left[i * rank + r], gradient, offset + i * last, ofThird, r * last, last);
                ofLeft[i * rank + r] = Kernels.dot(gradient, offset + i * last, values, places[2] + r * last, last);
            }
        }
        into.add(places[2], 1, ofThird, 0, slice[2]);
        float[] ofSecond = new float[slice[1]];
        float[] ofFirst = new float[slice[0]];
        int width = columns[1] * rank;
        for (int i = 0; i < columns[0]; i++) {
            for (int r = 0; r < rank; r++) {
                Kernels.axpy(values[places[0] + i * rank + r], ofLeft, i * width, ofSecond, r * width, width);
                ofFirst[i * rank + r] = Kernels.dot(ofLeft, i * width, values, places[1] + r * width, width);
            }
        }
        into.add(places[1], 1, ofSecond, 0, slice[1]);
        into.add(places[0], 1, ofFirst, 0, slice[0]);
    }
}
