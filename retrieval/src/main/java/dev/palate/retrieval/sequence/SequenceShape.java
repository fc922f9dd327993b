package dev.palate.retrieval.sequence;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What is needed to know which weights a sequence model has and how they are used.
///
/// @param layer what each layer does
/// @param dimension of vectors of items and positions, a multiple of 16 in [16, 512]
/// @param heads of the attention, a divisor of `dimension`
/// @param layers in [1, 16]
/// @param maximumLength newest events looked at, in [1, 1024]
public record SequenceShape(SequenceLayer layer, int dimension, int heads, int layers, int maximumLength) {
    /// @throws IllegalArgumentException when a value is out of range
    public SequenceShape {
        requireMultiple("dimension", dimension, 16, 512);
        requireRange("layers", layers, 1, 16);
        requireRange("maximumLength", maximumLength, 1, 1_024);
        if (heads < 1 || dimension % heads != 0) {
            throw new IllegalArgumentException(
                    "heads must be at least 1 and divide the dimension " + dimension + ", was " + heads);
        }
    }

    static void requireRange(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(name + " must be in [" + low + ", " + high + "], was " + value);
        }
    }

    static void requireMultiple(String name, int value, int low, int high) {
        requireRange(name, value, low, high);
        if (value % 16 != 0) {
            throw new IllegalArgumentException(name + " must be a multiple of 16, was " + value);
        }
    }

    /// How a weight begins.
    enum Start {
        /// Normally distributed around 0.
        RANDOM,
        /// Normally distributed around 0, wider.
        WIDE,
        /// All 0.
        ZERO,
        /// All 1.
        ONE
    }

    /// One weight.
    ///
    /// @param rows 1 for a vector
    /// @param columns its length, or that of a row
    record Weight(int rows, int columns, Start start) {
        int size() {
            return rows * columns;
        }
    }

    /// All weights but the item vectors, by name, in one fixed order. A matrix takes a row vector on its left.
    Map<String, Weight> weights() {
        Map<String, Weight> weights = new LinkedHashMap<>();
        switch (layer) {
            case SequenceLayer.SelfAttention(int inner) -> {
                weights.put("position", new Weight(maximumLength, dimension, Start.RANDOM));
                putNorm(weights, "input");
                for (int l = 0; l < layers; l++) {
                    for (String projection : new String[] {"query", "key", "value", "output"}) {
                        putLinear(weights, l + "." + projection, dimension, dimension, Start.RANDOM);
                    }
                    putNorm(weights, l + ".attention");
                    putLinear(weights, l + ".widen", dimension, inner, Start.RANDOM);
                    putLinear(weights, l + ".narrow", inner, dimension, Start.RANDOM);
                    putNorm(weights, l + ".feed");
                }
            }
            case SequenceLayer.GatedAttention() -> {
                for (int l = 0; l < layers; l++) {
                    weights.put(l + ".distance", new Weight(1, maximumLength, Start.ZERO));
                    weights.put(l + ".time", new Weight(1, SequenceLayer.GatedAttention.TIME_BUCKETS, Start.ZERO));
                    putNorm(weights, l + ".before");
                    putLinear(weights, l + ".project", dimension, 4 * dimension, Start.WIDE);
                    putNorm(weights, l + ".attended");
                    putLinear(weights, l + ".output", dimension, dimension, Start.WIDE);
                }
                putNorm(weights, "last");
            }
        }
        return Collections.unmodifiableMap(weights);
    }

    private void putNorm(Map<String, Weight> weights, String name) {
        weights.put(name + ".gain", new Weight(1, dimension, Start.ONE));
        weights.put(name + ".shift", new Weight(1, dimension, Start.ZERO));
    }

    private static void putLinear(Map<String, Weight> weights, String name, int from, int to, Start start) {
        weights.put(name + ".matrix", new Weight(from, to, start));
        weights.put(name + ".bias", new Weight(1, to, Start.ZERO));
    }
}
