package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.table.TableSpec.Eviction;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/// Rows of 4 or 8 bits with a cache of 32-bit rows in which the changed ones live (`yang2020mixed`): a
/// change loads its row into the cache, and the row that gives way is rounded back at random, so that the
/// mean of what is stored is what was learnt. Looking up reads the cached row where there is one; it
/// never loads, so that reading needs no lock.
///
/// The cache has sets of at most 32 slots; a row may be in the slots of one set. Its parameters are those
/// of the rows as if they were floats.
///
/// | paper | code |
/// |---|---|
/// | low-precision table, scale and bias of a row | [QuantisedRows] |
/// | cache, 32-way set-associative; LRU, LFU | `cached`, `tags`, [#WAYS]; [Eviction] |
/// | stochastic rounding q = ⌊(x − z) / s + u⌋, u in [0, 1) | [QuantisedRows#write] |
final class QuantisedTable implements EmbeddingTable {
    private static final int WAYS = 32;
    private static final int FREE = -1;

    private final TableSpec.Quantised spec;
    private final QuantisedRows rows;
    private final int dimension;
    private final int sets;
    /// The row in each slot, or [#FREE].
    private final int[] tags;
    /// How often the row in each slot was changed, or the number of the last change.
    private final int[] uses;

    private final float[] cached;
    private int clock;

    private QuantisedTable(
            TableSpec.Quantised spec, QuantisedRows rows, int[] tags, int[] uses, float[] cached, int clock) {
        this.spec = spec;
        this.rows = rows;
        this.tags = tags;
        this.uses = uses;
        this.cached = cached;
        this.clock = clock;
        dimension = spec.dimension();
        sets = Math.ceilDiv(spec.cacheRows(), WAYS);
    }

    /// With small random rows.
    static QuantisedTable fresh(TableSpec.Quantised spec) {
        SplittableRandom random = new SplittableRandom(spec.seed());
        float[] row = new float[spec.dimension()];
        return filled(spec, (number, target) -> {
            ParameterTable.fillFresh(row, 0, row.length, row.length, random);
            System.arraycopy(row, 0, target, 0, row.length);
        });
    }

    /// Writes the values of a row.
    interface RowSource {
        void row(int number, float[] target);
    }

    /// With the rows of another table; the first ones, the frequent ones, begin in the cache.
    static QuantisedTable filled(TableSpec.Quantised spec, RowSource source) {
        int slots = spec.cacheRows();
        int[] tags = new int[slots];
        Arrays.fill(tags, FREE);
        QuantisedTable table = new QuantisedTable(
                spec, QuantisedRows.empty(spec), tags, new int[slots], new float[slots * spec.dimension()], 0);
        float[] row = new float[spec.dimension()];
        for (int number = 0; number < spec.rows(); number++) {
            source.row(number, row);
            table.rows.write(number, row, 0);
            if (number < slots) {
                int slot = table.load(number);
                System.arraycopy(row, 0, table.cached, slot * row.length, row.length);
            }
        }
        return table;
    }

    static QuantisedTable read(TableSpec.Quantised spec, TableSections stored) {
        int[] state = stored.ints("state", 3);
        long draws = (long) state[0] << 32 | (state[1] & 0xffff_ffffL);
        QuantisedRows rows =
                new QuantisedRows(spec, stored.bytes("codes"), stored.floats("scales"), stored.floats("floors"), draws);
        int slots = spec.cacheRows();
        int[] tags = stored.ints("tags", slots);
        QuantisedTable table = new QuantisedTable(
                spec,
                rows,
                tags,
                stored.ints("uses", slots),
                stored.floats("cached", (long) slots * spec.dimension()),
                state[2]);
        for (int slot = 0; slot < slots; slot++) {
            int row = tags[slot];
            if (row != FREE && (row < 0 || row >= spec.rows() || table.slot(row) != slot)) {
                throw new IllegalArgumentException("slot " + slot + " of the cache claims row " + row);
            }
        }
        return table;
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int row = TableIds.row(id, spec.rows());
        int slot = slot(row);
        if (slot >= 0) {
            System.arraycopy(cached, slot * dimension, target, offset, dimension);
        } else {
            rows.read(row, target, offset);
        }
    }

    private int slot(int row) {
        if (sets == 0) {
            return FREE;
        }
        int set = row % sets;
        int to = from(set + 1);
        for (int slot = from(set); slot < to; slot++) {
            if (tags[slot] == row) {
                return slot;
            }
        }
        return FREE;
    }

    /// The first slot of a set. As many slots as rows of the first `cacheRows` ones belong to it, so that
    /// a cache for all rows has room for all.
    private int from(int set) {
        return tags.length / sets * set + Math.min(set, tags.length % sets);
    }

    @Override
    public int parameterCount() {
        return Math.toIntExact(spec.rows() * dimension);
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        into.add(TableIds.row(id, spec.rows()) * dimension, 1, gradient, offset, dimension);
    }

    @Override
    public void adjust(int from, float[] delta, int length) {
        for (int done = 0; done < length; ) {
            int row = (from + done) / dimension;
            int at = (from + done) % dimension;
            int many = Math.min(dimension - at, length - done);
            if (sets == 0) {
                float[] values = new float[dimension];
                rows.read(row, values, 0);
                Kernels.axpy(1, delta, done, values, at, many);
                rows.write(row, values, 0);
            } else {
                Kernels.axpy(1, delta, done, cached, load(row) * dimension + at, many);
            }
            done += many;
        }
    }

    /// The slot of the row, which is in the cache from now on.
    private int load(int row) {
        clock++;
        int slot = slot(row);
        boolean recent = spec.eviction() == Eviction.LEAST_RECENT;
        if (slot == FREE) {
            slot = victim(row % sets);
            if (tags[slot] != FREE) {
                rows.write(tags[slot], cached, slot * dimension);
            }
            rows.read(row, cached, slot * dimension);
            tags[slot] = row;
            uses[slot] = 0;
        }
        uses[slot] = recent ? clock : Math.max(uses[slot], uses[slot] + 1);
        return slot;
    }

    /// A free slot of the set, or the one with the oldest or fewest uses; the clock may have gone round.
    private int victim(int set) {
        int from = from(set);
        int to = from(set + 1);
        boolean recent = spec.eviction() == Eviction.LEAST_RECENT;
        int best = from;
        for (int slot = from; slot < to; slot++) {
            if (tags[slot] == FREE) {
                return slot;
            }
            if (recent ? uses[slot] - uses[best] < 0 : uses[slot] < uses[best]) {
                best = slot;
            }
        }
        return best;
    }

    @Override
    public long residentBytes() {
        return rows.bytes() + (long) Float.BYTES * cached.length + (long) Integer.BYTES * (tags.length + uses.length);
    }

    @Override
    public Map<String, Section> sections() {
        return Map.of(
                "codes", new Section.Bytes(rows.codes),
                "scales", new Section.Floats(rows.scales),
                "floors", new Section.Floats(rows.floors),
                "tags", new Section.Ints(tags),
                "uses", new Section.Ints(uses),
                "cached", new Section.Floats(cached),
                "state", new Section.Ints(new int[] {(int) (rows.draws >>> 32), (int) rows.draws, clock}));
    }
}
