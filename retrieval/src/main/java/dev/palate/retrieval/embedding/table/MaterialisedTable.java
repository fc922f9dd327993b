package dev.palate.retrieval.embedding.table;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.palate.retrieval.embedding.ModelFile.Section;
import java.util.Map;

/// The rows of a table whose lookups cost computation, kept where they are asked for often (the cache of
/// `yin2021ttrec` and of `hsia2023mprec`). Which rows stay is W-TinyLFU's business
/// (`einziger2017tinylfu`). Adjusting drops all of them.
final class MaterialisedTable implements EmbeddingTable {
    private final TableSpec.Materialised spec;
    private final EmbeddingTable of;
    private final Cache<Long, float[]> rows;
    private volatile boolean filled;

    MaterialisedTable(TableSpec.Materialised spec, EmbeddingTable of) {
        this.spec = spec;
        this.of = of;
        rows = Caffeine.newBuilder()
                .maximumSize(spec.rows())
                .executor(Runnable::run)
                .build();
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        float[] row = rows.getIfPresent(id);
        if (row == null) {
            row = new float[spec.dimension()];
            of.lookup(id, row, 0);
            filled = true;
            rows.put(id, row);
        }
        System.arraycopy(row, 0, target, offset, row.length);
    }

    @Override
    public int parameterCount() {
        return of.parameterCount();
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        of.accumulate(id, gradient, offset, into);
    }

    @Override
    public void adjust(int from, float[] delta, int length) {
        of.adjust(from, delta, length);
        if (filled) {
            rows.invalidateAll();
            filled = false;
        }
    }

    /// Of a full cache, whether it is full yet or not.
    @Override
    public long residentBytes() {
        return of.residentBytes() + spec.cacheBytes();
    }

    /// How many rows are kept now.
    long kept() {
        rows.cleanUp();
        return rows.estimatedSize();
    }

    @Override
    public Map<String, Section> sections() {
        return of.sections();
    }
}
