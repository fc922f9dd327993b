package dev.palate.retrieval.embedding.network;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.table.TableGradient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// One side of a [TowerModel]: the vectors of a row's fields go through a network, and what leaves is made
/// a unit vector. As thread-safe as its tables.
final class Tower {
    private static final float FLOOR = 1e-12f;

    final FieldEmbeddings embeddings;
    final DenseLayers layers;

    Tower(FieldEmbeddings embeddings, DenseLayers layers) {
        this.embeddings = embeddings;
        this.layers = layers;
        if (layers.sizes()[0] != embeddings.width()) {
            throw new IllegalArgumentException(
                    "the network must have " + embeddings.width() + " inputs, had " + layers.sizes()[0]);
        }
    }

    static Tower create(FieldEmbeddings embeddings, List<Integer> hidden, int outputs, SplittableRandom random) {
        int[] sizes = new int[hidden.size() + 2];
        sizes[0] = embeddings.width();
        for (int layer = 0; layer < hidden.size(); layer++) {
            sizes[layer + 1] = hidden.get(layer);
        }
        sizes[sizes.length - 1] = outputs;
        return new Tower(embeddings, DenseLayers.create(sizes, 1, random));
    }

    int outputs() {
        int[] sizes = layers.sizes();
        return sizes[sizes.length - 1];
    }

    /// What one row went through. Not thread-safe.
    final class Climb {
        private final DenseLayers.Pass pass = layers.newPass();
        private final float[] scratch = new float[embeddings.dimension()];
        private float norm;

        /// Writes the unit vector of a row.
        void forward(FeatureRows rows, int row, float[] target, int offset) {
            embeddings.lookup(rows, row, pass.input(), 0, scratch);
            layers.forward(pass);
            float[] out = pass.output();
            norm = (float) Math.sqrt(Kernels.dot(out, 0, out, 0, out.length) + FLOOR);
            for (int k = 0; k < out.length; k++) {
                target[offset + k] = out[k] / norm;
            }
        }

        /// Adds the gradient of what [#forward] was given last, from that of its unit vector.
        ///
        /// @param unit what it wrote
        /// @param shrink of the fields' vectors
        void backward(
                FeatureRows rows,
                int row,
                float[] unit,
                float[] gradient,
                int offset,
                float shrink,
                TableGradient[] tables,
                float[] values) {
            float[] out = pass.outputGradient();
            float along = Kernels.dot(gradient, offset, unit, offset, out.length);
            for (int k = 0; k < out.length; k++) {
                out[k] = (gradient[offset + k] - along * unit[offset + k]) / norm;
            }
            layers.backward(pass, values);
            float[] below = pass.inputGradient();
            Kernels.axpy(shrink, pass.input(), 0, below, 0, below.length);
            embeddings.accumulate(rows, row, below, 0, tables, scratch);
        }
    }

    /// The unit vectors of all rows, one after the other.
    float[] vectors(FeatureRows rows) {
        Climb climb = new Climb();
        int width = outputs();
        float[] vectors = new float[Math.multiplyExact(rows.count(), width)];
        for (int row = 0; row < rows.count(); row++) {
            climb.forward(rows, row, vectors, row * width);
        }
        return vectors;
    }

    void addSections(String prefix, Map<String, Section> sections) {
        embeddings.addSections(prefix + "vectors.", sections);
        sections.put(prefix + "layers", new Section.Floats(layers.values));
    }

    static Tower read(List<Field> fields, int[] sizes, ModelFile stored, Path file, String prefix) {
        return new Tower(
                FieldEmbeddings.read(fields, stored, file, prefix + "vectors."),
                new DenseLayers(sizes, stored.floats(prefix + "layers")));
    }
}
