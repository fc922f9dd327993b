package dev.palate.retrieval.embedding.network;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.embedding.table.TableGradient;
import dev.palate.retrieval.embedding.table.TableSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A table for each field, all of one dimension. The vector of a field of a row is the mean of those of
/// its ids, zeros where it has none; the vector of a row is those of its fields one after the other. As
/// thread-safe as its tables.
///
/// @param fields in the order of the rows'
/// @param tables one for each
public record FieldEmbeddings(List<Field> fields, List<EmbeddingTable> tables) {
    /// @throws IllegalArgumentException when the tables do not fit the fields
    public FieldEmbeddings {
        fields = List.copyOf(fields);
        tables = List.copyOf(tables);
        if (fields.isEmpty() || fields.size() != tables.size()) {
            throw new IllegalArgumentException("needs one table for each field, had " + fields.size() + " fields and "
                    + tables.size() + " tables");
        }
        for (int f = 0; f < fields.size(); f++) {
            TableSpec spec = tables.get(f).spec();
            if (spec.dimension() != tables.getFirst().dimension()
                    || spec.lastId() < fields.get(f).size() - 1) {
                throw new IllegalArgumentException(
                        "the table of field " + fields.get(f).name() + " must have dimension "
                                + tables.getFirst().dimension() + " and ids to "
                                + (fields.get(f).size() - 1) + ", had " + spec.dimension() + " and " + spec.lastId());
            }
        }
    }

    /// That have learnt nothing.
    ///
    /// @param specs by name of field; a field without one has a full table
    /// @param rows whose ids are counted, for tables that go by frequency
    public static FieldEmbeddings create(FeatureRows rows, int dimension, Map<String, TableSpec> specs, long seed) {
        List<EmbeddingTable> tables = new ArrayList<>();
        for (int f = 0; f < rows.fields().size(); f++) {
            Field field = rows.fields().get(f);
            TableSpec spec = specs.get(field.name());
            tables.add(EmbeddingTables.create(
                    spec == null ? new TableSpec.Full(field.size(), dimension, seed + f) : spec, rows.counts(f)));
        }
        return new FieldEmbeddings(rows.fields(), tables);
    }

    /// One number for each id, 0 at first.
    static FieldEmbeddings zeros(List<Field> fields) {
        List<EmbeddingTable> tables = new ArrayList<>();
        for (Field field : fields) {
            EmbeddingTable table = EmbeddingTables.create(new TableSpec.Full(field.size(), 1, 0));
            float[] value = new float[1];
            for (int id = 0; id < field.size(); id++) {
                table.lookup(id, value, 0);
                value[0] = -value[0];
                table.adjust(id, value, 1);
            }
            tables.add(table);
        }
        return new FieldEmbeddings(fields, tables);
    }

    /// The same with another table for one field.
    public FieldEmbeddings with(String name, EmbeddingTable table) {
        List<EmbeddingTable> changed = new ArrayList<>(tables);
        changed.set(place(name), table);
        return new FieldEmbeddings(fields, changed);
    }

    /// The table of a field.
    public EmbeddingTable table(String name) {
        return tables.get(place(name));
    }

    private int place(String name) {
        for (int f = 0; f < fields.size(); f++) {
            if (fields.get(f).name().equals(name)) {
                return f;
            }
        }
        throw new IllegalArgumentException("fields are " + fields + ", none is named " + name);
    }

    int dimension() {
        return tables.getFirst().dimension();
    }

    /// The length of the vector of a row.
    int width() {
        return tables.size() * dimension();
    }

    /// What the tables take, as their specs say.
    public long residentBytes() {
        return tables.stream().mapToLong(EmbeddingTable::residentBytes).sum();
    }

    TableGradient[] gradients() {
        return tables.stream()
                .map(table -> new TableGradient(table.parameterCount()))
                .toArray(TableGradient[]::new);
    }

    /// Writes the vector of a row.
    ///
    /// @param scratch one vector
    void lookup(FeatureRows rows, int row, float[] target, int offset, float[] scratch) {
        int dimension = dimension();
        for (int f = 0; f < tables.size(); f++) {
            int from = rows.from(row, f);
            int to = rows.to(row, f);
            int at = offset + f * dimension;
            if (to - from == 1) {
                tables.get(f).lookup(rows.id(from), target, at);
                continue;
            }
            Arrays.fill(target, at, at + dimension, 0);
            float share = 1f / (to - from);
            for (int i = from; i < to; i++) {
                tables.get(f).lookup(rows.id(i), scratch, 0);
                Kernels.axpy(share, scratch, 0, target, at, dimension);
            }
        }
    }

    /// Adds the gradient by the parameters, given that by the vector of a row.
    ///
    /// @param scratch one vector
    void accumulate(FeatureRows rows, int row, float[] gradient, int offset, TableGradient[] into, float[] scratch) {
        int dimension = dimension();
        for (int f = 0; f < tables.size(); f++) {
            int from = rows.from(row, f);
            int to = rows.to(row, f);
            int at = offset + f * dimension;
            if (to - from == 1) {
                tables.get(f).accumulate(rows.id(from), gradient, at, into[f]);
                continue;
            }
            float share = 1f / (to - from);
            for (int k = 0; k < dimension && to > from; k++) {
                scratch[k] = share * gradient[at + k];
            }
            for (int i = from; i < to; i++) {
                tables.get(f).accumulate(rows.id(i), scratch, 0, into[f]);
            }
        }
    }

    /// Adds its tables to what a file is to hold.
    void addSections(String prefix, Map<String, Section> sections) {
        for (int f = 0; f < fields.size(); f++) {
            EmbeddingTables.put(tables.get(f), prefix + fields.get(f).name() + ".", sections);
        }
    }

    static FieldEmbeddings read(List<Field> fields, ModelFile stored, Path file, String prefix) {
        List<EmbeddingTable> tables = new ArrayList<>();
        for (Field field : fields) {
            tables.add(EmbeddingTables.read(stored, file, prefix + field.name() + "."));
        }
        return new FieldEmbeddings(fields, tables);
    }

    /// The bytes of each table, by name of its field.
    public Map<String, Long> bytesByField() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (int f = 0; f < fields.size(); f++) {
            bytes.put(fields.get(f).name(), tables.get(f).residentBytes());
        }
        return bytes;
    }
}
