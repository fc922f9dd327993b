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
/// A file is a [ModelFile] whose section `table` is JSON, `{"version": 1, "spec": {"kind": ...}}`; the
/// other sections are the table's, in order of name. Equal tables make equal files.
public final class EmbeddingTables {
    /// The version of the layout that this build writes, and the newest it reads.
    static final int VERSION = 1;

    private static final int[] NO_COUNTS = new int[0];
    private static final String HEAD = "table";

    private record Versioned(int version, @Nullable TableSpec spec) {}

    private EmbeddingTables() {}

    /// A table that has learnt nothing, where all ids are as frequent.
    public static EmbeddingTable create(TableSpec spec) {
        return build(spec, Optional.empty(), NO_COUNTS);
    }

    /// A table that has learnt nothing.
    ///
    /// @param counts how often each id was seen, as far as ids are numbered by row; kept where a table
    ///     goes by frequency
    public static EmbeddingTable create(TableSpec spec, int[] counts) {
        return build(spec, Optional.empty(), counts.clone());
    }

    /// The one place that knows which class a spec is of.
    private static EmbeddingTable build(TableSpec spec, Optional<TableSections> stored, int[] counts) {
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
                        values(stored)
                                .orElseGet(() -> PartitionTable.fresh(
                                        digits.radices(), digits.combination(), dimension, digits.seed())));
            case TableSpec.ChineseRemainder remainders ->
                new PartitionTable(
                        remainders,
                        remainders.rows(),
                        false,
                        remainders.moduli(),
                        remainders.combination(),
                        values(stored)
                                .orElseGet(() -> PartitionTable.fresh(
                                        remainders.moduli(), remainders.combination(), dimension, remainders.seed())));
            case TableSpec.Quantised quantised ->
                stored.map(sections -> QuantisedTable.read(quantised, sections))
                        .orElseGet(() -> QuantisedTable.fresh(quantised));
            case TableSpec.ProductQuantised coded ->
                stored.map(sections -> ProductQuantisedTable.read(coded, sections))
                        .orElseGet(() -> ProductQuantisedTable.of(
                                coded, freshRows(coded.rows(), dimension, coded.seed()), Arrays.copyOf(counts, (int)
                                        coded.rows())));
            case TableSpec.HotCold parts -> hotCold(parts, stored, counts);
            case TableSpec.Robe robe -> new RobeTable(robe, values(stored, robe.size(), dimension, robe.seed()));
            case TableSpec.MemRec bloom ->
                new MemRecTable(bloom, values(stored).orElseGet(() -> MemRecTable.fresh(bloom)));
            case TableSpec.MemCom scaled ->
                new MemComTable(scaled, values(stored).orElseGet(() -> MemComTable.fresh(scaled)));
            case TableSpec.DeepHash network ->
                new DeepHashTable(network, values(stored).orElseGet(() -> DeepHashTable.fresh(network)));
            case TableSpec.TensorTrain train ->
                new TensorTrainTable(train, values(stored).orElseGet(() -> TensorTrainTable.fresh(train)));
            case TableSpec.Materialised kept -> new MaterialisedTable(kept, build(kept.of(), stored, counts));
            case TableSpec.Masked masked ->
                stored.map(sections -> MaskedTable.read(masked, sections))
                        .orElseGet(() -> new MaskedTable(
                                masked, MaskedTable.fresh(masked), Arrays.copyOf(counts, (int) masked.rows())));
            case TableSpec.Slabs slabs -> new SlabTable(slabs, values(stored).orElseGet(() -> SlabTable.fresh(slabs)));
        };
    }

    private static HotColdTable hotCold(TableSpec.HotCold parts, Optional<TableSections> stored, int[] counts) {
        int hot = (int) Math.min(counts.length, parts.hotRows());
        return new HotColdTable(
                parts,
                build(parts.hot(), stored.map(sections -> sections.of(HotColdTable.HOT)), Arrays.copyOf(counts, hot)),
                build(
                        parts.cold(),
                        stored.map(sections -> sections.of(HotColdTable.COLD)),
                        Arrays.copyOfRange(counts, hot, counts.length)));
    }

    private static Optional<float[]> values(Optional<TableSections> stored) {
        return stored.map(sections -> sections.floats(ParameterTable.VALUES));
    }

    private static float[] values(Optional<TableSections> stored, long count, int dimension, long seed) {
        return values(stored).orElseGet(() -> ParameterTable.fresh(count, dimension, seed));
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
            case TableSpec.TensorTrain train -> new TensorTrainTable(train, TensorTrainImport.values(train, rows));
            case TableSpec.Materialised kept -> new MaterialisedTable(kept, compress(kept.of(), rows, counts));
            case TableSpec.Masked masked -> MaskedTable.of(masked, rows, counts.clone());
            case TableSpec.Slabs slabs -> new SlabTable(slabs, SlabTable.of(slabs, rows));
            case TableSpec.Hashed _, TableSpec.MixedRadix _, TableSpec.ChineseRemainder _, TableSpec.Robe _ ->
                throw trained(spec);
            case TableSpec.MemRec _, TableSpec.MemCom _, TableSpec.DeepHash _ -> throw trained(spec);
        };
    }

    private static IllegalArgumentException trained(TableSpec spec) {
        return new IllegalArgumentException("a table of kind " + spec.getClass().getSimpleName()
                + " shares what it stores and cannot be made of a learnt one: create and train it");
    }

    private static float[] flat(float[][] rows, int width) {
        float[] values = new float[Math.multiplyExact(rows.length, width)];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * width, width);
        }
        return values;
    }

    /// A table of its own with the same spec and parameters.
    public static EmbeddingTable copy(EmbeddingTable table) {
        Map<String, Section> sections = new LinkedHashMap<>();
        table.sections()
                .forEach((name, section) -> sections.put(
                        name,
                        switch (section) {
                            case Section.Bytes(byte[] values) -> new Section.Bytes(values.clone());
                            case Section.Ints(int[] values) -> new Section.Ints(values.clone());
                            case Section.Floats(float[] values) -> new Section.Floats(values.clone());
                        }));
        return build(
                table.spec(), Optional.of(new TableSections(new ModelFile(Path.of("copy"), sections), "")), NO_COUNTS);
    }

    /// Writes a table to a file, which is forced to disk and appears at once or not at all.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public static void write(EmbeddingTable table, Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        put(table, "", sections);
        new ModelFile(file, sections).write();
    }

    /// Adds a table to the sections of a file that may hold more.
    ///
    /// @param prefix of the names
    public static void put(EmbeddingTable table, String prefix, Map<String, Section> sections) {
        byte[] head = JsonMapper.shared().writeValueAsBytes(new Versioned(VERSION, table.spec()));
        sections.put(prefix + HEAD, new Section.Bytes(head));
        new TreeMap<>(table.sections()).forEach((name, section) -> sections.put(prefix + name, section));
    }

    /// Reads a table.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE
    ///     when it is damaged or newer than this build
    public static EmbeddingTable read(Path file) {
        return read(ModelFile.read(file), file, "");
    }

    /// Reads one of the tables of a file.
    ///
    /// @param prefix of the names
    public static EmbeddingTable read(ModelFile stored, Path file, String prefix) {
        try {
            Versioned head = JsonMapper.shared().readValue(stored.bytes(prefix + HEAD), Versioned.class);
            if (head.version != VERSION || head.spec == null) {
                throw ModelFile.damaged(
                        file, "its table has version " + head.version + ", this build reads " + VERSION);
            }
            return build(head.spec, Optional.of(new TableSections(stored, prefix)), NO_COUNTS);
        } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
            throw ModelFile.damaged(file, "the parts of its table do not fit (" + e.getMessage() + ")");
        }
    }
}
