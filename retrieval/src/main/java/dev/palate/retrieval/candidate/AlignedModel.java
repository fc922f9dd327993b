package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.vector.ByteRows;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Products;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/// A collaborative model seen by the rows of a catalog snapshot. Immutable and thread-safe.
public final class AlignedModel {
    private static final long MAX_KEPT_SCORES = 8L << 20;

    private final CatalogSnapshot catalog;
    private final CollaborativeModel.Loaded model;
    private final int[] catalogRow;
    private final int[] modelRow;
    private final boolean sameRows;

    /// Rows of the trained items stand in the same order on both sides, so that equal scores go by row on both.
    private final boolean sameOrder;

    private final Map<Single, Optional<float[]>> singles = new LinkedHashMap<>(16, 0.75f, true);

    /// A scorer and a history of one event.
    private record Single(String signal, int row) {}

    private AlignedModel(CatalogSnapshot catalog, CollaborativeModel.Loaded model) {
        this.catalog = catalog;
        this.model = model;
        catalogRow = new int[model.items().size()];
        modelRow = new int[catalog.size()];
        Arrays.fill(modelRow, -1);
        for (int row = 0; row < catalogRow.length; row++) {
            ItemId id = model.items().get(row);
            catalogRow[row] = catalog.row(id);
            if (catalogRow[row] >= 0) {
                modelRow[catalogRow[row]] = row;
            }
        }
        sameOrder = inOrder();
        sameRows = catalogRow.length == modelRow.length
                && IntStream.range(0, catalogRow.length).allMatch(row -> catalogRow[row] == row);
    }

    private boolean inOrder() {
        int last = -1;
        for (int row = 0; row < catalogRow.length - model.precursors().size(); row++) {
            if (catalogRow[row] >= 0 && catalogRow[row] < last) {
                return false;
            }
            last = Math.max(last, catalogRow[row]);
        }
        return true;
    }

    /// Aligns whatever model is in force with whatever snapshot is asked for, and keeps the last pair. Thread-safe.
    static final class Source {
        private final CollaborativeModel model;
        private final AtomicReference<Optional<AlignedModel>> last = new AtomicReference<>(Optional.empty());

        Source(CollaborativeModel model) {
            this.model = model;
        }

        /// Empty while no model is in force. O(items) after a change of either, else O(1).
        @SuppressWarnings("ReferenceEquality") // one object is one version, on both sides
        Optional<AlignedModel> of(CatalogSnapshot catalog) {
            Optional<CollaborativeModel.Loaded> current = model.current();
            if (current.isEmpty()) {
                return Optional.empty();
            }
            Optional<AlignedModel> kept = last.get();
            if (kept.isPresent() && kept.get().catalog == catalog && kept.get().model == current.get()) {
                return kept;
            }
            Optional<AlignedModel> aligned = Optional.of(new AlignedModel(catalog, current.get()));
            last.set(aligned);
            return aligned;
        }
    }

    /// The model's version.
    public String version() {
        return model.version();
    }

    /// What is aligned.
    CollaborativeModel.Loaded loaded() {
        return model;
    }

    /// The weights that were fitted with the model, for a user with so many events, by signal name.
    public Map<String, Double> weights(int historySize) {
        return model.weighting().of(historySize);
    }

    /// True when the model has a scorer of this name.
    public boolean has(String signal) {
        return model.scorers().containsKey(signal);
    }

    /// True when the model knows the item of a catalog row.
    public boolean knows(int row) {
        return modelRow[row] >= 0;
    }

    /// A score per catalog row, NaN for items that the model does not know; empty when it knows none of the
    /// history or has no such scorer.
    ///
    /// @param history catalog rows, oldest first, each once; their positions count as times
    public Optional<float[]> score(String signal, int[] history) {
        return score(signal, History.of(history));
    }

    /// The same with times in seconds since 1970.
    Optional<float[]> score(String signal, History history) {
        CollaborativeModel.RowScorer scorer = model.scorers().get(signal);
        History known = known(history);
        if (scorer == null || known.size() == 0) {
            return Optional.empty();
        }
        float[] scores = new float[catalogRow.length];
        scorer.score(known, scores);
        if (sameRows) {
            return Optional.of(scores);
        }
        float[] aligned = new float[modelRow.length];
        Arrays.fill(aligned, Float.NaN);
        for (int row = 0; row < scores.length; row++) {
            if (catalogRow[row] >= 0) {
                aligned[catalogRow[row]] = scores[row];
            }
        }
        return Optional.of(aligned);
    }

