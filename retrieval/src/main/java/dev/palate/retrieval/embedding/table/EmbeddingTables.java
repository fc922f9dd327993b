package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Makes tables: fresh ones, compressed ones of learnt ones, and those of files. Stateless.
///
/// A file is a [ModelFile] whose section `table` is JSON, `{"version": 1, "spec": {"kind": ...}}`; the other
/// sections are
/// the table's, in order of name. Equal tables make equal files.
public final class EmbeddingTables {
    /// The version of the layout that this build writes, and the newest it reads.
    static final int VERSION = 1;

    private static final String HEAD = "table";

    private record Versioned(int version, @Nullable TableSpec spec) {}

    private EmbeddingTables() {}

    /// A table that has learnt nothing.
    public static EmbeddingTable create(TableSpec spec) {
        return build(spec, Optional.empty());
    }

    /// The one place that knows which class a spec is of.
    private static EmbeddingTable build(TableSpec spec, Optional<TableSections> stored) {
        int dimension = spec.dimension();
        return switch (spec) {
            case TableSpec.Full full ->
                new DenseTable(
                        full, full.rows(), dimension, values(stored, full.rows() * dimension, dimension, full.seed()));
            case TableSpec.Narrow narrow ->
                new DenseTable(
                        narrow,
                        narrow.rows(),
                        narrow.width(),
                        values(stored, narrow.rows() * narrow.width(), narrow.width(), narrow.seed()));
            case TableSpec.Hashed hashed ->
                new HashedTable(hashed, values(stored, (long) hashed.buckets() * dimension, dimension, hashed.seed()));
            case TableSpec.MixedRadix digits ->
                new PartitionTable(
                        digits,
                        digits.rows(),
                        true,
                        digits.radices(),
                        digits.combination(),
                        stored.map(sections -> sections.floats(ParameterTable.VALUES))
                                .orElseGet(() -> PartitionTable.fresh(
                                        digits.radices(), digits.combination(), dimension, digits.seed())));
            case TableSpec.ChineseRemainder remainders ->
                new PartitionTable(
                        remainders,
                        remainders.rows(),
                        false,
                        remainders.moduli(),
                        remainders.combination(),
                        stored.map(sections -> sections.floats(ParameterTable.VALUES))
                                .orElseGet(() -> PartitionTable.fresh(
                                        remainders.moduli(), remainders.combination(), dimension, remainders.seed())));
            case TableSpec.Quantised quantised ->
                stored.map(sections -> QuantisedTable.read(quantised, sections))
                        .orElseGet(() -> QuantisedTable.fresh(quantised));
            case TableSpec.ProductQuantised coded ->
                stored.map(sections -> ProductQuantisedTable.read(coded, sections))
                        .orElseGet(() -> coded(coded, freshRows(coded.rows(), dimension, coded.seed())));
            case TableSpec.HotCold parts ->
                new HotColdTable(
                        parts,
                        build(parts.hot(), stored.map(sections -> sections.of(HotColdTable.HOT))),
                        build(parts.cold(), stored.map(sections -> sections.of(HotColdTable.COLD))));
        };
    }

    private static float[] values(Optional<TableSections> stored, long count, int dimension, long seed) {
        return stored.map(sections -> sections.floats(ParameterTable.VALUES))
                .orElseGet(() -> ParameterTable.fresh(count, dimension, seed));
    }

    private static ProductQuantisedTable coded(TableSpec.ProductQuantised spec, float[][] rows) {
        int[] counts = new int[rows.length];
        return ProductQuantisedTable.of(spec, rows, counts);
    }

    private static float[][] freshRows(long count, int dimension, long seed) {
        return rows(create(new TableSpec.Full(count, dimension, seed)), 0, Math.toIntExact(count));
    }

    /// The vectors of ids from `first` on.
    static float[][] rows(EmbeddingTable table, long first, int count) {
        float[][] rows = new float[count][table.dimension()];
        for (int row = 0; row < count; row++) {
            table.lookup(first + row, rows[row], 0);
        }
        return rows;
    }

    /// A table made of the vectors of a learnt one, as near to them as it can be.
    ///
    /// @param counts how often each id was seen; one for each id of the new table, at least one of them
    /// @throws IllegalArgumentException when tables of this kind cannot be made so, but have to be trained
    public static EmbeddingTable compress(TableSpec spec, EmbeddingTable learnt, int[] counts) {
        if (spec.dimension() != learnt.dimension()
                || spec.lastId() > learnt.spec().lastId()
                || spec.lastId() + 1 != counts.length) {
            throw new IllegalArgumentException("a table of dimension " + learnt.dimension() + " with ids to "
                    + learnt.spec().lastId() + " and " + counts.length + " counts makes no table of dimension "
                    + spec.dimension() + " with ids to " + spec.lastId());
        }
        return compress(spec, rows(learnt, 0, counts.length), counts);
    }

    private static EmbeddingTable compress(TableSpec spec, float[][] rows, int[] counts) {
        return switch (spec) {
            case TableSpec.Full full ->
                new DenseTable(full, full.rows(), full.dimension(), flat(rows, full.dimension()));
            case TableSpec.Narrow narrow ->
                new DenseTable(narrow, narrow.rows(), narrow.width(), flat(rows, narrow.width()));
            case TableSpec.Quantised quantised ->
                QuantisedTable.filled(
                        quantised, (number, target) -> System.arraycopy(rows[number], 0, target, 0, target.length));
            case TableSpec.ProductQuantised coded -> ProductQuantisedTable.of(coded, rows, counts);
            case TableSpec.HotCold parts -> {
                int hot = Math.toIntExact(parts.hotRows());
                yield new HotColdTable(
                        parts,
                        compress(parts.hot(), Arrays.copyOf(rows, hot), Arrays.copyOf(counts, hot)),
                        compress(
                                parts.cold(),
                                Arrays.copyOfRange(rows, hot, rows.length),
                                Arrays.copyOfRange(counts, hot, counts.length)));
            }
            case TableSpec.Hashed _, TableSpec.MixedRadix _, TableSpec.ChineseRemainder _ ->
                throw new IllegalArgumentException(
                        "a table of kind " + spec.getClass().getSimpleName()
                                + " shares rows and cannot be made of a learnt one: create and train it");
        };
    }

    private static float[] flat(float[][] rows, int width) {
        float[] values = new float[Math.multiplyExact(rows.length, width)];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * width, width);
        }
        return values;
    }

    /// Writes a table to a file, which is forced to disk and appears at once or not at all.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public static void write(EmbeddingTable table, Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        byte[] head = JsonMapper.shared().writeValueAsBytes(new Versioned(VERSION, table.spec()));
        sections.put(HEAD, new Section.Bytes(head));
        sections.putAll(new TreeMap<>(table.sections()));
        new ModelFile(file, sections).write();
    }

    /// Reads a table.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it is
    ///     damaged or newer than this build
    public static EmbeddingTable read(Path file) {
        ModelFile stored = ModelFile.read(file);
        try {
            Versioned head = JsonMapper.shared().readValue(stored.bytes(HEAD), Versioned.class);
            if (head.version != VERSION || head.spec == null) {
                throw ModelFile.damaged(
                        file, "its table has version " + head.version + ", this build reads " + VERSION);
            }
            return build(head.spec, Optional.of(new TableSections(stored, "")));
        } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
            throw ModelFile.damaged(file, "the parts of its table do not fit (" + e.getMessage() + ")");
        }
    }
}
