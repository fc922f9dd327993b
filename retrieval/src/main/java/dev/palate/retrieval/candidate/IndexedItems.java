package dev.palate.retrieval.candidate;

import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.index.ItemIndex;
import dev.palate.memory.index.ItemVectors;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// The item index as sources need it: search by words, and the raw text vectors. Thread-safe.
public final class IndexedItems implements ItemSearch, TextVectors {
    private record Seen(ItemVectors vectors, Matrix matrix) {}

    private final ItemIndex index;
    private final AtomicReference<Seen> last;

    /// Over the index, which stays its owner's.
    public IndexedItems(ItemIndex index) {
        this.index = index;
        last = new AtomicReference<>(seen(index.vectors()));
    }

    @Override
    public List<Hit> search(String words, ItemFilter filter, int limit) {
        return index.search(words, filter, Math.min(limit, ItemIndex.MAX_RESULTS)).stream()
                .map(found -> new Hit(found.item(), found.score()))
                .toList();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the index hands out the same object while nothing changes
    public Matrix current() {
        ItemVectors now = index.vectors();
        Seen before = last.get();
        if (before.vectors == now) {
            return before.matrix;
        }
        Seen next = seen(now);
        last.set(next);
        return next.matrix;
    }

    private static Seen seen(ItemVectors vectors) {
        int dimension = vectors.size() == 0 ? 0 : vectors.dimension();
        return new Seen(vectors, new Matrix(dimension, vectors.ids(), vectors.matrix()));
    }
}
