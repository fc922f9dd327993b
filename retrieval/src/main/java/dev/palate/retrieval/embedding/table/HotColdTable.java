package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.ModelFile.Section;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Frequent ids in one table and all others in another: what shares rows hurts least where ids are rare.
/// The parameters are those of the hot table, then those of the cold one.
final class HotColdTable implements EmbeddingTable {
    static final String HOT = "hot.";
    static final String COLD = "cold.";

    private final TableSpec.HotCold spec;
    private final EmbeddingTable hot;
    private final EmbeddingTable cold;

    HotColdTable(TableSpec.HotCold spec, EmbeddingTable hot, EmbeddingTable cold) {
        this.spec = spec;
        this.hot = hot;
        this.cold = cold;
        int all = Math.addExact(hot.parameterCount(), cold.parameterCount());
        if (all < 1) {
            throw new IllegalArgumentException("hot and cold have no parameters");
        }
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private boolean isHot(long id) {
        long last = spec.lastId();
        return (last == Long.MAX_VALUE ? TableIds.any(id) : TableIds.known(id, last + 1)) < spec.hotRows();
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        if (isHot(id)) {
            hot.lookup(id, target, offset);
        } else {
            cold.lookup(spec.coldId(id), target, offset);
        }
    }

    @Override
    public int parameterCount() {
        return hot.parameterCount() + cold.parameterCount();
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        if (isHot(id)) {
            hot.accumulate(id, gradient, offset, into);
            return;
        }
        int before = hot.parameterCount();
        into.enter(before);
        try {
            cold.accumulate(spec.coldId(id), gradient, offset, into);
        } finally {
            into.leave(before);
        }
    }

    @Override
    public void adjust(int from, float[] delta, int length) {
        int before = hot.parameterCount();
        int ofHot = Math.clamp(before - from, 0, length);
        if (ofHot > 0) {
            hot.adjust(from, delta, ofHot);
        }
        if (ofHot == 0) {
            cold.adjust(from - before, delta, length);
        } else if (ofHot < length) {
            float[] rest = Arrays.copyOfRange(delta, ofHot, length);
            cold.adjust(0, rest, rest.length);
        }
    }

    @Override
    public long residentBytes() {
        return hot.residentBytes() + cold.residentBytes();
    }

    @Override
    public Map<String, Section> sections() {
        Map<String, Section> sections = new HashMap<>();
        hot.sections().forEach((name, section) -> sections.put(HOT + name, section));
        cold.sections().forEach((name, section) -> sections.put(COLD + name, section));
        return sections;
    }
}
