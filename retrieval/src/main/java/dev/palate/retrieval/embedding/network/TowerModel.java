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

/// Two towers (`yi2019sampling`): one makes a unit vector of what is known of a user, the other of what is
/// known of an item, and a score is their product. Items' vectors can be made once and searched. As
/// thread-safe as its tables.
///
/// Symbols: u(x, θ), v(y, θ) → the towers; s(x, y) = ⟨u, v⟩ → [#score]. The temperature τ is a matter of
/// learning and does not change the order.
public final class TowerModel {
    /// The version of the file's layout that this build writes, and the newest it reads.
    static final int VERSION = 1;

    private static final String HEAD = "towers";

    final Tower users;
    final Tower items;

    private record Head(
            int version,
            @Nullable List<Field> userFields,
            int @Nullable [] userSizes,
            @Nullable List<Field> itemFields,
            int @Nullable [] itemSizes) {}

    TowerModel(Tower users, Tower items) {
        this.users = users;
        this.items = items;
        if (users.outputs() != items.outputs()) {
            throw new IllegalArgumentException(
                    "both towers need as many outputs, had " + users.outputs() + " and " + items.outputs());
        }
    }

    /// What a tower is to be.
    ///
    /// @param dimension of its tables
    /// @param hidden units of the layers of each tower, at most 8 of them
    /// @param outputs the length of the vectors that are compared, in [1, 4096]
    public record Shape(int dimension, List<Integer> hidden, int outputs) {
        /// @throws IllegalArgumentException when a value is out of range
        public Shape {
            hidden = List.copyOf(hidden);
            Require.range("dimension", dimension, 1, TableSpec.MOST_DIMENSIONS);
            Require.range("number of layers", hidden.size(), 0, 8);
            Require.range("outputs", outputs, 1, TableSpec.MOST_DIMENSIONS);
        }
    }

    /// That have learnt nothing.
    ///
    /// @param users whose fields the users' tower is for, and whose ids are counted
    /// @param items likewise
    /// @param specs by name of field; a field without one has a full table
    public static TowerModel create(
            FeatureRows users, FeatureRows items, Shape shape, Map<String, TableSpec> specs, long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x746f77657273L);
        return new TowerModel(
                Tower.create(
                        FieldEmbeddings.create(users, shape.dimension, specs, seed),
                        shape.hidden,
                        shape.outputs,
                        random),
                Tower.create(
                        FieldEmbeddings.create(items, shape.dimension, specs, seed + 1_000),
                        shape.hidden,
                        shape.outputs,
                        random));
    }

    /// The tables of the users' fields.
    public FieldEmbeddings userEmbeddings() {
        return users.embeddings;
    }

    /// The tables of the items' fields.
    public FieldEmbeddings itemEmbeddings() {
        return items.embeddings;
    }

    /// The bytes of both networks.
    public long layerBytes() {
        return (long) Float.BYTES * (users.layers.values.length + items.layers.values.length);
    }

    /// The vectors of items, row by row: what [#score] compares with. O(rows · parameters).
    public float[] itemVectors(FeatureRows rows) {
        return items.vectors(rows);
    }

    /// The vectors of users, row by row.
    public float[] userVectors(FeatureRows rows) {
        return users.vectors(rows);
    }

    /// The scores of all items for one user. O(items · outputs).
    ///
    /// @param userVectors of [#userVectors]
    /// @param user a row of them
    /// @param itemVectors of [#itemVectors]
    /// @param target one value for each item, overwritten
    public void score(float[] userVectors, int user, float[] itemVectors, float[] target) {
        int width = users.outputs();
        for (int row = 0; row < target.length; row++) {
            target[row] = Kernels.dot(userVectors, user * width, itemVectors, row * width, width);
        }
    }

    /// Writes it to a file, which is forced to disk and appears at once or not at all.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public void write(Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        Head head = new Head(
                VERSION,
                users.embeddings.fields(),
                users.layers.sizes(),
                items.embeddings.fields(),
                items.layers.sizes());
        sections.put(HEAD, new Section.Bytes(JsonMapper.shared().writeValueAsBytes(head)));
        users.addSections("users.", sections);
        items.addSections("items.", sections);
        new ModelFile(file, sections).write();
    }

    /// Reads one.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE
    ///     when it is damaged or newer than this build
    public static TowerModel read(Path file) {
        ModelFile stored = ModelFile.read(file);
        try {
            String json = new String(stored.bytes(HEAD), StandardCharsets.UTF_8);
            Head head = JsonMapper.shared().readValue(json, Head.class);
            if (head.version != VERSION
                    || head.userFields == null
                    || head.userSizes == null
                    || head.itemFields == null
                    || head.itemSizes == null) {
                throw ModelFile.damaged(
                        file, "its model has version " + head.version + ", this build reads " + VERSION);
            }
            return new TowerModel(
                    Tower.read(head.userFields, head.userSizes, stored, file, "users."),
                    Tower.read(head.itemFields, head.itemSizes, stored, file, "items."));
        } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
            throw ModelFile.damaged(file, "the parts of its model do not fit (" + e.getMessage() + ")");
        }
    }
}
