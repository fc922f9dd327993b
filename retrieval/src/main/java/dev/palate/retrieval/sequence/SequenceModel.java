package dev.palate.retrieval.sequence;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A trained sequence model. Arrays are shared: do not modify. Then it is immutable and thread-safe.
///
/// @param shape which weights there are
/// @param items row-major itemCount × dimension: the vector of each item, its text part included
/// @param weights by the names of the shape
public record SequenceModel(SequenceShape shape, float[] items, Map<String, float[]> weights) {
    /// @throws IllegalArgumentException when a weight is missing, unknown, of another length or not finite
    public SequenceModel {
        if (items.length % shape.dimension() != 0) {
            throw new IllegalArgumentException("item vectors must be a multiple of the dimension " + shape.dimension()
                    + " long, were " + items.length);
        }
        Map<String, float[]> ordered = new LinkedHashMap<>();
        for (Map.Entry<String, SequenceShape.Weight> wanted : shape.weights().entrySet()) {
            float[] given = weights.get(wanted.getKey());
            if (given == null || given.length != wanted.getValue().size()) {
                throw new IllegalArgumentException("weight {" + wanted.getKey() + "} must have "
                        + wanted.getValue().size() + " values, had " + (given == null ? "none" : given.length));
            }
            requireFinite(wanted.getKey(), given);
            ordered.put(wanted.getKey(), given);
        }
        if (weights.size() != ordered.size()) {
            throw new IllegalArgumentException(
                    "weights must be " + ordered.keySet() + " and no others, were " + weights.keySet());
        }
        requireFinite("items", items);
        weights = Collections.unmodifiableMap(ordered);
    }

    private static void requireFinite(String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "weight {" + name + "} must be finite, but value " + i + " is " + values[i]);
            }
        }
    }

    /// The number of items.
    public int itemCount() {
        return items.length / shape.dimension();
    }

    float[] weight(String name) {
        float[] weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("no weight {" + name + "}; there are " + weights.keySet());
        }
        return weight;
    }
}
