package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Compositional embeddings (`shi2020compositional`): the ids are cut into classes in several ways, each
/// class of each way has a row, and an id's vector combines the rows of its classes. The ways are
/// complementary: any two ids differ in at least one, so each id has its own combination. A lookup reads
/// one row for each way.
///
/// The ways are either the digits of the id in a mixed radix, of which quotient and remainder are the
/// case of two, or its remainders by moduli that pairwise have no common divisor, which by the Chinese
/// remainder theorem are different for all ids below their product.
///
/// Symbols: P_j → ways, |P_j| → `classes`, W_j → rows from `starts[j]`, D → dimension; ⊙ → MULTIPLY.
///
/// Published code starts the rows in [√(1/n), 1], which makes huge vectors when they are added; here a
/// product starts as one small row times rows about 1, and a sum as small rows.
final class PartitionTable extends ParameterTable {
    private final TableSpec spec;
    private final long rows;
    private final boolean digits;
    private final int[] classes;
    private final int[] starts;
    private final Combination combination;
    private final int width;

    /// @param digits whether classes are digits, the least first; remainders otherwise
    PartitionTable(
            TableSpec spec, long rows, boolean digits, List<Integer> classes, Combination combination, float[] values) {
        super(values, parameters(classes, combination, spec.dimension()));
        this.spec = spec;
        this.rows = rows;
        this.digits = digits;
        this.combination = combination;
        this.classes = classes.stream().mapToInt(count -> count).toArray();
        width = combination == Combination.CONCATENATE ? spec.dimension() / classes.size() : spec.dimension();
        starts = new int[this.classes.length];
        for (int j = 1; j < starts.length; j++) {
            starts[j] = starts[j - 1] + this.classes[j - 1] * width;
        }
    }

    static long parameters(List<Integer> classes, Combination combination, int dimension) {
        long width = combination == Combination.CONCATENATE ? dimension / classes.size() : dimension;
        return width * classes.stream().mapToLong(count -> count).sum();
    }

    /// Fresh parameters.
    static float[] fresh(List<Integer> classes, Combination combination, int dimension, long seed) {
        float[] values = new float[Math.toIntExact(parameters(classes, combination, dimension))];
        SplittableRandom random = new SplittableRandom(seed);
        fillFresh(values, 0, values.length, dimension, random);
        if (combination == Combination.MULTIPLY) {
            // The last way has the small row, as the quotient of published code; the others start about 1.
            int factors = Math.toIntExact(parameters(classes.subList(0, classes.size() - 1), combination, dimension));
            for (int i = 0; i < factors; i++) {
                values[i] = (float) random.nextDouble(0.5, 1.5);
            }
        }
        return values;
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    /// The class of an id in each way is found from what the way before left of the id.
    private int place(int way, long rest) {
        // A division of 32 bits is several times as fast as one of 64.
        int number = rest <= Integer.MAX_VALUE ? (int) rest % classes[way] : (int) (rest % classes[way]);
        return starts[way] + number * width;
    }

    private long rest(int way, long rest) {
        if (!digits) {
            return rest;
        }
        return rest <= Integer.MAX_VALUE ? (int) rest / classes[way] : rest / classes[way];
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        long rest = TableIds.known(id, rows);
        if (combination == Combination.MULTIPLY && classes.length == 2) {
            int first = place(0, rest);
            RowKernels.product(values, first, place(1, rest(0, rest)), target, offset, width);
            return;
        }
        for (int way = 0; way < classes.length; way++) {
            int at = place(way, rest);
            if (way == 0 || combination == Combination.CONCATENATE) {
                System.arraycopy(values, at, target, offset + (way == 0 ? 0 : way * width), width);
            } else if (combination == Combination.ADD) {
                Kernels.axpy(1, values, at, target, offset, width);
            } else {
                RowKernels.multiply(values, at, target, offset, width);
            }
            rest = rest(way, rest);
        }
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        long rest = TableIds.known(id, rows);
        for (int way = 0; way < classes.length; way++) {
            int at = place(way, rest);
            switch (combination) {
                case CONCATENATE -> into.add(at, 1, gradient, offset + way * width, width);
                case ADD -> into.add(at, 1, gradient, offset, width);
                case MULTIPLY -> {
                    float[] product = others(way, id);
                    for (int i = 0; i < width; i++) {
                        product[i] *= gradient[offset + i];
                    }
                    into.add(at, 1, product, 0, width);
                }
            }
            rest = rest(way, rest);
        }
    }

    /// The product of the rows of all ways but one.
    private float[] others(int but, long id) {
        float[] product = new float[width];
        Arrays.fill(product, 1);
        long rest = id;
        for (int way = 0; way < classes.length; way++) {
            if (way != but) {
                int at = place(way, rest);
                for (int i = 0; i < width; i++) {
                    product[i] *= values[at + i];
                }
            }
            rest = rest(way, rest);
        }
        return product;
    }
}
