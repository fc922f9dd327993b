package dev.palate.retrieval.sequence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The arrays that the training of a sequence model changes, by name: the items' vectors, the network's weights and,
/// where the items have texts, the map from a text to its share of the item's vector. Not thread-safe.
final class SequenceParameters {
    static final String ITEMS = "items";
    static final String ADAPTER = "adapter";

    private static final double NARROW = 0.02;
    private static final double WIDE = 0.05;

    private final SequenceShape shape;
    private final Optional<ItemTexts> texts;
    private final NDManager manager;
    private final Map<String, TrainedArray> arrays = new LinkedHashMap<>();
    private final @Nullable NDArray textTensor;

    /// Begins at random.
    ///
    /// @param manager that they live in
    SequenceParameters(
            SequenceShape shape, int itemCount, Optional<ItemTexts> texts, NDManager manager, SplittableRandom random) {
        this.shape = shape;
        this.texts = texts;
        this.manager = manager;
        int dimension = shape.dimension();
        add(ITEMS, new SequenceShape.Weight(itemCount, dimension, SequenceShape.Start.RANDOM), random);
        shape.weights().forEach((name, weight) -> add(name, weight, random));
        textTensor = texts.map(given -> {
                    add(
                            ADAPTER,
                            new SequenceShape.Weight(given.dimension(), dimension, SequenceShape.Start.RANDOM),
                            random);
                    return manager.create(given.values(), new Shape(given.itemCount(), given.dimension()));
                })
                .orElse(null);
    }

    private void add(String name, SequenceShape.Weight weight, SplittableRandom random) {
        float[] values = new float[Math.multiplyExact(weight.rows(), weight.columns())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float)
                    switch (weight.start()) {
                        case RANDOM -> NARROW * random.nextGaussian();
                        case WIDE -> WIDE * random.nextGaussian();
                        case ZERO -> 0;
                        case ONE -> 1;
                    };
        }
        arrays.put(name, new TrainedArray(manager, weight.rows(), weight.columns(), values));
    }

    /// The tensor of an array.
    NDArray tensor(String name) {
        return array(name).tensor;
    }

    /// Vectors of items by their rows.
    NDArray rows(NDArray indexes) {
        NDArray vectors = tensor(ITEMS).get(indexes);
        return textTensor == null
                ? vectors
                : vectors.add(textTensor.get(indexes).matMul(tensor(ADAPTER)));
    }

    /// Vectors of all items.
    NDArray table() {
        NDArray vectors = tensor(ITEMS);
        return textTensor == null ? vectors : vectors.add(textTensor.matMul(tensor(ADAPTER)));
    }

    /// Lets what is computed from them live in the step's manager, which frees it.
    void attach(NDManager step) {
        arrays.values().forEach(array -> array.tensor.tempAttach(step));
        if (textTensor != null) {
            textTensor.tempAttach(step);
        }
    }

    /// One step along the gradients.
    ///
    /// @param step from 1
    void update(SequenceSettings settings, long step) {
        for (TrainedArray array : arrays.values()) {
            array.update(settings.learningRate(), settings.averaging(), step);
        }
    }

    /// Copies of one side of every array.
    Map<String, float[]> copies(Function<TrainedArray, float[]> which) {
        Map<String, float[]> copies = new LinkedHashMap<>();
        arrays.forEach((name, array) -> copies.put(name, which.apply(array).clone()));
        return copies;
    }

    /// Goes on where the checkpoint was made.
    ///
    /// @throws RetrievalException with code BAD_FILE when an array is missing there
    void restore(SequenceCheckpoint kept) {
        arrays.forEach((name, array) -> array.restore(
                kept(kept.values(), name),
                kept(kept.first(), name),
                kept(kept.second(), name),
                kept(kept.average(), name)));
    }

    /// Computes with these values from now on.
    void show(Map<String, float[]> values) {
        values.forEach((name, array) -> array(name).show(array));
    }

    /// The model of these values; the texts' share is in the items' vectors.
    SequenceModel model(Map<String, float[]> values) {
        int dimension = shape.dimension();
        float[] items = kept(values, ITEMS).clone();
        texts.ifPresent(given -> {
            float[] adapted = new float[items.length];
            SequenceKernels.linear(
                    given.values(),
                    0,
                    given.itemCount(),
                    given.dimension(),
                    kept(values, ADAPTER),
                    new float[dimension],
                    dimension,
                    adapted,
                    0);
            SequenceKernels.add(items, 0, adapted, 0, items.length);
        });
        Map<String, float[]> weights = new LinkedHashMap<>(values);
        weights.keySet().retainAll(shape.weights().keySet());
        return new SequenceModel(shape, items, weights);
    }

    private TrainedArray array(String name) {
        TrainedArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no trained array {" + name + "}; there are " + arrays.keySet());
        }
        return array;
    }

    private static float[] kept(Map<String, float[]> arrays, String name) {
        float[] array = arrays.get(name);
        if (array == null) {
            throw new RetrievalException(
                    Code.BAD_FILE, "the checkpoint has no array {" + name + "}: remove it and train again");
        }
        return array;
    }
}
