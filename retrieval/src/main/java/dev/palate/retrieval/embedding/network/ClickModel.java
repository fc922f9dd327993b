package dev.palate.retrieval.embedding.network;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.table.TableSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A small model of click-through rates (`guo2017deepfm`): the fields' vectors go into a factorisation
/// machine (`rendle2010fm`), which multiplies each two of them, and into a network; both, and a number for
/// each id, add up to a logit. The numbers are never compressed: they hold what sharing destroys first.
/// Scoring a row costs a lookup for each id and one pass of the network. As thread-safe as its tables.
///
/// | paper | code |
/// |---|---|
/// | V_i, the vector of a field | `embeddings` |
/// | w_i | `numbers`, the mean over the ids of a field |
/// | y_FM = Σ w_i + Σ_i Σ_j>i V_i · V_j = Σ w_i + ½ (ǁΣ V_iǁ² − Σ ǁV_iǁ²) | [Scorer#logit] |
/// | y_DNN, and the bias w_0 | `layers`, of one output |
/// | ŷ = σ(y_FM + y_DNN) | [#probability] |
public final class ClickModel {
    /// The version of the file's layout that this build writes, and the newest it reads.
    static final int VERSION = 1;

    private static final String HEAD = "click";
    private static final String LAYERS = "layers";

    final FieldEmbeddings embeddings;
    final FieldEmbeddings numbers;
    final DenseLayers layers;

    private record Head(int version, @Nullable List<Field> fields, int @Nullable [] sizes) {}

    private ClickModel(FieldEmbeddings embeddings, FieldEmbeddings numbers, DenseLayers layers) {
        this.embeddings = embeddings;
        this.numbers = numbers;
        this.layers = layers;
        int[] sizes = layers.sizes();
        if (sizes[0] != embeddings.width() || sizes[sizes.length - 1] != 1 || numbers.dimension() != 1) {
            throw new IllegalArgumentException("the network must have " + embeddings.width()
                    + " inputs and one output, had " + sizes[0] + " and " + sizes[sizes.length - 1]);
        }
    }

    /// That has learnt nothing.
    ///
    /// @param rows whose fields it is for, and whose ids are counted
    /// @param dimension of all tables
    /// @param specs by name of field; a field without one has a full table
    /// @param hidden units of the network's layers, 1 to 8 of them
    public static ClickModel create(
            FeatureRows rows, int dimension, Map<String, TableSpec> specs, List<Integer> hidden, long seed) {
        Require.range("number of layers", hidden.size(), 1, 8);
        FieldEmbeddings embeddings = FieldEmbeddings.create(rows, dimension, specs, seed);
        int[] sizes = new int[hidden.size() + 2];
        sizes[0] = embeddings.width();
        for (int layer = 0; layer < hidden.size(); layer++) {
            sizes[layer + 1] = hidden.get(layer);
        }
        sizes[sizes.length - 1] = 1;
        SplittableRandom random = new SplittableRandom(seed ^ 0x636c69636bL);
        return new ClickModel(embeddings, FieldEmbeddings.zeros(rows.fields()), DenseLayers.create(sizes, 0.1, random));
    }

    /// The same with other tables.
    public ClickModel with(FieldEmbeddings others) {
        return new ClickModel(others, numbers, layers);
    }

    /// The tables of its fields.
    public FieldEmbeddings embeddings() {
        return embeddings;
    }

    /// The bytes of everything but the tables: the numbers of the ids and the network.
    public long otherBytes() {
        return numbers.residentBytes() + (long) Float.BYTES * layers.values.length;
    }

    /// What scoring needs to hold. Not thread-safe.
    final class Scorer {
        final DenseLayers.Pass pass = layers.newPass();
        final float[] sum = new float[embeddings.dimension()];
        final float[] scratch = new float[embeddings.dimension()];
        final float[] number = new float[numbers.width()];

        /// The logit of a row, whose vectors are left in the pass, and their sum.
        double logit(FeatureRows rows, int row) {
            int dimension = sum.length;
            float[] vectors = pass.input();
            embeddings.lookup(rows, row, vectors, 0, scratch);
            System.arraycopy(vectors, 0, sum, 0, dimension);
            double squares = Kernels.dot(vectors, 0, vectors, 0, vectors.length);
            for (int at = dimension; at < vectors.length; at += dimension) {
                Kernels.axpy(1, vectors, at, sum, 0, dimension);
            }
            double logit = 0.5 * (Kernels.dot(sum, 0, sum, 0, dimension) - squares);
            numbers.lookup(rows, row, number, 0, scratch);
            for (float one : number) {
                logit += one;
            }
            layers.forward(pass);
            return logit + pass.output()[0];
        }
    }

    /// The logits of all rows.
    public double[] logits(FeatureRows rows) {
        Scorer scorer = new Scorer();
        double[] logits = new double[rows.count()];
        for (int row = 0; row < logits.length; row++) {
            logits[row] = scorer.logit(rows, row);
        }
        return logits;
    }

    /// The probability of a click.
    public static double probability(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    /// Writes it to a file, which is forced to disk and appears at once or not at all.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public void write(Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        Head head = new Head(VERSION, embeddings.fields(), layers.sizes());
        sections.put(HEAD, new Section.Bytes(JsonMapper.shared().writeValueAsBytes(head)));
        embeddings.addSections("vectors.", sections);
        numbers.addSections("numbers.", sections);
        sections.put(LAYERS, new Section.Floats(layers.values));
        new ModelFile(file, sections).write();
    }

    /// Reads one.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE
    ///     when it is damaged or newer than this build
    public static ClickModel read(Path file) {
        ModelFile stored = ModelFile.read(file);
        try {
            byte[] json = stored.bytes(HEAD);
            Head head = JsonMapper.shared().readValue(new String(json, StandardCharsets.UTF_8), Head.class);
            if (head.version != VERSION || head.fields == null || head.sizes == null) {
                throw ModelFile.damaged(
                        file, "its model has version " + head.version + ", this build reads " + VERSION);
            }
            return new ClickModel(
                    FieldEmbeddings.read(head.fields, stored, file, "vectors."),
                    FieldEmbeddings.read(head.fields, stored, file, "numbers."),
                    new DenseLayers(head.sizes, stored.floats(LAYERS)));
        } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
            throw ModelFile.damaged(file, "the parts of its model do not fit (" + e.getMessage() + ")");
        }
    }
}
