package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.ModelFile.Section;
import java.util.Map;
import java.util.SplittableRandom;

/// A table that is nothing but one array of parameters.
abstract sealed class ParameterTable implements EmbeddingTable
        permits DenseTable,
                HashedTable,
                PartitionTable,
                RobeTable,
                MemRecTable,
                MemComTable,
                DeepHashTable,
                TensorTrainTable,
                MaskedTable,
                SlabTable {
    static final String VALUES = "values";

    /// What a fresh row's values are at most, times √dimension: a product of two rows then is below 0.1.
    private static final double INITIAL = 0.3;

    final float[] values;

    ParameterTable(float[] values, long wanted) {
        if (values.length != wanted) {
            throw new IllegalArgumentException(
                    "a table of this spec has " + wanted + " parameters, there were " + values.length);
        }
        this.values = values;
    }

    /// Fills a stretch evenly in ± 0.3 / √dimension.
    static void fillFresh(float[] values, int from, int to, int dimension, SplittableRandom random) {
        double most = INITIAL / Math.sqrt(dimension);
        for (int i = from; i < to; i++) {
            values[i] = (float) random.nextDouble(-most, most);
        }
    }

    static float[] fresh(long count, int dimension, long seed) {
        float[] values = new float[Math.toIntExact(count)];
        fillFresh(values, 0, values.length, dimension, new SplittableRandom(seed));
        return values;
    }

    @Override
    public final int parameterCount() {
        return values.length;
    }

    @Override
    public final void adjust(int from, float[] delta, int length) {
        Kernels.axpy(1, delta, 0, values, from, length);
    }

    @Override
    public long residentBytes() {
        return (long) Float.BYTES * values.length;
    }

    @Override
    public Map<String, Section> sections() {
        return Map.of(VALUES, new Section.Floats(values));
    }
}