    /// The same scores, made where they are asked for if they are inner products.
    Optional<RowScores> scores(String signal, History history) {
        CollaborativeModel.RowScorer scorer = model.scorers().get(signal);
        History known = known(history);
        if (scorer == null || known.size() == 0) {
            return Optional.empty();
        }
        Optional<RowScores> lazily = sameOrder ? scorer.scores(known).map(this::aligned) : Optional.empty();
        return lazily.isPresent() ? lazily : score(signal, history).map(RowScores.Written::new);
    }

    private RowScores aligned(CollaborativeModel.ModelScores scores) {
        Products products = scores.trained();
        int trained = products.rows().size();
        int[] places = IntStream.range(trained, catalogRow.length)
                .filter(row -> catalogRow[row] >= 0)
                .boxed()
                .sorted(Comparator.comparingInt(row -> catalogRow[row]))
                .mapToInt(Integer::intValue)
                .toArray();
        float[] own = new float[places.length];
        int[] rows = new int[places.length];
        for (int at = 0; at < places.length; at++) {
            rows[at] = catalogRow[places[at]];
            own[at] = scores.further()[places[at] - trained];
        }
        var query = new ProductScores.Query(products.query(), products.less()).with(rows, own);
        return new ProductScores(new Aligned(this, products, trained), query);
    }

    /// The scores of a query that this model made before.
    RowScores scores(String signal, ProductScores.Query query) {
        CollaborativeModel.RowScorer scorer =
                Objects.requireNonNull(model.scorers().get(signal));
        ByteRows rows = scorer.vectors().orElseThrow();
        return new ProductScores(
                new Aligned(this, new Products(rows, query.vector(), query.less()), rows.size()), query);
    }

    /// @param trained how many of the model's rows have products
    private record Aligned(AlignedModel model, Products products, int trained) implements ProductScores.Table {
        @Override
        public int size() {
            return model.modelRow.length;
        }

        @Override
        public float of(int row) {
            int at = model.modelRow[row];
            return at < 0 || at >= trained ? Float.NaN : products.of(at);
        }

        @Override
        public int[] best(boolean[] open, int count) {
            if (model.sameRows && trained == model.catalogRow.length) {
                return products.best(open, count);
            }
            boolean[] openHere = new boolean[trained];
            for (int at = 0; at < trained; at++) {
                openHere[at] = model.catalogRow[at] >= 0 && open[model.catalogRow[at]];
            }
            int[] best = products.best(openHere, count);
            for (int at = 0; at < best.length; at++) {
                best[at] = model.catalogRow[best[at]];
            }
            return best;
        }
    }

    /// The events whose item the model knows, by its rows.
    private History known(History history) {
        int[] rows = new int[history.size()];
        long[] times = new long[rows.length];
        int count = 0;
        for (int at = 0; at < rows.length; at++) {
            int row = modelRow[history.items()[at]];
            if (row >= 0) {
                rows[count] = row;
                times[count++] = history.times()[at];
            }
        }
        return new History(Arrays.copyOf(rows, count), Arrays.copyOf(times, count), history.owner());
    }

    /// How much an event adds to the score of a row; 0 where the model knows nothing of either. Cheap for scorers that
    /// look it up; the others score all rows for the event.
    float pair(String signal, int event, int row) {
        CollaborativeModel.RowScorer scorer = model.scorers().get(signal);
        if (scorer == null || modelRow[event] < 0 || modelRow[row] < 0) {
            return 0;
        }
        float looked = scorer.pair(modelRow[event], modelRow[row]);
        return Float.isNaN(looked)
                ? scoreOfOne(signal, event).map(scores -> scores[row]).orElse(0f)
                : looked;
    }

    /// As [#score], of one event. Those asked for lately are kept, in 32 MiB at most: lists are explained by them, and
    /// what is liked much stands in many histories.
    ///
    /// @return shared: do not modify
    private Optional<float[]> scoreOfOne(String signal, int row) {
        Single single = new Single(signal, row);
        synchronized (singles) {
            Optional<float[]> known = singles.get(single);
            if (known != null) {
                return known;
            }
        }
        Optional<float[]> made = score(signal, new int[] {row});
        synchronized (singles) {
            singles.put(single, made);
            if ((long) singles.size() * modelRow.length > MAX_KEPT_SCORES) {
                var eldest = singles.entrySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
        return made;
    }
}
